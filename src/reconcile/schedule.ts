import type { Random } from '../api/clock.ts'
import { parseDuration } from '../api/duration.ts'
import type { ObjectRecord } from '../api/record.ts'
import type { ObjectStatus } from '../api/status.ts'
import { jitteredMs } from './retry.ts'

/** When something is decided, and the chance for its jitter. */
export interface At {
  /** Milliseconds since the epoch. */
  now: number
  random: Random
}

/** A settled object costs nothing until its next look for drift; without one it is only woken by a change. */
export function settledDueAt(record: ObjectRecord, status: ObjectStatus, at: At): number | undefined {
  if (record.spec['drift'] === undefined || record.spec['drift'] === 'ignore') return undefined
  const checkedAt = status.drift?.checkedAt ?? at.now
  return Math.max(at.now, checkedAt + jitteredMs(specText(record, 'driftInterval', '24h'), at.random))
}

/** Whether the time has come to look for changes made by hand. Pure. */
export function isDriftDue(record: ObjectRecord, now: number): boolean {
  const policy = record.spec['drift']
  if (policy === undefined || policy === 'ignore' || record.status.lastAppliedDigest === undefined)
    return false
  const checkedAt = record.status.drift?.checkedAt
  // The due time carries 5 % of jitter either way; a look that comes that much early counts.
  return (
    checkedAt === undefined ||
    now >= checkedAt + 0.95 * parseDuration(specText(record, 'driftInterval', '24h'))
  )
}

/** A field of the spec that holds text; `fallback` where it is absent. */
export function specText(record: ObjectRecord, field: string, fallback: string): string {
  const value = record.spec[field]
  return typeof value === 'string' ? value : fallback
}
