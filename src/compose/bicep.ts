import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Clock } from '../api/clock.ts'
import type { BicepCompiler } from '../build/index.ts'

/** The Bicep compiler as composition roots hold it: nothing is loaded or started before the first Bicep file is met. */
export interface OpenedBicep {
  open(): Promise<BicepCompiler>
  close(): Promise<void>
}

/** What it is looked for with. */
export interface BicepPorts {
  clock: Clock
  /** `HEADWATER_BICEP`, PATH, and the folder that a function's runtime unpacks it to. */
  env: Readonly<Record<string, string | undefined>>
}

/** Makes the compiler's opener. What talks to the compiler is loaded by the first call that needs it, which `find` does not. */
export function bicepOpener({ clock, env }: BicepPorts): OpenedBicep {
  const beside = besides(env)
  let loaded: Promise<BicepCompiler> | undefined
  const driver = (): Promise<BicepCompiler> =>
    (loaded ??= import('../target/azure/bicep/index.ts').then(({ createBicepCompiler }) =>
      createBicepCompiler({ clock, env, beside }),
    ))
  const close = async (): Promise<void> => (await loaded)?.close()
  const compiler: BicepCompiler = {
    async find() {
      const { findBicep } = await import('../target/azure/bicep/find.ts')
      return findBicep({ env, beside })
    },
    version: async () => (await driver()).version(),
    compile: async (request) => (await driver()).compile(request),
    snapshot: async (request) => (await driver()).snapshot(request),
    close,
  }
  return { open: async () => compiler, close }
}

/**
 * Folders that hold a function's package: by each runtime's own word, and where this code lies. In a bundle that is one
 * of its folders of entries or chunks, one below the root.
 */
export function besides(env: BicepPorts['env'], code = fileURLToPath(import.meta.url)): string[] {
  const own = dirname(code)
  const told = [
    env['LAMBDA_TASK_ROOT'],
    env['AzureWebJobsScriptRoot'],
    env['FUNCTIONS_APPLICATION_DIRECTORY'],
  ]
  return [
    own,
    dirname(own),
    ...told.flatMap((folder) => (folder === undefined || folder === '' ? [] : [folder])),
  ]
}
