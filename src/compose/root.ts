import { isDeepStrictEqual } from 'node:util'
import type { Clock } from '../api/clock.ts'
import { stalled } from '../api/errors.ts'
import { gitRepositorySpec } from '../api/kinds/git-repository.ts'
import { kustomizationSpec } from '../api/kinds/kustomization.ts'
import { formatKey } from '../api/reference.ts'
import { declare } from '../reconcile/declare.ts'
import type { Declaration } from '../reconcile/declare.ts'
import type { Store } from '../store/store.ts'
import type { Settings } from './settings.ts'

/** Name and namespace of the two objects that the settings declare; everything else is declared in git. */
export const rootName = 'headwater-system'

/** The keys of the root's objects: the source, and what is loaded from it. */
export const rootKeys = {
  source: formatKey({ kind: 'GitRepository', namespace: rootName, name: rootName }),
  kustomization: formatKey({ kind: 'Kustomization', namespace: rootName, name: rootName }),
}

/** The root's two objects as the settings say them. Pure. */
export function rootDeclarations(settings: Settings): Declaration[] {
  const { source, interval } = settings
  if (source === undefined) return []
  const address = { namespace: rootName, name: rootName }
  const repository = gitRepositorySpec.parse({
    url: source.url,
    ref: { branch: source.branch },
    interval,
    ...(source.secret === undefined ? {} : { secretRef: source.secret }),
    ...(source.provider === undefined ? {} : { provider: source.provider }),
    ...(source.bicepRegistries === undefined ? {} : { bicep: { registries: source.bicepRegistries } }),
  })
  const kustomization = kustomizationSpec.parse({ sourceRef: { name: rootName }, path: source.path })
  return [
    { kind: 'GitRepository', ...address, spec: repository },
    { kind: 'Kustomization', ...address, spec: kustomization },
  ]
}

/**
 * Writes the root that the settings name into the store, where it differs: two reads and no write when nothing changed.
 * Without a source in the settings the root that is there stays; without either it is a `stalled` error.
 */
export async function bootstrapRoot(
  settings: Settings,
  ports: { store: Store; clock: Clock },
): Promise<void> {
  if (settings.source === undefined) {
    if ((await ports.store.get(rootKeys.source)) !== undefined) return
    throw stalled(
      'NoSource',
      'HEADWATER_SOURCE_URL: not set, and the store holds no source yet; name a git repository to start from',
    )
  }
  for (const declaration of rootDeclarations(settings)) {
    const stored = await ports.store.get(formatKey(declaration))
    // A declaration that is in force is left alone, so that a restart does not cut short a back-off.
    const isInForce = stored !== undefined && stored.record.deletion === undefined
    if (isInForce && isDeepStrictEqual(stored.record.spec, declaration.spec)) continue
    await declare(ports, declaration)
  }
}
