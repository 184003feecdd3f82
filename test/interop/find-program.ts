import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * The programs of the interop suites. Each is looked for in its variable, then in the folders that
 * `scripts/interop-setup.sh` makes, then (except `python`, which must have boto3 and the `azure-mgmt` packages) on PATH.
 */
export const programs = {
  ministack: { variable: 'HEADWATER_MINISTACK', file: 'ministack', onPath: true },
  moto: { variable: 'HEADWATER_MOTO_SERVER', file: 'moto_server', onPath: true },
  aws: { variable: 'HEADWATER_AWS_CLI', file: 'aws', onPath: true },
  'cfn-lint': { variable: 'HEADWATER_CFN_LINT', file: 'cfn-lint', onPath: true },
  gitea: { variable: 'HEADWATER_GITEA', file: 'gitea', onPath: true },
  sshd: { variable: 'HEADWATER_SSHD', file: 'sshd', onPath: true },
  python: { variable: 'HEADWATER_BOTO3_PYTHON', file: 'python', onPath: false },
  azurite: { variable: 'HEADWATER_AZURITE', file: 'azurite', onPath: true },
} as const

/** A program that an interop suite can ask for by name. */
export type ProgramName = keyof typeof programs

/** What the setup script installs: programs of PyPI, and Azurite of npm. */
const installed = ['../../build/interop-venv/bin', '../../build/azurite/node_modules/.bin'].map((folder) =>
  fileURLToPath(new URL(folder, import.meta.url)),
)
/** Where programs lie that are shared with other projects. */
const tools = fileURLToPath(new URL('../../../shared/tools', import.meta.url))

/** Where the program is, absolute; undefined when it is nowhere. A variable that names no program throws: it is a mistake. */
export function findProgram(name: ProgramName): string | undefined {
  const { variable, file, onPath } = programs[name]
  const beside = name === 'gitea' ? [join(tools, 'gitea')] : []
  const named = process.env[variable]
  if (named !== undefined && named !== '') {
    if (!isExecutable(named)) throw new Error(`${variable}: ${named} is not an executable file`)
    return named
  }
  // Servers of the system lie where users' PATH does not lead.
  const folders = [
    ...installed,
    ...beside,
    ...(onPath ? [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin'] : []),
  ]
  return folders
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, file))
    .find(isExecutable)
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
