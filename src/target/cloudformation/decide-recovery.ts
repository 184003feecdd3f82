import type { Operation } from '../../api/record.ts'
import { blocked, isAnswered, isRecent, wait } from '../operation.ts'
import { act, identityOf, isOurs, newOperation, type Context, type StackDecision } from './context.ts'
import { isAttempt } from './correction.ts'
import { uncorrectable } from './decide-drift.ts'
import { causeText, operationNoun, whatNext } from './words.ts'

/** ContinueUpdateRollback is tried so many times before a person is asked. */
const maxContinues = 3
/** Time between two of them: most rollbacks fail for something that takes a while to go away. */
const continuePauseMs = 30_000

/** An operation that ended badly: reported with its first cause, after a rollback that is stuck was helped along. */
export function decideFailure(context: Context, operation: Operation): StackDecision {
  const cause = failureText(context, operation)
  if (context.situation === 'rollback-stuck' && context.stack !== undefined) {
    const isCorrection = isAttempt(operation)
    return continueRollback(context, context.stack.id, {
      ...newOperation(context, 'recover', { cause, next: isCorrection ? 'drift' : 'failed' }),
      digest: operation.digest,
      revision: operation.revision,
    })
  }
  if (isAttempt(operation)) return uncorrectable(context.record.status.drift?.properties ?? [], cause)
  return failed(context, cause)
}

function failed(context: Context, cause: string): StackDecision {
  return {
    type: 'failed',
    reason: context.stack?.status.includes('ROLLBACK') === true ? 'RolledBack' : 'DeploymentFailed',
    message: `${cause}; ${whatNext(context)}`,
    identity: identityOf(context),
  }
}

function failureText(context: Context, operation: Operation): string {
  const { stack, observation, situation } = context
  const noun = operationNoun(operation)
  const end = {
    'rollback-stuck': 'failed, and so did its rollback',
    'update-failed': 'failed and was left as it is',
  }[situation as string]
  const isRolledBack = stack?.status === 'ROLLBACK_COMPLETE' || situation === 'rolled-back'
  const how = end ?? (isRolledBack ? 'rolled back' : 'failed')
  const why = observation.cause === undefined ? stack?.statusReason?.trim() : causeText(observation.cause)
  return `${noun} ${how}: ${why === undefined || why === '' ? `no cause is to be found in its events (${stack?.status ?? 'gone'})` : why}`
}

/** Begins to get rid of a stack that never was stable, so that it can be made anew. Only ours, and only when it never worked. */
export function beginRecreation(context: Context, stackId: string): StackDecision {
  const { stack, record } = context
  if (stack === undefined || !isOurs(context, stack)) {
    return blocked(
      'Foreign',
      `stack ${context.stackName} is ${stack?.status ?? 'gone'} and does not carry our mark, so it is not deleted; delete it by hand to have it made anew`,
    )
  }
  const { identity } = record.status
  if (identity?.['stackId'] === stackId && identity['updatedAt'] !== undefined) {
    return blocked(
      'Stuck',
      `stack ${context.stackName} is ${stack.status} although it was stable once; it is not deleted, a person has to look`,
    )
  }
  if (stack.terminationProtection) {
    return blocked(
      'TerminationProtected',
      `stack ${context.stackName} is ${stack.status} and protected from termination; turn that off to have it made anew`,
    )
  }
  return deleteForRecreation(context, stackId, newOperation(context, 'recover', { next: 'apply' }))
}

function deleteForRecreation(context: Context, stackId: string, operation: Operation): StackDecision {
  const token = `${operation.token}-delete`
  return act(
    context,
    operation,
    { type: 'delete-stack', stack: stackId, token },
    `deleting stack ${context.stackName}, which is ${context.stack?.status ?? 'gone'} and never was stable, to make it anew`,
  )
}

/** Begins to roll a failed update back to the last stable state. */
export function beginRollback(context: Context, stackId: string): StackDecision {
  return rollBack(context, stackId, newOperation(context, 'recover', { next: 'apply' }))
}

function rollBack(context: Context, stackId: string, operation: Operation): StackDecision {
  const token = `${operation.token}-rollback`
  return act(
    context,
    operation,
    { type: 'rollback-stack', stack: stackId, token },
    'rolling the failed update back',
  )
}

/** Begins to help a stuck rollback along. */
export function beginContinuedRollback(context: Context, stackId: string): StackDecision {
  return continueRollback(context, stackId, newOperation(context, 'recover', { next: 'apply' }))
}

function continueRollback(context: Context, stackId: string, operation: Operation): StackDecision {
  const tries = Number(operation.data['tries'] ?? '0') + 1
  const token = `${operation.token}-continue-${tries}`
  const message = `continuing the rollback (try ${tries} of ${maxContinues})`
  return act(context, operation, { type: 'continue-rollback', stack: stackId, token }, message, {
    tries: String(tries),
  })
}

/** Carries on with a recovery; `over`: the stack can be worked on again. */
export function continueRecovery(context: Context, operation: Operation): StackDecision | 'over' {
  const { situation, stack } = context
  if (stack === undefined || situation === 'missing') return recoveryOfMissing(context, operation)
  const refusal = operation.data['refused']
  if (refusal !== undefined)
    return failed(context, `${operation.data['cause'] ?? 'stuck'}; recovery was refused: ${refusal}`)
  switch (situation) {
    case 'stable':
    case 'rolled-back':
      return recovered(context, operation)
    case 'rollback-stuck':
      return stuckRollback(context, operation, stack.id)
    case 'update-failed':
      return repeatOrGiveUp(context, operation, 'rollback-stack', () =>
        rollBack(context, stack.id, operation),
      )
    case 'never-stable':
      return repeatOrGiveUp(context, operation, 'delete-stack', () =>
        deleteForRecreation(context, stack.id, operation),
      )
    default:
      return 'over'
  }
}

function recoveryOfMissing(context: Context, operation: Operation): StackDecision | 'over' {
  const isSeenGone = context.observation.goneId !== undefined
  const message = 'the stack is not to be seen for the moment'
  return isSeenGone || !isRecent(context, operation) ? 'over' : wait(context, 'Progressing', message)
}

function recovered(context: Context, operation: Operation): StackDecision | 'over' {
  const cause = operation.data['cause'] ?? 'the update failed'
  if (operation.data['next'] === 'failed') return failed(context, cause)
  if (operation.data['next'] === 'drift')
    return uncorrectable(context.record.status.drift?.properties ?? [], cause)
  return 'over'
}

/** A call that was not answered may never have been made: again, with the same token. One that was answered and changed nothing is not made forever. */
function repeatOrGiveUp(
  context: Context,
  operation: Operation,
  phase: string,
  repeat: () => StackDecision,
): StackDecision | 'over' {
  if (operation.phase !== phase) return 'over'
  if (!isAnswered(operation)) return repeat()
  if (isRecent(context, operation)) return wait(context, 'Progressing', 'the recovery does not show yet')
  const cause = operation.data['cause'] ?? `the stack stays ${context.stack?.status ?? 'as it is'}`
  return failed(context, `${cause}; the recovery did not help`)
}

function stuckRollback(context: Context, operation: Operation, stackId: string): StackDecision {
  if (operation.phase !== 'continue-rollback') return continueRollback(context, stackId, operation)
  const tries = Number(operation.data['tries'] ?? '0')
  if (!isAnswered(operation)) {
    // Tries are counted with the intent: the same one is made again.
    const data = { ...operation.data, tries: String(tries - 1) }
    return continueRollback(context, stackId, { ...operation, data })
  }
  if (isRecent(context, operation, continuePauseMs * tries))
    return wait(context, 'Progressing', `the rollback is stuck (try ${tries} of ${maxContinues})`)
  if (tries < maxContinues) return continueRollback(context, stackId, operation)
  const cause = operation.data['cause'] ?? 'an update failed, and so did its rollback'
  const stuck = `the rollback is stuck after ${maxContinues} tries (${context.stack?.statusReason?.trim() ?? 'no reason given'})`
  return failed(context, `${cause}; ${stuck}; mend what it names and continue the rollback in CloudFormation`)
}
