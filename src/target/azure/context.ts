import { parseDuration } from '../../api/duration.ts'
import type { AzureDeploymentSpec } from '../../api/kinds/azure-deployment.ts'
import type { ObjectRecord, Operation } from '../../api/record.ts'
import { sha256 } from '../canonical.ts'
import type { Decision, Progress, Subject } from '../target.ts'
import type { Action } from './action.ts'
import { contentDigest } from './digest.ts'
import type { DeploymentView, Observation } from './observation.ts'
import { placeOf, type Place } from './place.ts'
import { situationOf, type Situation } from './state.ts'

/** The tag that says whose a deployment, a stack or a resource group is: `<controller>/<namespace>/<name>`. No colon: not every resource provider takes it. */
export const ownerTag = 'headwater-owner'
/** The tag that says which operation a deployment is of, so that a lost answer is found again. */
export const operationTag = 'headwater-operation'

/** How long a "does not exist" after a call of ours is taken for a late answer rather than the truth. */
export const graceMs = 30_000
/** How long a call without an answer may take to show before it is made again: it is the same call under the same name. */
const unansweredGraceMs = 10_000

/** Settings that decisions depend on. */
export interface Settings {
  controllerId: string
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
  spec: AzureDeploymentSpec
  operation: Operation | undefined
  /** Digest and revision of what is wanted now. */
  digest: string
  revision: string
  /** Hash over what a call would carry. */
  content: string
  /** Our ownership mark. */
  mark: string
  place: Place
  view: DeploymentView | undefined
  situation: Situation
}

/** A decision about a deployment. */
export type AzureDecision = Decision<Action>

/** The ownership mark of an object's deployment. */
export function ownerMark(
  settings: Pick<Settings, 'controllerId'>,
  record: Pick<ObjectRecord, 'namespace' | 'name'>,
): string {
  return `${settings.controllerId}/${record.namespace}/${record.name}`
}

/** Gathers a decision's context. */
export function contextOf(
  settings: Settings,
  subject: Subject,
  observation: Observation,
  now: number,
): Context {
  const { record } = subject
  const spec = record.spec as AzureDeploymentSpec
  const { view } = observation
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
    place: placeOf(record),
    view,
    situation: situationOf(view?.state),
  }
}

/** A tag's value, whatever letter case ARM gives its name. */
export function tagOf(view: Pick<DeploymentView, 'tags'>, name: string): string | undefined {
  const key = Object.keys(view.tags).find((known) => known.toLowerCase() === name)
  return key === undefined ? undefined : view.tags[key]
}

/** Whether a deployment carries our mark. */
export function isOurs(context: Context, view: DeploymentView): boolean {
  return tagOf(view, ownerTag) === context.mark
}

/** Whether what is to be seen was made by an operation. */
export function isOf(view: DeploymentView | undefined, operation: Operation): boolean {
  return view !== undefined && tagOf(view, operationTag) === operation.id
}

/** Resource id of the deployment that belongs to the object, as far as it was ever asked for. */
export function pinnedId({ status, operation }: ObjectRecord): string | undefined {
  const asked = operation?.data['put'] === undefined ? undefined : operation.data['id']
  return status.identity?.['id'] ?? asked
}

/** What is remembered of the deployment when an attempt ends badly: what was known before. */
export function identityOf({ record }: Pick<Context, 'record'>): Record<string, string> {
  return record.status.identity ?? {}
}

/** A deployment for people: `deployment eu_web in resource group web`. */
export function describePlace({ means, name, group, scopeId }: Place): string {
  const what = means === 'stack' ? 'deployment stack' : 'deployment'
  if (group !== undefined) return `${what} ${name} in resource group ${group.name}`
  return scopeId === '' ? `${what} ${name} at the tenant` : `${what} ${name} at ${scopeId}`
}

/**
 * A new operation. Its name is a function of the object, its inputs and how many operations there were, so that a step
 * that is repeated gives the same one and no name is used twice.
 */
export function newOperation(
  context: Context,
  type: Operation['type'],
  data: Record<string, string> = {},
): Operation {
  const { record, digest, revision, now, mark, spec, place } = context
  const attempt = Math.max(record.status.operations ?? 0, record.operation?.attempt ?? 0) + 1
  const id = `headwater-${sha256(`${mark}\n${digest}\n${place.id.toLowerCase()}`).slice(0, 8)}-${attempt}`
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
    data: { id: place.id, ...data },
  }
}

/** Intends an action as the next phase of an operation. What was known of the call before it is over. */
export function act(
  context: Context,
  operation: Operation,
  action: Action,
  message: string,
  data: Record<string, string> = {},
): Extract<AzureDecision, { type: 'act' }> {
  const { answered: _answered, location: _location, ...known } = operation.data
  const next: Operation = {
    ...operation,
    phase: action.type,
    data: { ...known, ...data, intentAt: String(context.now) },
  }
  return { type: 'act', operation: next, action, message }
}

/** Whether the last call of the operation was made so lately that the cloud may not show it yet. */
export function isRecent(context: Context, operation: Operation, spanMs = graceMs): boolean {
  const intentAt = Number(operation.data['intentAt'] ?? operation.startedAt)
  return context.now - intentAt < spanMs
}

/** Whether a call without an answer may still come to show. */
export function mayStillShow(context: Context, operation: Operation): boolean {
  return isRecent(context, operation, unansweredGraceMs)
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
  extra: { operation?: Operation; progress?: Progress | undefined; atLeastMs?: number | undefined } = {},
): AzureDecision {
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
export function blocked(reason: string, message: string): AzureDecision {
  return { type: 'blocked', reason, message }
}
