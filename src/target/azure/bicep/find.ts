import { access, constants, stat } from 'node:fs/promises'
import path from 'node:path'
import type { CompilerFound } from '../../../template/bicep/compiler.ts'

/** Where the compiler is looked for. */
export interface FindOptions {
  env: Readonly<Record<string, string | undefined>>
  /** Folders that may hold `bicep/bicep`: the functions' own, and where a Lambda layer is unpacked. */
  beside?: readonly string[]
}

/** Where a Lambda layer is unpacked. */
export const layerFolder = '/opt'

const advice =
  'install it (https://github.com/Azure/bicep/releases) on PATH or name it by HEADWATER_BICEP; in a function put it into the package or a layer as bicep/bicep; or commit the compiled JSON and name that as the template'

/**
 * Finds the compiler: what `HEADWATER_BICEP` names and nothing else, else `bicep` on PATH, else `bicep/bicep` in one of
 * the folders beside. Nothing is started.
 */
export async function findBicep({ env, beside = [] }: FindOptions): Promise<CompilerFound> {
  const named = env['HEADWATER_BICEP']
  if (named !== undefined && named !== '') {
    const file = path.resolve(named)
    const found = await look(file)
    return found === undefined || typeof found === 'string'
      ? { type: 'missing', message: `HEADWATER_BICEP: ${found ?? `${file} does not exist`}` }
      : found
  }
  const onPath = (env['PATH'] ?? '').split(path.delimiter).filter((folder) => path.isAbsolute(folder))
  const candidates = [
    ...onPath.map((folder) => path.join(folder, 'bicep')),
    ...[...beside, layerFolder].map((folder) => path.join(folder, 'bicep/bicep')),
  ]
  const complaints: string[] = []
  for (const candidate of candidates) {
    const found = await look(candidate)
    if (typeof found === 'object') return found
    if (found !== undefined) complaints.push(found)
  }
  const seen = complaints.length === 0 ? '' : ` (${complaints.join('; ')})`
  return { type: 'missing', message: `the Bicep compiler was not found${seen}; ${advice}` }
}

/** The program at a path; a text says why it is none, undefined that nothing is there. */
async function look(file: string): Promise<Extract<CompilerFound, { type: 'found' }> | string | undefined> {
  const found = await stat(file).catch(() => undefined)
  if (found === undefined || found.isDirectory()) return undefined
  const isExecutable = await access(file, constants.X_OK).then(
    () => true,
    () => false,
  )
  if (!isExecutable) return `${file} is not executable; set its x bit, also in the zip that it comes in`
  // The version would cost a start of two seconds; a program that was replaced has another size or time.
  const identity = `${found.size}-${Math.floor(found.mtimeMs / 1000)}`
  return { type: 'found', path: file, identity }
}
