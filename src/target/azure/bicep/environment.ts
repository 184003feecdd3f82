import path from 'node:path'
import { isReservedVariable } from '../../../api/bicep-environment.ts'
import { stalled } from '../../../api/errors.ts'

/** What a child's environment depends on besides our own folder. */
export interface ChildSettings {
  /** What the manifest lets `readEnvironmentVariable` see. */
  environment: Readonly<Record<string, string>>
  /** Hosts that modules may be fetched from; with none, every way to the network leads nowhere. */
  registries: readonly string[]
}

/** A port of this machine that nothing listens on (discard). */
const nowhere = 'http://127.0.0.1:9'

/**
 * The whole environment of a compiler: nothing of the controller's. .NET unpacks itself below `folder`, an absolute path
 * of ours. `BICEP_TRUSTED_CLOUDS` is empty: a file may name the clouds that Bicep itself knows and no other. Without
 * registries a proxy that does not exist keeps also a reference that was overlooked from reaching anything.
 */
export function childEnvironment(
  folder: string,
  { environment, registries }: ChildSettings,
): Record<string, string> {
  const reserved = Object.keys(environment).find((name) => isReservedVariable(name))
  if (reserved !== undefined) {
    throw stalled('InvalidEnvironment', `${reserved} may not be set for the compiler; use another name`)
  }
  const fence = { HTTP_PROXY: nowhere, HTTPS_PROXY: nowhere, ALL_PROXY: nowhere }
  return {
    ...environment,
    PATH: '/usr/bin:/bin',
    HOME: path.join(folder, 'home'),
    DOTNET_BUNDLE_EXTRACT_BASE_DIR: path.join(folder, 'dotnet'),
    DOTNET_SYSTEM_GLOBALIZATION_INVARIANT: '1',
    BICEP_TRUSTED_CLOUDS: '[]',
    BICEP_TRUSTED_REGISTRIES: registries.map((host) => host.replace(/:\d+$/, '')).join(','),
    ...(registries.length === 0 ? fence : {}),
  }
}

/** Two children with the same key have the same environment. */
export function settingsKey({ environment, registries }: ChildSettings): string {
  const entries = Object.entries(environment).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return entries.length + registries.length === 0 ? '' : JSON.stringify([entries, registries.toSorted()])
}
