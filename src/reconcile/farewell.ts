import type { ObjectRecord } from '../api/record.ts'
import { keyOf } from '../api/record.ts'
import { displayKey } from '../api/reference.ts'
import { withVerdict } from './conditions.ts'
import { withWaiter } from './dependencies.ts'
import type { Outcome } from './outcome.ts'
import type { ControllerPorts } from './ports.ts'
import { sourceKeyOf } from './repository.ts'
import { dependencyRetryMs } from './retry.ts'
import { editRecord, wake } from './step.ts'
import { isSuspended } from './suspend.ts'

/** How soon it is looked again whether the others have seen the revision, in milliseconds. */
const othersRetryMs = 5_000

/**
 * What keeps an object that is on its way out: those that depend on it leave first, and nothing is deleted before
 * everybody who reads the same source has looked at its newest revision, as the document may have moved to another
 * folder. Undefined: it may go.
 */
export async function waitToLeave(
  ports: ControllerPorts,
  record: ObjectRecord,
): Promise<Outcome | undefined> {
  const self = keyOf(record)
  for (const key of record.deletion?.after ?? []) {
    const dependent = await editRecord(ports, key, (found) => withWaiter(found, self))
    if (dependent?.deletion === undefined) continue
    return waiting(
      ports,
      record,
      { key, message: `waiting for ${displayKey(key)} to be deleted first` },
      dependencyRetryMs,
    )
  }
  const heir = await nextOwner(ports, record)
  if (heir === undefined) return undefined
  await wake(ports, [heir])
  const message = `waiting for ${displayKey(heir)} to look at the newest revision: it may declare this object now`
  return waiting(ports, record, { key: heir, message }, othersRetryMs)
}

/** Somebody who declares the object at the source's newest revision, or has not looked at it yet. A suspended one looks at nothing. */
async function nextOwner(ports: ControllerPorts, record: ObjectRecord): Promise<string | undefined> {
  const sourceKey = record.origin?.source
  if (sourceKey === undefined) return undefined
  const revision = (await ports.store.get(sourceKey))?.record.status.artifact?.revision
  if (revision === undefined) return undefined
  const readers = (await ports.store.list('Kustomization/')).map((stored) => stored.record)
  const heir = readers.find((reader) => {
    const isLooking = reader.deletion === undefined && !isSuspended(reader, ports.clock.now())
    const hasLooked = reader.status.lastAttemptedRevision === revision
    const declares = record.contender?.key === keyOf(reader) && record.contender.revision === revision
    return sourceKeyOf(reader) === sourceKey && isLooking && (!hasLooked || declares)
  })
  return heir === undefined ? undefined : keyOf(heir)
}

function waiting(
  ports: ControllerPorts,
  record: ObjectRecord,
  { key, message }: { key: string; message: string },
  retryMs: number,
): Outcome {
  const now = ports.clock.now()
  const verdict = { ready: 'Unknown', reason: 'Deleting', message, reconciling: true } as const
  const status = withVerdict(record, { ...record.status, blockedBy: [key] }, verdict, now)
  return { status, dueAt: now + retryMs, events: [], wake: false }
}
