import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Programs that nobody here wrote, by the variable that names each and its place in the tools' folder. */
export const tools = {
  bicep: { variable: 'HEADWATER_BICEP', place: 'bicep/bicep', onPath: 'bicep' },
} as const

/** A program that a test can ask for by name. */
export type ToolName = keyof typeof tools

const toolsFolder = fileURLToPath(new URL('../../../shared/tools', import.meta.url))

/**
 * Where a program is, absolute: as its variable says, else in the tools' folder beside the project, else on PATH. Undefined
 * when it is nowhere, so that its tests are shown as skipped; in CI that is an error.
 */
export function findTool(name: ToolName): string | undefined {
  const { variable, place, onPath } = tools[name]
  const named = process.env[variable]
  if (named !== undefined && named !== '') {
    if (!isExecutable(named)) throw new Error(`${variable}: ${named} is not an executable file`)
    return named
  }
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '')
  const candidates = [join(toolsFolder, place), ...folders.map((folder) => join(folder, onPath))]
  const found = candidates.find(isExecutable)
  if (found === undefined && process.env['CI'] === 'true') {
    throw new Error(`${onPath} was not found; name it by ${variable}`)
  }
  return found
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error) return false
    throw error
  }
}
