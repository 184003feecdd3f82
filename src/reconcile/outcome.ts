import { findCondition } from '../api/condition.ts'
import type { NewEvent } from '../api/event.ts'
import type { ObjectRecord, Operation } from '../api/record.ts'
import type { ObjectStatus } from '../api/status.ts'
import { without } from './conditions.ts'

/** What a decision or an error makes of a record. `operation: null` means that it is over. */
export interface Outcome {
  status: ObjectStatus
  operation?: Operation | null
  dueAt: number | undefined
  events: NewEvent[]
  /** Those who wait for this object may look again. */
  wake: boolean
}

/** The status with how far the operation is, if that is known. */
export function withProgress(status: ObjectStatus, progress: ObjectStatus['progress']): ObjectStatus {
  return progress === undefined ? status : { ...status, progress }
}

/** A manual request counts as handled once it led to something. */
export function handled(record: ObjectRecord, status: ObjectStatus): ObjectStatus {
  return record.request === undefined ? status : { ...status, lastHandledReconcileAt: record.request.token }
}

/** Transient traces go when the cloud answers again. */
export function withoutRetry(status: ObjectStatus): ObjectStatus {
  return without(status, 'failures', 'nextAttemptAt', 'blockedBy')
}

/** The status without what only work under way leaves. */
export function settled(status: ObjectStatus): ObjectStatus {
  return without(withoutRetry(status), 'progress', 'held')
}

/** An event unless the record says the same already: a person reads news, not the same line every interval. */
export function news(record: ObjectRecord, event: NewEvent): NewEvent[] {
  const ready = findCondition(record.status.conditions, 'Ready')
  return ready?.reason === event.reason && ready.message === event.message ? [] : [event]
}
