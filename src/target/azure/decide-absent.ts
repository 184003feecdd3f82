import { blocked, isAnswered, isRecent, wait } from '../operation.ts'
import {
  act,
  describePlace,
  isOurs,
  mayStillShow,
  newOperation,
  pinnedId,
  type AzureDecision,
  type Context,
} from './context.ts'
import { refuseMoved } from './ownership.ts'
import type { DeploymentView } from './observation.ts'
import { causeText } from './words.ts'

/** What to do for an object that shall be gone. Only what carries our mark is ever deleted. */
export function decideAbsent(context: Context): AzureDecision {
  const { view, place, situation, observation } = context
  const refusal = refuseMoved(context)
  if (refusal !== undefined) return refusal
  const what = describePlace(place)
  if (observation.missingScope !== undefined)
    return { type: 'deleted', message: `${what} is gone with all around it: ${observation.missingScope}` }
  if (view === undefined || situation === 'absent') return decideGone(context)
  if (!isOurs(context, view))
    return {
      type: 'deleted',
      message: `${what} does not carry our mark "${context.mark}": it is left as it is and forgotten`,
    }
  if (situation === 'busy' || situation === 'deleting') return decideBusy(context, view)
  if (situation === 'unknown')
    return blocked(
      'UnknownState',
      `${what} is "${view.state}", which this version does not know; it is not deleted`,
    )
  return decideRest(context, view)
}

function decideBusy(context: Context, view: DeploymentView): AzureDecision {
  const { operation, place, situation, observation } = context
  const isOurDelete = operation?.type === 'delete' && operation.phase === 'delete'
  const isDeleting = situation === 'deleting' || view.state.toLowerCase() === 'deletingresources'
  const what = describePlace(place)
  if (isOurDelete && isDeleting)
    return wait(context, 'Deleting', `deleting ${what}`, { progress: observation.progress })
  return wait(context, 'OperationInProgress', `${what} is ${view.state}; it is deleted when that is over`, {
    atLeastMs: 5_000,
    progress: observation.progress,
  })
}

/** Nothing runs on it: delete it, or say why that did not work. */
function decideRest(context: Context, view: DeploymentView): AzureDecision {
  const { operation: current, place, observation } = context
  const operation = current?.type === 'delete' ? current : newOperation(context, 'delete')
  const what = describePlace(place)
  const refused = operation.data['refused']
  if (refused !== undefined)
    return blocked(
      'DeleteFailed',
      `${what} could not be deleted: ${refused}; it is tried again at the interval`,
    )
  const isAsked = operation.phase === 'delete' && isAnswered(operation)
  if (isAsked && context.situation === 'failed' && !isRecent(context, operation, 5_000)) {
    const why = observation.cause === undefined ? 'ARM tells no cause' : causeText(observation.cause)
    return blocked(
      'DeleteFailed',
      `${what} could not be deleted: ${why}; mend what it names, it is tried again at the interval`,
    )
  }
  const mayShow = isAsked ? isRecent(context, operation) : mayStillShow(context, operation)
  if (operation.phase === 'delete' && mayShow)
    return wait(context, 'Deleting', `the deletion of ${what} does not show yet`)
  const message =
    place.means === 'stack'
      ? `deleting ${what}, ${fateText(context)}`
      : `deleting ARM's record of ${what}, made with operation ${view.tags['headwater-operation'] ?? 'unknown'}; its resources stay: ARM does not know which they are`
  return act(context, operation, { type: 'delete' }, message)
}

/** What becomes of the resources of a stack that is deleted. */
function fateText({ spec }: Context): string {
  const { resources, resourceGroups } = spec.actionOnUnmanage
  if (resources === 'detach' && resourceGroups === 'detach') return 'its resources stay'
  if (resources === 'delete' && resourceGroups === 'delete') return 'with its resources and resource groups'
  return resources === 'delete'
    ? 'with its resources; resource groups stay'
    : 'with its resource groups; other resources stay'
}

/** Not to be seen. One "does not exist" is not believed of something that we knew. */
function decideGone(context: Context): AzureDecision {
  const { operation, record, place } = context
  const stay = place.means === 'stack' ? '' : '; its resources stay: ARM does not know which they were'
  const deleted = { type: 'deleted', message: `${describePlace(place)} is gone${stay}` } as const
  if (operation?.type === 'delete') {
    const isSure = (operation.phase === 'delete' && isAnswered(operation)) || !isRecent(context, operation)
    return isSure ? deleted : confirm(context, { ...operation, phase: operation.phase || 'confirm-gone' })
  }
  const mayAppear = operation?.type === 'apply' && isRecent(context, operation)
  if (pinnedId(record) === undefined && !mayAppear) return deleted
  return confirm(context, { ...newOperation(context, 'delete'), phase: 'confirm-gone' })
}

function confirm(context: Context, operation: NonNullable<Context['operation']>): AzureDecision {
  const message = `${describePlace(context.place)} is not to be seen; looking again before it is believed`
  return wait(context, 'Deleting', message, { operation, atLeastMs: 10_000 })
}
