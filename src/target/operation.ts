import { parseDuration } from '../api/duration.ts'
import type { ObjectRecord, Operation } from '../api/record.ts'
import { sha256 } from './canonical.ts'
import type { Decision, Progress } from './target.ts'

/** How long a "does not exist" after a call of ours is taken for a late answer rather than the truth, in milliseconds. */
export const graceMs = 30_000

/** What every target's decision about an operation is made from. */
export interface OperationContext {
  /** Shortest time between two looks at something in flight, in milliseconds. */
  settings: { pollFloorMs: number }
  now: number
  record: ObjectRecord
  operation: Operation | undefined
  /** `timeout` as the document writes it. */
  spec: { timeout: string }
  /** Digest and revision of what is wanted now. */
  digest: string
  revision: string
  /** Our ownership mark. */
  mark: string
}

/** The ownership mark of what an object has in its cloud: `<controller>/<namespace>/<name>`. */
export function ownerMark(
  { controllerId }: { controllerId: string },
  { namespace, name }: Pick<ObjectRecord, 'namespace' | 'name'>,
): string {
  return `${controllerId}/${namespace}/${name}`
}

/**
 * A new operation on `subject`, the cloud's own id of what it is about. Its name is a function of the object, its inputs,
 * that id and how many operations there were, so that a step that is repeated gives the same one and no name is used twice.
 */
export function beginOperation(
  context: OperationContext,
  type: Operation['type'],
  subject: string,
  data: Record<string, string>,
): Operation {
  const { record, digest, revision, now, mark, spec } = context
  const attempt = Math.max(record.status.operations ?? 0, record.operation?.attempt ?? 0) + 1
  const id = `headwater-${sha256(`${mark}\n${digest}\n${subject}`).slice(0, 8)}-${attempt}`
  return {
    type,
    id,
    token: id,
    digest,
    revision,
    attempt,
    startedAt: now,
    deadline: now + parseDuration(spec.timeout),
    phase: '',
    data,
  }
}

/** Intends an action as the next phase of an operation; what was known of an answer to the call before is over. */
export function intend<Action extends { type: string }>(
  { now }: Pick<OperationContext, 'now'>,
  operation: Operation,
  action: Action,
  options: { message: string; data?: Record<string, string>; forget?: readonly string[] },
): Extract<Decision<Action>, { type: 'act' }> {
  const { message, data = {}, forget = [] } = options
  const known = { ...operation.data }
  for (const name of ['answered', ...forget]) delete known[name]
  const next = { ...known, ...data, intentAt: String(now) }
  return { type: 'act', operation: { ...operation, phase: action.type, data: next }, action, message }
}

/** Whether the last call of the operation was made so lately that the cloud may not show it yet. */
export function isRecent(
  { now }: Pick<OperationContext, 'now'>,
  operation: Operation,
  spanMs = graceMs,
): boolean {
  return now - Number(operation.data['intentAt'] ?? operation.startedAt) < spanMs
}

/** Whether the call of the operation's present phase was answered; otherwise it may never have been made. */
export function isAnswered(operation: Operation): boolean {
  return operation.data['answered'] === operation.phase
}

/** Whether the operation is about inputs that are wanted no more. */
export function isSuperseded({ digest }: Pick<OperationContext, 'digest'>, operation: Operation): boolean {
  return operation.digest !== digest
}

/** Looks again later, the less often the longer it takes. */
export function wait(
  context: OperationContext,
  reason: string,
  message: string,
  extra: { operation?: Operation; progress?: Progress | undefined; atLeastMs?: number | undefined } = {},
): Extract<Decision<never>, { type: 'wait' }> {
  const { now, settings, spec } = context
  const operation = extra.operation ?? context.operation
  const intentAt = Number(operation?.data['intentAt'] ?? operation?.startedAt ?? now)
  const elapsedMs = Math.max(0, now - intentAt)
  const pollMs = Math.min(15_000, Math.max(settings.pollFloorMs, Math.round(elapsedMs / 4)))
  const isLate = operation !== undefined && now >= operation.deadline
  const late = isLate ? `; running for longer than its timeout of ${spec.timeout}` : ''
  return {
    type: 'wait',
    reason,
    message: `${message}${late}`,
    requeueAfterMs: Math.max(extra.atLeastMs ?? 0, pollMs),
    ...(extra.operation === undefined ? {} : { operation: extra.operation }),
    ...(extra.progress === undefined ? {} : { progress: extra.progress }),
  }
}

/** Nothing may be done here. */
export function blocked(reason: string, message: string): Extract<Decision<never>, { type: 'blocked' }> {
  return { type: 'blocked', reason, message }
}
