import type { NewEvent } from '../api/event.ts'
import type { ObjectRecord, Operation } from '../api/record.ts'
import type { ObjectStatus } from '../api/status.ts'
import type { Decision } from '../target/target.ts'
import { withVerdict } from './conditions.ts'
import { handled, withProgress, withoutRetry } from './outcome.ts'
import type { Outcome } from './outcome.ts'

/** An action is about to be done: what is stored before it. */
export function begun(
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
  const told = decision.event === undefined ? [] : [decision.event]
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
    events: isNew && !isQuiet ? [{ type: 'Normal', reason: 'Progressing', message }, ...told] : told,
    wake: false,
  }
}

/** Said once in an operation's life, when it outlives its timeout. */
const lateMark = 'late'

/** An operation runs, ours or another's. */
export function waiting(
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
  const message = `operation ${operation.id} runs for ${minutes} minutes, past its timeout; it is still watched`
  return { type: 'Warning', reason: 'OperationLate', message }
}
