import type { CloudFormationStackSpec } from '../../api/kinds/cloud-formation-stack.ts'
import type { ObjectRecord, Operation } from '../../api/record.ts'
import { beginOperation, intend, ownerMark } from '../operation.ts'
import type { OperationContext } from '../operation.ts'
import type { Decision, Subject } from '../target.ts'
import type { Action } from './action.ts'
import { contentDigest } from './digest.ts'
import type { Observation, StackView } from './observation.ts'
import { situationOf, type Situation } from './stack-status.ts'

/** The tag that says whose a stack is: `<controller>/<namespace>/<name>`. */
export const ownerTag = 'headwater:owner'

/** Settings that decisions depend on. */
export interface Settings {
  controllerId: string
  /** Region of stacks that name none; without it the SDK's own settings decide. */
  defaultRegion?: string | undefined
  /** Shortest time between two looks at something in flight. */
  pollFloorMs: number
}

/** Everything a decision is made from, with the questions that are asked again and again answered once. */
export interface Context extends OperationContext {
  settings: Settings
  subject: Subject
  observation: Observation
  spec: CloudFormationStackSpec
  /** Hash over what a change set would carry. */
  content: string
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

/** A new operation on the object's stack. */
export function newOperation(
  context: Context,
  type: Operation['type'],
  data: Record<string, string> = {},
): Operation {
  const { stack, spec } = context
  const account = roleAccount(spec)
  return beginOperation(context, type, stack?.id ?? 'new', {
    ...(stack === undefined ? {} : { stackId: stack.id }),
    ...(account === undefined ? {} : { account }),
    ...data,
  })
}

/** Intends an action as the next phase of an operation. */
export function act(
  context: Context,
  operation: Operation,
  action: Action,
  message: string,
  data: Record<string, string> = {},
): StackDecision {
  return intend(context, operation, action, { message, data })
}
