import { isDeepStrictEqual } from 'node:util'
import { findCondition, setCondition } from '../api/condition.ts'
import type { ObjectRecord } from '../api/record.ts'
import type { ObjectStatus } from '../api/status.ts'
import type { Decision } from '../target/target.ts'
import { withVerdict, without } from './conditions.ts'
import { entry, withHistory } from './history.ts'
import { handled, news, settled } from './outcome.ts'
import type { Outcome } from './outcome.ts'
import { jitteredMs } from './retry.ts'
import { settledDueAt, specText } from './schedule.ts'
import type { At } from './schedule.ts'

/** The cloud holds what is declared: an operation that succeeded, or a look that found nothing to do. */
export function applied(
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

/** An attempt whose inputs will not be tried again by themselves. */
export function failed(
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

/** A look for changes made by hand. */
export function drift(
  record: ObjectRecord,
  decision: Extract<Decision<unknown>, { type: 'drift' }>,
  at: At,
): Outcome {
  const { now } = at
  const { properties, unchecked = [], message, actor, isFinal, identity } = decision
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
      ...(unchecked.length === 0 ? {} : { unchecked }),
    },
    ...(identity === undefined ? {} : { identity }),
  }
  // A correction that left something is over; what git says was applied all the same.
  if (record.operation?.type === 'apply')
    status = withVerdict(record, status, { ready: 'True', reason: 'DriftNotCorrected', message }, now)
  const isCorrected = hasDrift && record.spec['drift'] === 'correct' && isFinal !== true
  const hasNewInputs = record.inputs?.digest !== record.status.lastAppliedDigest
  // A look is all there was to do for a declaration that brought no new inputs.
  if (!hasNewInputs) status = { ...status, observedGeneration: record.generation }
  const type = hasDrift ? 'Warning' : 'Normal'
  const isBlind = unchecked.length > 0 && !isDeepStrictEqual(unchecked, record.status.drift?.unchecked)
  const blind = { type: 'Warning', reason: 'DriftUnknown', message } as const
  return {
    status,
    operation: null,
    dueAt: isCorrected || hasNewInputs ? now : settledDueAt(record, status, at),
    events: hasDrift || hadDrift ? [{ type, reason, message }] : isBlind ? [blind] : [],
    wake: false,
  }
}

/** A plan that waits for a person's yes: not due by itself, as only that, other inputs or a request change anything. */
export function held(
  record: ObjectRecord,
  decision: Extract<Decision<unknown>, { type: 'held' }>,
  at: At,
): Outcome {
  const { reason, message, token, lines } = decision
  const known = {
    ...settled(handled(record, record.status)),
    held: { keys: [], token, lines },
    ...(record.inputs === undefined
      ? {}
      : { lastAttemptedDigest: record.inputs.digest, lastAttemptedRevision: record.inputs.revision }),
  }
  const verdict = { ready: 'False', reason, message, stalled: true } as const
  return {
    status: withVerdict(record, known, verdict, at.now),
    operation: null,
    dueAt: undefined,
    events: news(record, { type: 'Warning', reason, message }),
    wake: false,
  }
}
