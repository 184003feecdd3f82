import { applied } from './applied.ts'
import { blocked, isAnswered, isRecent, isSuperseded, wait } from '../operation.ts'
import {
  act,
  describePlace,
  identityOf,
  isOf,
  isOurs,
  mayStillShow,
  newOperation,
  operationTag,
  tagOf,
  type AzureDecision,
  type Context,
} from './context.ts'
import { beginApply, continueApply } from './decide-apply.ts'
import { beginCorrection, beginLook, continueLook } from './decide-drift.ts'
import { refuseForeign } from './ownership.ts'
import { isCancellable } from './state.ts'
import type { DeploymentView } from './observation.ts'
import { deployingText, whatNext } from './words.ts'

/** What to do for an object that shall be there. */
export function decidePresent(context: Context): AzureDecision {
  const refusal = refuseForeign(context)
  if (refusal !== undefined) return refusal
  if (context.record.inputs === undefined) return blocked('NoInputs', 'the inputs were not packaged yet')
  if (context.observation.missingScope !== undefined) return decideMissingScope(context)
  const { view, situation } = context
  if (view !== undefined && (situation === 'busy' || situation === 'deleting'))
    return decideBusy(context, view)
  if (view !== undefined && situation === 'unknown') return decideUnknown(context, view)
  return continueOperation(context) ?? begin(context)
}

/** There is nothing to deploy into. A resource group is made if the document says so, everything else is a person's. */
function decideMissingScope(context: Context): AzureDecision {
  const { place, spec, observation, operation: current } = context
  if (isSpent(context)) return notRetried(context)
  const said = observation.missingScope ?? 'not found'
  const { group } = place
  if (group === undefined || !/ResourceGroupNotFound/i.test(said)) {
    const what = group === undefined ? place.scopeId : `the subscription of resource group ${group.name}`
    return blocked(
      'ScopeNotFound',
      `${what} is not there, or not to be seen with these rights (${said}); nothing is deployed`,
    )
  }
  if (spec.scope.resourceGroup?.createIfMissing !== true)
    return blocked(
      'ResourceGroupNotFound',
      `resource group ${group.name} is not there; make it, or set spec.scope.resourceGroup.createIfMissing and location`,
    )
  const isUsable = current?.type === 'apply' && !isSuperseded(context, current)
  const refused = isUsable ? current.data['refused'] : undefined
  if (refused !== undefined) return callRefused(context, refused)
  const operation = isUsable ? current : newOperation(context, 'apply', { content: context.content })
  const isMade = operation.phase === 'create-group' && isAnswered(operation)
  if (isMade && isRecent(context, operation))
    return wait(context, 'Progressing', `resource group ${group.name} was made and does not show yet`)
  return act(context, operation, { type: 'create-group' }, `making resource group ${group.name}`)
}

/** An operation runs: ours is watched and, if the document says so, cancelled past its time; another's is waited for. */
function decideBusy(context: Context, view: DeploymentView): AzureDecision {
  const { operation, observation, place } = context
  if (operation?.type === 'apply' && isOf(view, operation))
    return cancelLate(context, view) ?? watch(context, view)
  if (operation?.type === 'apply' && isUnseen(context)) {
    return wait(context, 'Progressing', `${deployingText(context)}, which does not show yet`)
  }
  const isSelf = isOurs(context, view) && tagOf(view, operationTag) !== undefined
  const whose = isSelf ? 'an operation of this object that is not known here' : "somebody else's operation"
  return wait(
    context,
    'OperationInProgress',
    `${whose} runs on ${describePlace(place)} (${view.state}${view.timestamp === undefined ? '' : `, since ${view.timestamp}`}); looking again`,
    { atLeastMs: 15_000, progress: observation.progress },
  )
}

/** A call of ours was made just now, what is to be seen may be of before. */
function isUnseen(context: Context): boolean {
  const { operation } = context
  return operation?.data['put'] !== undefined && mayStillShow(context, operation)
}

function watch(context: Context, view: DeploymentView): AzureDecision {
  const { progress } = context.observation
  const current = progress?.current === undefined ? '' : `: ${progress.current}`
  return wait(context, 'Progressing', `${view.state}${current}`, { progress })
}

function cancelLate(context: Context, view: DeploymentView): AzureDecision | undefined {
  const { operation, spec, now, place, observation } = context
  if (operation === undefined || spec.onTimeout !== 'cancel' || now < operation.deadline) return undefined
  const isAsked = operation.phase === 'cancel' && (isAnswered(operation) || mayStillShow(context, operation))
  if (isAsked)
    return wait(context, 'Cancelling', `cancelling ${describePlace(place)}, as declared`, {
      progress: observation.progress,
    })
  const deploymentId = place.means === 'stack' ? view.deploymentId : view.id
  if (deploymentId === undefined || !isCancellable(view.state)) return undefined
  return act(
    context,
    operation,
    { type: 'cancel', deploymentId },
    `cancelling ${describePlace(place)}: it runs for longer than its timeout of ${spec.timeout}`,
    { cancelled: 'true' },
  )
}

/** A state that a newer ARM came up with: it may pass, and is left alone. */
function decideUnknown(context: Context, view: DeploymentView): AzureDecision {
  const { operation, place, now } = context
  const message = `${describePlace(place)} is "${view.state}", which this version does not know; nothing is changed`
  const isExpected = operation?.type === 'apply' && isOf(view, operation) && now < operation.deadline
  return isExpected ? wait(context, 'UnknownState', message) : blocked('UnknownState', message)
}

/** Carries on with the operation in flight; undefined: there is none, or it is over and has nothing to report. */
function continueOperation(context: Context): AzureDecision | undefined {
  const { operation } = context
  if (operation?.type === 'apply') {
    const decision = continueApply(context, operation)
    return decision === 'over' ? undefined : decision
  }
  return operation?.type === 'drift' ? continueLook(context, operation) : undefined
}

/** Starts what the deployment's state asks for. */
function begin(context: Context): AzureDecision {
  const { subject, view, situation } = context
  if (isSpent(context)) return notRetried(context)
  if (subject.force) return beginApply(context)
  if (view === undefined || situation === 'absent')
    return isForgotten(context) ? beginSettled(context) : beginApply(context)
  return situation === 'succeeded' && isHeld(context, view) ? beginSettled(context) : beginApply(context)
}

/** The same inputs ended in a failure before and nobody asked for another try. An operation under way was asked for. */
function isSpent({ record, subject, digest, operation }: Context): boolean {
  const isFresh = operation === undefined || operation.type === 'drift' || operation.type === 'delete'
  return isFresh && record.status.failedDigest === digest && !subject.force
}

function notRetried(context: Context): AzureDecision {
  const { place, view } = context
  return {
    type: 'failed',
    reason: 'NotRetried',
    message: `these inputs failed before (${describePlace(place)} is ${view === undefined ? 'not there' : view.state || 'Succeeded'}); ${whatNext(context)}`,
    identity: identityOf(context),
  }
}

function callRefused(context: Context, refusal: string): AzureDecision {
  return {
    type: 'failed',
    reason: 'CallRefused',
    message: `ARM refused: ${refusal}; ${whatNext(context)}`,
    identity: identityOf(context),
  }
}

/** What was deployed is what is wanted: put back what drifted, or look for it. */
function beginSettled(context: Context): AzureDecision {
  const { subject, spec, record } = context
  const isNew = record.status.lastAppliedDigest !== context.digest
  const { drift } = record.status
  const mustCorrect = spec.drift === 'correct' && drift !== undefined && drift.properties.length > 0
  if (mustCorrect && drift.isFinal !== true && !isNew) return beginCorrection(context)
  if (subject.driftDue && spec.drift !== 'ignore' && !isNew) return beginLook(context)
  return applied(context)
}

/** Whether the deployment that is to be seen is the one that we made last, and carried what is wanted. */
function isHeld(context: Context, view: DeploymentView): boolean {
  const { identity } = context.record.status
  return (
    isOurs(context, view) &&
    identity?.['content'] === context.content &&
    identity['operation'] === tagOf(view, operationTag) &&
    identity['correlationId'] === view.correlationId &&
    identity['createdAt'] === view.createdAt
  )
}

/** ARM forgets deployments when there are many of them in a scope: what they made stays. A stack is not forgotten. */
function isForgotten({ place, record, content }: Context): boolean {
  return place.means === 'deployment' && record.status.identity?.['content'] === content
}
