import { findCondition } from '../api/condition.ts'
import { keyOf, type ObjectRecord } from '../api/record.ts'
import { sourceKeyOf } from '../reconcile/repository.ts'
import { isSuspended } from '../reconcile/suspend.ts'

/** Where an object stands with what is wanted of it. */
export type Standing = 'ready' | 'failed' | 'suspended' | 'open'

/**
 * How every object stands. `open`: work is under way or about to be; `failed`: nothing will happen until git changes or
 * a person acts, and so is what waits for it. Pure.
 */
export function standings(records: readonly ObjectRecord[], now: number): Map<string, Standing> {
  const byKey = new Map(records.map((record) => [keyOf(record), record]))
  const standing = new Map<string, Standing>()
  for (const [key, record] of byKey) standing.set(key, standingOf(record, byKey, now))

  // What waits for something that will not come has failed too, however long the chain.
  for (let hasMoved = true; hasMoved;) {
    hasMoved = false
    for (const [key, record] of byKey) {
      if (standing.get(key) !== 'open' || !isWaiting(record, now)) continue
      const blockers = (record.status.blockedBy ?? []).map((blocker) => standing.get(blocker) ?? 'failed')
      if (blockers.includes('failed') || blockers.includes('suspended')) {
        standing.set(key, 'failed')
        hasMoved = true
      }
    }
  }
  return standing
}

function standingOf(record: ObjectRecord, byKey: ReadonlyMap<string, ObjectRecord>, now: number): Standing {
  const { status, operation, request, deletion } = record
  if (operation !== undefined) return 'open'
  if (isSuspended(record, now)) return 'suspended'
  const isDue = record.dueAt !== undefined && record.dueAt <= now
  const isAsked = request !== undefined && request.token !== status.lastHandledReconcileAt
  const isSeen = status.observedGeneration === record.generation
  if (isDue || isAsked || !isSeen) return 'open'
  if (findCondition(status.conditions, 'Stalled') !== undefined) {
    return isBehind(record, byKey, status.lastAttemptedRevision) ? 'open' : 'failed'
  }
  const isReady = findCondition(status.conditions, 'Ready')?.status === 'True'
  const isApplied = record.inputs === undefined || status.lastAppliedDigest === record.inputs.digest
  if (!isReady || !isApplied || deletion !== undefined) return 'open'
  return isBehind(record, byKey, status.lastAppliedRevision) ? 'open' : 'ready'
}

/** A Kustomization whose source has moved on. */
function isBehind(
  record: ObjectRecord,
  byKey: ReadonlyMap<string, ObjectRecord>,
  revision: string | undefined,
): boolean {
  if (record.kind !== 'Kustomization') return false
  const artifact = byKey.get(sourceKeyOf(record))?.status.artifact
  return artifact !== undefined && artifact.revision !== revision
}

/** Nothing of its own under way: it only waits for others. */
function isWaiting(record: ObjectRecord, now: number): boolean {
  const isDue = record.dueAt !== undefined && record.dueAt <= now
  return record.operation === undefined && !isDue && (record.status.blockedBy?.length ?? 0) > 0
}

/** How many objects there are, how many are Ready (a suspended one counts with the Ready ones if it is), how many are not done. */
export function tally(records: readonly ObjectRecord[], now: number) {
  const all = standings(records, now)
  const isReady = (record: ObjectRecord) =>
    findCondition(record.status.conditions, 'Ready')?.status === 'True'
  const counts = { total: records.length, ready: 0, failed: 0, open: 0 }
  for (const record of records) {
    const standing = all.get(keyOf(record)) ?? 'open'
    if (standing === 'open') counts.open++
    else if (standing !== 'failed' && isReady(record)) counts.ready++
    else counts.failed++
  }
  return counts
}
