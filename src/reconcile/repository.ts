import { createHash } from 'node:crypto'
import { parseDuration } from '../api/duration.ts'
import type { GitRepositorySpec } from '../api/kinds/git-repository.ts'
import type { KustomizationSpec } from '../api/kinds/kustomization.ts'
import type { ObjectRecord } from '../api/record.ts'
import { formatKey } from '../api/reference.ts'
import type { ObjectShelf, Source } from '../source/source.ts'
import { readCredentials } from './credentials.ts'
import { checkHostRest } from './host-rest.ts'
import type { ControllerPorts } from './ports.ts'

/** Opens the repository of a GitRepository with its credentials; nothing is read yet. Throws `Throttled` while its host is to be left alone. */
export async function openRepository(ports: ControllerPorts, record: ObjectRecord): Promise<Source> {
  const spec = record.spec as GitRepositorySpec
  checkHostRest(record, ports.clock.now())
  const credentials = await readCredentials(ports.secrets, spec.secretRef)
  return ports.openSource({
    url: spec.url,
    ...(spec.provider === undefined ? {} : { provider: spec.provider }),
    timeoutMs: parseDuration(spec.timeout),
    ...(credentials === undefined ? {} : { credentials }),
    ...(record.status.host === undefined ? {} : { facts: record.status.host }),
  })
}

/** Where a Kustomization keeps what it read of git: in the blob store, by the pointer in its status. */
export function shelfOf(ports: ControllerPorts, kustomization: ObjectRecord): ObjectShelf {
  return {
    pointer: kustomization.status.shelf,
    get: (sha256) => ports.blobs.get(sha256),
    put: (bytes) => ports.blobs.put(bytes),
  }
}

/** The key of the source that a Kustomization reads from. */
export function sourceKeyOf(kustomization: ObjectRecord): string {
  const { sourceRef } = kustomization.spec as KustomizationSpec
  return formatKey({
    kind: sourceRef.kind,
    namespace: sourceRef.namespace ?? kustomization.namespace,
    name: sourceRef.name,
  })
}

/** The rules of a source as they are compared: other rules, other files of the same revision. Undefined without rules. */
export function ignoreDigestOf(source: ObjectRecord): string | undefined {
  const { ignore } = source.spec as GitRepositorySpec
  return ignore === undefined ? undefined : createHash('sha256').update(ignore).digest('hex').slice(0, 16)
}
