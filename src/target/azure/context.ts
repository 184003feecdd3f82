import type { AzureDeploymentSpec } from '../../api/kinds/azure-deployment.ts'
import type { ObjectRecord, Operation } from '../../api/record.ts'
import { beginOperation, intend, isRecent, ownerMark } from '../operation.ts'
import type { OperationContext } from '../operation.ts'
import type { Decision, Subject } from '../target.ts'
import type { Action } from './action.ts'
import { contentDigest } from './digest.ts'
import type { DeploymentView, Observation } from './observation.ts'
import { placeOf, type Place } from './place.ts'
import { situationOf, type Situation } from './state.ts'

/** The tag that says whose a deployment, a stack or a resource group is: `<controller>/<namespace>/<name>`. No colon: not every resource provider takes it. */
export const ownerTag = 'headwater-owner'
/** The tag that says which operation a deployment is of, so that a lost answer is found again. */
export const operationTag = 'headwater-operation'

/** How long a call without an answer may take to show before it is made again: it is the same call under the same name. */
const unansweredGraceMs = 10_000

/** Settings that decisions depend on. */
export interface Settings {
  controllerId: string
  /** Shortest time between two looks at something in flight. */
  pollFloorMs: number
}

/** Everything a decision is made from, with the questions that are asked again and again answered once. */
export interface Context extends OperationContext {
  settings: Settings
  subject: Subject
  observation: Observation
  spec: AzureDeploymentSpec
  /** Hash over what a call would carry. */
  content: string
  place: Place
  view: DeploymentView | undefined
  situation: Situation
}

/** A decision about a deployment. */
export type AzureDecision = Decision<Action>

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

/** A new operation on the object's deployment or stack. */
export function newOperation(
  context: Context,
  type: Operation['type'],
  data: Record<string, string> = {},
): Operation {
  const { id } = context.place
  return beginOperation(context, type, id.toLowerCase(), { id, ...data })
}

/** Intends an action as the next phase of an operation. */
export function act(
  context: Context,
  operation: Operation,
  action: Action,
  message: string,
  data: Record<string, string> = {},
): Extract<AzureDecision, { type: 'act' }> {
  return intend(context, operation, action, { message, data, forget: ['location'] })
}

/** Whether a call without an answer may still come to show. */
export function mayStillShow(context: Context, operation: Operation): boolean {
  return isRecent(context, operation, unansweredGraceMs)
}
