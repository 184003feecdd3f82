import { fileURLToPath } from 'node:url'
import { createSystemClock } from '../../src/compose/system.ts'
import {
  createBicepCompiler,
  type BicepCompilerWithCounts,
  type BicepLimits,
} from '../../src/target/azure/bicep/index.ts'
import type { BicepRequest, TreeReader } from '../../src/template/bicep/compiler.ts'
import { findBicep } from './find-tool.ts'

/** Files in memory, read as a build reads them. */
export function memoryTree(files: Readonly<Record<string, string>>): TreeReader {
  const bytesOf = (text: string) => new TextEncoder().encode(text)
  return {
    async read(paths) {
      return new Map(
        paths.flatMap((path): [string, Uint8Array][] => {
          const text = files[path]
          return text === undefined ? [] : [[path, bytesOf(text)]]
        }),
      )
    },
    async list(folder) {
      const below = Object.entries(files).filter(([path]) => folder === '' || path.startsWith(`${folder}/`))
      return new Map(below.map(([path, text]) => [path, bytesOf(text)]))
    },
  }
}

/** A request for `main.bicep` of some files. */
export function requestFor(
  files: Readonly<Record<string, string>>,
  more: Partial<BicepRequest> = {},
): BicepRequest {
  return { template: 'main.bicep', environment: {}, registries: [], tree: memoryTree(files), ...more }
}

/** The real compiler; its tests are pending where it is nowhere. */
export const realBicep = findBicep()

/** The real compiler. */
export function openRealBicep(limits: Partial<BicepLimits> = {}): BicepCompilerWithCounts {
  return createBicepCompiler({ clock: createSystemClock(), env: { HEADWATER_BICEP: realBicep.path }, limits })
}

const fake = fileURLToPath(new URL('fake-bicep.mjs', import.meta.url))

/** A program that speaks the compiler's protocol and misbehaves; see `fake-bicep.mjs`. */
export function openFakeBicep(mode: string, limits: Partial<BicepLimits> = {}): BicepCompilerWithCounts {
  return createBicepCompiler({
    clock: createSystemClock(),
    env: { HEADWATER_BICEP: process.execPath },
    args: [fake, mode],
    limits,
  })
}
