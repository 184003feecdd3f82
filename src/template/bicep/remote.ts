import type { BicepConfig } from './config.ts'

/** Something that the compiler would fetch over the network. */
export interface RemoteReference {
  /** As it is written. */
  path: string
  /** Host of the registry; undefined where none can be told, and for what is no registry (`ts:`). */
  registry: string | undefined
}

/**
 * Whether a reference leads out of the files: `br:HOST/…`, `br/ALIAS:…`, `ts:…`, `ts/…`, or any other scheme. Undefined for
 * a path.
 */
export function remoteReference(path: string, config: BicepConfig): RemoteReference | undefined {
  if (path.startsWith('builtin:')) return undefined
  const full = /^br:([^/]*)\//i.exec(path)
  if (full) return { path, registry: hostOf(full[1] ?? '') }
  const aliased = /^br\/([^:]*):/i.exec(path)
  if (aliased) {
    const registry = config.registryAliases.get(aliased[1] ?? '')
    return { path, registry: registry === undefined ? undefined : hostOf(registry) }
  }
  return /^ts[:/].*:/i.test(path) || /^[^/]*:/.test(path) ? { path, registry: undefined } : undefined
}

/** Why a remote reference is refused; undefined when its registry is allowed. */
export function refuseRemote(
  { path, registry }: RemoteReference,
  allowed: readonly string[],
): string | undefined {
  if (registry !== undefined && allowed.some((host) => hostOf(host) === registry)) return undefined
  const advice = 'keep a copy of the module in the repository, or commit the compiled JSON as the template'
  if (/^ts[:/]/i.test(path))
    return `"${path}" is a template spec, which the compiler has no credentials for; ${advice}`
  if (registry === undefined) return `"${path}" is no file of the repository; ${advice}`
  return `"${path}" comes from the registry ${registry}, which the source does not allow; ${advice}, or name the registry in spec.bicep.registries of the GitRepository`
}

/** Without a port, in lower case: as the compiler compares them. */
function hostOf(registry: string): string {
  return registry.toLowerCase().replace(/:\d+$/, '')
}
