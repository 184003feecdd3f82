import { findCondition } from '../api/condition.ts'
import type { ObjectRecord } from '../api/record.ts'
import { withVerdict } from './conditions.ts'
import type { Outcome } from './outcome.ts'

/** Whether new work on an object is stopped, by git or by a person. Pure. */
export function isSuspended(record: ObjectRecord, now: number): boolean {
  const { suspension } = record
  const isHeld = suspension !== undefined && (suspension.until === undefined || suspension.until > now)
  return isHeld || record.spec['suspend'] === true
}

/** `suspended by ana until 2026-12-01: "migration"`. */
export function suspendedMessage(record: ObjectRecord): string {
  const { suspension } = record
  if (suspension === undefined) return 'suspended in git'
  const until =
    suspension.until === undefined ? '' : ` until ${new Date(suspension.until).toISOString().slice(0, 10)}`
  const reason = suspension.reason === undefined ? '' : `: "${suspension.reason}"`
  return `suspended by ${suspension.by}${until}${reason}`
}

/** Nothing is done, which the object says; it stays as Ready as it was, and what is declared meanwhile is not applied. */
export function suspendedOutcome(record: ObjectRecord, now: number): Outcome {
  const ready = findCondition(record.status.conditions, 'Ready')
  const verdict = {
    ready: ready?.status ?? 'Unknown',
    reason: ready?.reason ?? 'Suspended',
    message: suspendedMessage(record),
    isAside: true,
  } as const
  const status = withVerdict(record, record.status, verdict, now)
  return { status, dueAt: record.suspension?.until, events: [], wake: false }
}
