import { parseArmTemplate } from '../arm/index.ts'

/** What of a `bicepconfig.json` decides where the compiler reads. */
export interface BicepConfig {
  /** Registry host of each `br/ALIAS`. */
  registryAliases: ReadonlyMap<string, string>
  /** Extensions by name: a path, `br:…` or `builtin:`. */
  extensions: ReadonlyMap<string, string>
  /** Extensions that every file has without saying so. */
  implicitExtensions: readonly string[]
  /** Settings that would lead the compiler out of what it may touch, with what to do about each. */
  refused: { path: string[]; message: string }[]
}

/** Without a file of its own: `br/public` is Microsoft's registry. */
export const defaultConfig: BicepConfig = {
  registryAliases: new Map([['public', 'mcr.microsoft.com']]),
  extensions: new Map(),
  implicitExtensions: [],
  refused: [],
}

/** Reads a `bicepconfig.json`, comments allowed. What does not parse is as good as empty: the compiler refuses it. */
export function readBicepConfig(text: string): BicepConfig {
  // The same JSON with comments as a template's.
  const config = fieldsOf(parseArmTemplate(text).template)
  const aliases = Object.entries(fieldsOf(fieldsOf(config['moduleAliases'])['br'])).flatMap(
    ([name, alias]): [string, string][] => {
      const registry = fieldsOf(alias)['registry']
      return typeof registry === 'string' ? [[name, registry]] : []
    },
  )
  const extensions = Object.entries(fieldsOf(config['extensions'])).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  )
  const implicit = config['implicitExtensions']
  return {
    registryAliases: new Map([...defaultConfig.registryAliases, ...aliases]),
    extensions: new Map(extensions),
    implicitExtensions: Array.isArray(implicit)
      ? implicit.filter((name): name is string => typeof name === 'string')
      : [],
    refused: refusals(config),
  }
}

function refusals(config: Record<string, unknown>): BicepConfig['refused'] {
  if (config['cacheRootDirectory'] === undefined) return []
  const message = 'cacheRootDirectory lets the compiler write outside its own folder; remove it'
  return [{ path: ['cacheRootDirectory'], message }]
}

function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {}
}
