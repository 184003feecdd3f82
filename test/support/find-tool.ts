import { accessSync, constants } from 'node:fs'
import path from 'node:path'

/** A program of the tests that is not part of this project. */
export interface Tool {
  /** Its path; undefined where it is not to be had, and its tests are pending. */
  readonly path: string | undefined
  /** Ends the title of a test: which program is missing and how to name one; empty where it was found. */
  readonly pending: string
}

/**
 * Finds a program nobody here wrote: by its variable, else below `../shared/tools` beside the project, else on `PATH`.
 * In CI a missing one is an error, so that nothing is silently left out.
 */
export function findTool(name: string, variable: string, shared: string): Tool {
  const root = path.resolve(import.meta.dirname, '../..')
  const onPath = (process.env['PATH'] ?? '').split(path.delimiter).map((folder) => path.join(folder, name))
  const named = process.env[variable]
  const places = named === undefined ? [path.join(root, '../shared/tools', shared), ...onPath] : [named]
  const found = places.find(isProgram)
  const missing = `needs ${name}: set ${variable}`
  if (found === undefined && process.env['CI'] === 'true') throw new Error(missing)
  return { path: found, pending: found === undefined ? ` (${missing})` : '' }
}

/** The Bicep CLI. */
export function findBicep(): Tool {
  return findTool('bicep', 'HEADWATER_BICEP', 'bicep/bicep')
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error) return false
    throw error
  }
}
