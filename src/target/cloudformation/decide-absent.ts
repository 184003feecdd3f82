import type { Operation } from '../../api/record.ts'
import { blocked, isAnswered, isRecent, wait } from '../operation.ts'
import { act, isOurs, newOperation, pinnedId, type Context, type StackDecision } from './context.ts'
import { isReviewOurs, refuseOtherAccount } from './ownership.ts'

/** What to do for an object that shall be gone. Only a stack with our mark is ever deleted, by its StackId. */
export function decideAbsent(context: Context): StackDecision {
  const { stack, observation, operation, stackName } = context
  const refusal = refuseOtherAccount(context)
  if (refusal !== undefined) return refusal
  if (stack === undefined) return decideGone(context)
  if (context.situation === 'busy') {
    const isOurDelete = operation?.type === 'delete' && stack.status === 'DELETE_IN_PROGRESS'
    return wait(
      context,
      isOurDelete ? 'Deleting' : 'OperationInProgress',
      isOurDelete
        ? `deleting stack ${stackName}`
        : `stack ${stackName} is ${stack.status}; it is deleted when that is over`,
      { progress: observation.progress, atLeastMs: isOurDelete ? 0 : 5_000 },
    )
  }
  const isMine = context.situation === 'review' ? isReviewOurs(context, stack) : isOurs(context, stack)
  if (!isMine) {
    return {
      type: 'deleted',
      message: `stack ${stackName} does not carry our mark "${context.mark}": it is left as it is and forgotten`,
    }
  }
  const refused = operation?.type === 'delete' ? operation.data['refused'] : undefined
  if (refused !== undefined)
    return blocked(
      'DeleteFailed',
      `stack ${stackName} could not be deleted: ${refused}; it is tried again at the interval`,
    )
  if (stack.status === 'DELETE_FAILED' && operation?.type === 'delete' && isAnswered(operation)) {
    if (isRecent(context, operation, 5_000)) return wait(context, 'Deleting', `deleting stack ${stackName}`)
    return blocked(
      'DeleteFailed',
      `stack ${stackName} could not be deleted: ${stack.statusReason?.trim() ?? 'no reason given'}; empty or release what it names, it is tried again at the interval`,
    )
  }
  return deleteStack(context, stack.id)
}

function deleteStack(context: Context, stackId: string): StackDecision {
  const { stack, stackName, operation: current } = context
  const operation = current?.type === 'delete' ? current : newOperation(context, 'delete')
  if (stack?.terminationProtection === true && operation.data['protection'] !== 'false') {
    if (context.spec.terminationProtection !== false) {
      return blocked(
        'TerminationProtected',
        `stack ${stackName} is protected from termination; turn the protection off to have it deleted`,
      )
    }
    const action = { type: 'set-termination-protection', stack: stackId, enabled: false } as const
    return act(context, operation, action, 'turning termination protection off, as declared')
  }
  if (operation.phase === 'delete-stack' && isAnswered(operation) && isRecent(context, operation))
    return wait(context, 'Deleting', `the deletion of stack ${stackName} does not show yet`)
  return act(
    context,
    operation,
    { type: 'delete-stack', stack: stackId, token: operation.token },
    `deleting stack ${stackName}`,
  )
}

/** No stack to be seen. One "does not exist" is not believed of a stack that we knew. */
function decideGone(context: Context): StackDecision {
  const { observation, operation, record, stackName } = context
  if (observation.stranger !== undefined) {
    return {
      type: 'deleted',
      message: `our stack ${stackName} is gone; another one has its name, which is left as it is`,
    }
  }
  const deleted = { type: 'deleted', message: `stack ${stackName} is gone` } as const
  if (observation.goneId !== undefined) return deleted
  if (operation?.type === 'delete') {
    const isSure =
      (operation.phase === 'delete-stack' && isAnswered(operation)) || !isRecent(context, operation)
    return isSure ? deleted : confirm(context, operation)
  }
  const mayAppear = operation?.type === 'apply' && isRecent(context, operation)
  if (pinnedId(record) === undefined && !mayAppear) return deleted
  return confirm(context, { ...newOperation(context, 'delete'), phase: 'confirm-gone' })
}

function confirm(context: Context, operation: Operation): StackDecision {
  const message = `stack ${context.stackName} is not to be seen; looking again before it is believed`
  return wait(context, 'Deleting', message, { operation, atLeastMs: 10_000 })
}
