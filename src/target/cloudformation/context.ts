import { parseDuration } from '../../api/duration.ts'
import type { CloudFormationStackSpec } from '../../api/kinds/cloud-formation-stack.ts'
import type { ObjectRecord, Operation } from '../../api/record.ts'
import type { Decision, Progress, Subject } from '../target.ts'
import { sha256 } from '../canonical.ts'
import type { Action } from './action.ts'
import { contentDigest } from './digest.ts'
import type { Observation, StackView } from './observation.ts'
import { situationOf, type Situation } from './stack-status.ts'

/** The tag that says whose a stack is: `<controller>/<namespace>/<name>`. */
export const ownerTag = 'headwater:owner'

/** How long a "does not exist" after a call of ours is taken for a late answer rather than the truth. */
export const graceMs = 30_000

/** Settings that decisions depend on. */
export interface Settings {
  controllerId: string
  /** Region of stacks that name none; without it the SDK's own settings decide. */
  defaultRegion?: string | undefined
  /** Shortest time between two looks at something in flight. */
  pollFloorMs: number
}

/** Everything a decision is made from, with the questions that are asked again and again answered once. */
export interface Context {
  settings: Settings
  subject: Subject
  observation: Observation
  now: number
  record: ObjectRecord
  spec: CloudFormationStackSpec
  operation: Operation | undefined
  /** Digest and revision of what is wanted now. */
  digest: string
  revision: string
  /** Hash over what a change set would carry. */
  content: string
  /** Our ownership mark. */
  mark: string
  stackName: string
  stack: StackView | undefined
  situation: Situation
}

/** A decision about a stack. */
export type StackDecision = Decision<Action>

/** Name and region of the stack that an object declares. */
export function stackPlace(
  settings: Pick<Settings, 'defaultRegion'>,
  record: Pick<ObjectRecord, 'name' | 'spec'>,
): { stackName: string; region: string | undefined } {
  const { stackName, region } = record.spec as CloudFormationStackSpec
  return { stackName: stackName ?? record.name, region: region ?? settings.defaultRegion }
}

/** The ownership mark of an object's stack. */
export function ownerMark(
  settings: Pick<Settings, 'controllerId'>,
  record: Pick<ObjectRecord, 'namespace' | 'name'>,
): string {
  return `${settings.controllerId}/${record.namespace}/${record.name}`
}

/** Region and name in a StackId; undefined when it is no ARN of a stack. */
export function parseStackId(id: string): { region: string; account: string; name: string } | undefined {
  const match = /^arn:[^:]+:cloudformation:([^:]+):([^:]*):stack\/([^/]+)\//.exec(id)
  const [, region, account, name] = match ?? []
  if (region === undefined || account === undefined || name === undefined) return undefined
  return { region, account, name }
}

/** Gathers a decision's context. */
export function contextOf(
  settings: Settings,
  subject: Subject,
  observation: Observation,
  now: number,
): Context {
  const { record } = subject
  const spec = record.spec as CloudFormationStackSpec
  const stack = observation.stack
  return {
    settings,
    subject,
    observation,
    now,
    record,
    spec,
    operation: record.operation,
    digest: record.inputs?.digest ?? '',
    revision: record.inputs?.revision ?? '',
    content: contentDigest(spec, record.inputs?.files ?? {}),
    mark: ownerMark(settings, record),
    stackName: stackPlace(settings, record).stackName,
    stack,
    situation: situationOf(stack?.status),
  }
}

/** The same context about another stack. */
export function withStack(context: Context, stack: StackView): Context {
  return { ...context, stack, situation: situationOf(stack.status) }
}

/** Whether a stack carries our mark. */
export function isOurs(context: Context, stack: StackView): boolean {
  return stack.tags[ownerTag] === context.mark
}

/** StackId of the stack that belongs to the object, as far as it was ever seen. */
export function pinnedId(record: ObjectRecord): string | undefined {
  return record.operation?.data['stackId'] ?? record.status.identity?.['stackId']
}

/** Account of the role that an object is deployed by; undefined: the controller's own, which no document names. */
export function roleAccount({ deployAs }: Pick<CloudFormationStackSpec, 'deployAs'>): string | undefined {
  return deployAs?.roleArn.split(':')[4]
}

/** Which stack is the object's, and the account of the role that it was made by, as far as that is known. */
export function pinOf({ operation, status }: ObjectRecord): Record<string, string> {
  const { stackId, account } = operation?.data ?? {}
  return {
    ...status.identity,
    ...(stackId === undefined ? {} : { stackId }),
    ...(account === undefined ? {} : { account }),
  }
}

/** What is remembered of the stack when an attempt ends. */
export function identityOf({ stack, record }: Context): Record<string, string> {
  return { ...pinOf(record), ...(stack === undefined ? {} : { stackId: stack.id }) }
}

/**
 * A new operation. Its name is a function of the object, its inputs, the stack and how many operations there were, so
 * that a step that is repeated gives the same one and no name is used twice.
 */
export function newOperation(
  context: Context,
  type: Operation['type'],
  data: Record<string, string> = {},
): Operation {
  const { record, digest, revision, now, stack, mark, spec } = context
  const attempt = Math.max(record.status.operations ?? 0, record.operation?.attempt ?? 0) + 1
  const id = `headwater-${sha256(`${mark}\n${digest}\n${stack?.id ?? 'new'}`).slice(0, 8)}-${attempt}`
  const account = roleAccount(spec)
  const stackData = {
    ...(stack === undefined ? {} : { stackId: stack.id }),
    ...(account === undefined ? {} : { account }),
  }
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
    data: { ...stackData, ...data },
  }
}

/** Intends an action as the next phase of an operation. */
export function act(
  context: Context,
  operation: Operation,
  action: Action,
  message: string,
  data: Record<string, string> = {},
): StackDecision {
  const next: Operation = {
    ...operation,
    phase: action.type,
    data: { ...operation.data, ...data, intentAt: String(context.now) },
  }
  delete next.data['answered']
  return { type: 'act', operation: next, action, message }
}

/** Whether the last call of the operation was made so lately that the cloud may not show it yet. */
export function isRecent(context: Context, operation: Operation, spanMs = graceMs): boolean {
  const intentAt = Number(operation.data['intentAt'] ?? operation.startedAt)
  return context.now - intentAt < spanMs
}

/** Whether the call of the operation's present phase was answered; otherwise it may never have been made. */
export function isAnswered(operation: Operation): boolean {
  return operation.data['answered'] === operation.phase
}

/** Whether the operation is about inputs that are wanted no more. */
export function isSuperseded(context: Context, operation: Operation): boolean {
  return operation.digest !== context.digest
}

/** Looks again later, the less often the longer it takes. */
export function wait(
  context: Context,
  reason: string,
  message: string,
  extra: { operation?: Operation; progress?: Progress | undefined; atLeastMs?: number } = {},
): StackDecision {
  const operation = extra.operation ?? context.operation
  const intentAt = Number(operation?.data['intentAt'] ?? operation?.startedAt ?? context.now)
  const elapsedMs = Math.max(0, context.now - intentAt)
  const pollMs = Math.min(15_000, Math.max(context.settings.pollFloorMs, Math.round(elapsedMs / 4)))
  const isLate = operation !== undefined && context.now >= operation.deadline
  const late = isLate ? `; running for longer than its timeout of ${context.spec.timeout}` : ''
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
export function blocked(reason: string, message: string): StackDecision {
  return { type: 'blocked', reason, message }
}
