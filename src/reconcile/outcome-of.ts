import { findCondition } from '../api/condition.ts'
import type { HeadwaterError } from '../api/errors.ts'
import type { ObjectRecord } from '../api/record.ts'
import type { Decision } from '../target/target.ts'
import { withVerdict } from './conditions.ts'
import { applied, drift, failed, held } from './ended.ts'
import { handled, news, settled } from './outcome.ts'
import type { Outcome } from './outcome.ts'
import { backoffMs, jitteredMs } from './retry.ts'
import { specText } from './schedule.ts'
import type { At } from './schedule.ts'
import { begun, waiting } from './under-way.ts'

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
    case 'held':
      return held(record, decision, at)
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
  const isThrottled = error.reason === 'Throttled'
  // Many who are throttled together are not worse off each: their delays stop growing at about 48 s.
  const growth = isThrottled ? Math.min(failures, 6) : failures
  const nextAttemptAt = now + backoffMs(growth, at.random, error.retryAfterMs)
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
