import { findCondition, setCondition } from '../api/condition.ts'
import type { HeadwaterError } from '../api/errors.ts'
import type { NewEvent } from '../api/event.ts'
import type { ObjectRecord, Operation } from '../api/record.ts'
import type { ObjectStatus } from '../api/status.ts'
import type { Decision } from '../target/target.ts'
import { withVerdict, without } from './conditions.ts'
import { entry, withHistory } from './history.ts'
import { backoffMs, jitteredMs } from './retry.ts'
import { settledDueAt, specText } from './schedule.ts'
import type { At } from './schedule.ts'

/** What a decision or an error makes of a record. `operation: null` means that it is over. */
export interface Outcome {
  status: ObjectStatus
  operation?: Operation | null
  dueAt: number | undefined
  events: NewEvent[]
  /** Those who wait for this object may look again. */
  wake: boolean
}

/** Turns what a target decided into status, events and the time of the next look. The only place that does. Pure but for jitter. */
export function outcomeOf(record: ObjectRecord, decision: Decision<unknown>, at: At): Outcome {
  const { now } = at
  switch (decision.type) {
    case 'act':
      return begun(record, decision, now)
    case 'wait':
      return waiting(record, decision, now)
    case 'applied':
      return applied(record, decision, at)
    case 'failed':
      return failed(record, decision, at)
    case 'blocked': {
      const verdict = {
        ready: 'False',
        reason: decision.reason,
        message: decision.message,
        stalled: true,
      } as const
      const { identity } = decision
      const known = { ...settled(record.status), ...(identity === undefined ? {} : { identity }) }
      return {
        status: withVerdict(record, handled(record, known), verdict, now),
        operation: null,
        dueAt: now + jitteredMs(specText(record, 'interval', '10m'), at.random),
        events: news(record, { type: 'Warning', reason: decision.reason, message: decision.message }),
        wake: false,
      }
    }
    case 'drift':
      return drift(record, decision, at)
    case 'deleted':
      return {
        status: record.status,
        operation: null,
        dueAt: undefined,
        events: [{ type: 'Normal', reason: 'Deleted', message: decision.message }],
        wake: true,
      }
  }
}

/** Turns an error of a look or a call into a later look. The operation, if any, is kept: the next step observes first. Pure but for jitter. */
export function outcomeOfError(record: ObjectRecord, error: HeadwaterError, at: At): Outcome {
  const { now } = at
  if (error.class === 'stalled') {
    const blocked = outcomeOf(record, { type: 'blocked', reason: error.reason, message: error.message }, at)
    const { operation: _kept, ...rest } = blocked
    return rest
  }
  const ready = findCondition(record.status.conditions, 'Ready')
  if (error.class === 'wait') {
    // A look that has to wait says nothing about the object: it stays as Ready as it was.
    return {
      status: withVerdict(
        record,
        record.status,
        {
          ready: ready?.status ?? 'Unknown',
          reason: error.reason,
          message: error.message,
          reconciling: true,
          isAside: true,
        },
        now,
      ),
      dueAt: now + (error.retryAfterMs ?? 5_000),
      events: [],
      wake: false,
    }
  }
  const failures = (record.status.failures ?? 0) + 1
  const nextAttemptAt = now + backoffMs(failures, at.random, error.retryAfterMs)
  const isThrottled = error.reason === 'Throttled'
  const verdict = {
    ready: isThrottled ? (ready?.status ?? 'Unknown') : 'False',
    reason: isThrottled ? 'ProgressingWithRetry' : error.reason,
    message: error.message,
    reconciling: true,
    isAside: isThrottled,
  } as const
  return {
    status: withVerdict(record, { ...record.status, failures, nextAttemptAt }, verdict, now),
    dueAt: nextAttemptAt,
    events: isThrottled
      ? []
      : news(record, { type: 'Warning', reason: error.reason, message: error.message }),
    wake: false,
  }
}

function begun(
  record: ObjectRecord,
  decision: Extract<Decision<unknown>, { type: 'act' }>,
  now: number,
): Outcome {
  const { operation, message } = decision
  const isNew = record.operation?.id !== operation.id || record.operation.type !== operation.type
  const status: ObjectStatus = {
    ...withProgress(handled(record, withoutRetry(record.status)), decision.progress),
    operations: Math.max(record.status.operations ?? 0, operation.attempt),
    ...(operation.type === 'apply'
      ? { lastAttemptedDigest: operation.digest, lastAttemptedRevision: operation.revision }
      : {}),
  }
  const isQuiet = operation.type === 'drift'
  return {
    status: isQuiet
      ? status
      : withVerdict(
          record,
          status,
          { ready: 'Unknown', reason: 'Progressing', message, reconciling: true },
          now,
        ),
    operation,
    dueAt: now,
    events: isNew && !isQuiet ? [{ type: 'Normal', reason: 'Progressing', message }] : [],
    wake: false,
  }
}

function applied(
  record: ObjectRecord,
  decision: Extract<Decision<unknown>, { type: 'applied' }>,
  at: At,
): Outcome {
  const { now } = at
  const { operation, inputs } = record
  const isApply = operation?.type === 'apply' || operation?.type === 'recover'
  const digest = (isApply ? operation.digest : inputs?.digest) ?? ''
  const revision = (isApply ? operation.revision : inputs?.revision) ?? ''
  const isCurrent = digest === inputs?.digest
  const reason = decision.reason ?? 'ReconciliationSucceeded'
  const wasReady = findCondition(record.status.conditions, 'Ready')?.status === 'True'
  let status: ObjectStatus = {
    ...without(settled(handled(record, record.status)), 'failedDigest'),
    lastAppliedDigest: digest,
    // The same inputs under a newer revision are applied in that one too.
    lastAppliedRevision: isCurrent ? (inputs?.revision ?? revision) : revision,
    lastAttemptedDigest: digest,
    lastAttemptedRevision: revision,
    outputs: decision.outputs,
    identity: decision.identity,
    // What was changed by hand stays so when nothing was done about it.
    drift:
      decision.changed || !record.status.drift ? { checkedAt: now, properties: [] } : record.status.drift,
  }
  if (decision.changed) status = withHistory(status, entry(record, 'Succeeded', decision.message, now))
  if (status.drift?.properties.length === 0) {
    status = {
      ...status,
      conditions: setCondition(
        status.conditions,
        { type: 'Drifted', status: 'False', reason: 'NoDrift', message: '' },
        { now, generation: record.generation },
      ),
    }
  }
  status = withVerdict(record, status, { ready: 'True', reason, message: decision.message }, now)
  const isNews = decision.changed || !wasReady
  return {
    status,
    operation: null,
    dueAt: isCurrent ? settledDueAt(record, status, at) : now,
    events: isNews ? [{ type: 'Normal', reason, message: decision.message }] : [],
    wake: isCurrent,
  }
}

function failed(
  record: ObjectRecord,
  decision: Extract<Decision<unknown>, { type: 'failed' }>,
  at: At,
): Outcome {
  const { now } = at
  const digest = record.operation?.digest ?? record.inputs?.digest ?? ''
  const isCurrent = digest === record.inputs?.digest
  const { reason, message } = decision
  let status: ObjectStatus = {
    ...settled(handled(record, record.status)),
    failedDigest: digest,
    lastAttemptedDigest: digest,
    ...(record.inputs === undefined
      ? {}
      : { lastAttemptedRevision: record.operation?.revision ?? record.inputs.revision }),
    ...(decision.identity === undefined ? {} : { identity: decision.identity }),
  }
  status = withHistory(status, entry(record, 'Failed', message, now))
  status = withVerdict(record, status, { ready: 'False', reason, message, stalled: true }, now)
  const retryInterval = specText(record, 'retryInterval', '')
  const retryAt = retryInterval === '' ? undefined : now + jitteredMs(retryInterval, at.random)
  if (retryAt !== undefined) status = { ...status, nextAttemptAt: retryAt }
  return {
    status,
    operation: null,
    dueAt: isCurrent ? retryAt : now,
    events: [{ type: 'Warning', reason, message }],
    wake: false,
  }
}

function drift(
  record: ObjectRecord,
  decision: Extract<Decision<unknown>, { type: 'drift' }>,
  at: At,
): Outcome {
  const { now } = at
  const { properties, message, actor, isFinal } = decision
  const hasDrift = properties.length > 0
  const hadDrift = (record.status.drift?.properties.length ?? 0) > 0
  const reason = hasDrift ? 'DriftDetected' : 'NoDrift'
  const conditions = setCondition(
    record.status.conditions,
    { type: 'Drifted', status: hasDrift ? 'True' : 'False', reason, message },
    { now, generation: record.generation },
  )
  let status: ObjectStatus = {
    ...settled(handled(record, record.status)),
    conditions,
    drift: {
      checkedAt: now,
      properties,
      ...(actor === undefined ? {} : { actor }),
      ...(isFinal === true ? { isFinal } : {}),
    },
  }
  // A correction that left something is over; what git says was applied all the same.
  if (record.operation?.type === 'apply')
    status = withVerdict(record, status, { ready: 'True', reason: 'DriftNotCorrected', message }, now)
  const isCorrected = hasDrift && record.spec['drift'] === 'correct' && isFinal !== true
  const hasNewInputs = record.inputs?.digest !== record.status.lastAppliedDigest
  // A look is all there was to do for a declaration that brought no new inputs.
  if (!hasNewInputs) status = { ...status, observedGeneration: record.generation }
  const type = hasDrift ? 'Warning' : 'Normal'
  return {
    status,
    operation: null,
    dueAt: isCorrected || hasNewInputs ? now : settledDueAt(record, status, at),
    events: hasDrift || hadDrift ? [{ type, reason, message }] : [],
    wake: false,
  }
}

function withProgress(status: ObjectStatus, progress: ObjectStatus['progress']): ObjectStatus {
  return progress === undefined ? status : { ...status, progress }
}

/** A manual request counts as handled once it led to something. */
export function handled(record: ObjectRecord, status: ObjectStatus): ObjectStatus {
  return record.request === undefined ? status : { ...status, lastHandledReconcileAt: record.request.token }
}

/** Transient traces go when the cloud answers again. */
function withoutRetry(status: ObjectStatus): ObjectStatus {
  return without(status, 'failures', 'nextAttemptAt', 'blockedBy')
}

function settled(status: ObjectStatus): ObjectStatus {
  return without(withoutRetry(status), 'progress')
}

/** An event unless the record says the same already: a person reads news, not the same line every interval. */
export function news(record: ObjectRecord, event: NewEvent): NewEvent[] {
  const ready = findCondition(record.status.conditions, 'Ready')
  return ready?.reason === event.reason && ready.message === event.message ? [] : [event]
}

/** Said once in an operation's life, when it outlives its timeout. */
const lateMark = 'late'

function waiting(
  record: ObjectRecord,
  decision: Extract<Decision<unknown>, { type: 'wait' }>,
  now: number,
): Outcome {
  const { reason, message } = decision
  const current = decision.operation ?? record.operation
  const isLate = current !== undefined && now >= current.deadline && current.data[lateMark] === undefined
  const operation = isLate ? { ...current, data: { ...current.data, [lateMark]: 'said' } } : current
  const status = withProgress(withoutRetry(record.status), decision.progress)
  const isQuiet = current?.type === 'drift'
  const verdict = { ready: 'Unknown', reason, message, reconciling: true } as const
  return {
    status: isQuiet ? status : withVerdict(record, status, verdict, now),
    ...(operation === undefined ? {} : { operation }),
    dueAt: now + decision.requeueAfterMs,
    events: isLate ? [lateEvent(operation ?? current, now)] : [],
    wake: false,
  }
}

function lateEvent(operation: Operation, now: number): NewEvent {
  const minutes = Math.round((now - operation.startedAt) / 60_000)
  const message = `operation ${operation.id} runs for ${minutes} minutes, past its timeout; it is still watched, never cancelled`
  return { type: 'Warning', reason: 'OperationLate', message }
}
