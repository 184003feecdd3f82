import type { Operation } from '../../api/record.ts'
import { blocked, isAnswered, isRecent, isSuperseded, wait } from '../operation.ts'
import { act, identityOf, type Context, type StackDecision } from './context.ts'
import { correctionMode, isAttempt } from './correction.ts'
import { createChangeSet } from './create-change-set.ts'
import { decideFailure } from './decide-recovery.ts'
import { settle, wantsPolicy } from './decide-settle.ts'
import { changesText, isEmptyChangeSet, whatNext } from './words.ts'

/** The operation has nothing more to do and nothing to report: what is wanted is to be begun anew. */
export type Over = 'over'

/**
 * Carries on with an operation whose means is a change set:
 *
 *     create ─▶ (ready) ─▶ [stack policy] ─▶ execute ─▶ (watched) ─▶ settle
 *                  └─ empty, refused or superseded ─▶ delete it ─┘
 *
 * A call that was intended and not answered is looked for by its name before it is repeated, under the same name.
 */
export function continueChangeSet(context: Context, operation: Operation): StackDecision | Over {
  if (operation.data['refused'] !== undefined) return refused(context, operation)
  if (operation.data['outcome'] !== undefined) return afterDropped(context, operation)
  if (operation.data['executing'] !== undefined) return watchExecution(context, operation)
  if (operation.data['held'] !== undefined) return settle(context, operation, false)
  return prepare(context, operation)
}

/** Until the change set is executed. */
function prepare(context: Context, operation: Operation): StackDecision | Over {
  const { changeSet } = context.observation
  if (changeSet === undefined || changeSet.status === 'DELETE_COMPLETE') return notThere(context, operation)
  switch (changeSet.status) {
    case 'CREATE_PENDING':
    case 'CREATE_IN_PROGRESS':
      return wait(context, 'Progressing', `change set ${operation.id} is being created`)
    case 'CREATE_COMPLETE':
      return created(context, operation, changeSet.id)
    case 'FAILED':
      return isEmptyChangeSet(changeSet)
        ? drop(context, operation, 'empty')
        : drop(context, operation, 'failed', changeSet.statusReason ?? 'no reason given')
    case 'DELETE_PENDING':
    case 'DELETE_IN_PROGRESS':
      return wait(context, 'Progressing', `change set ${operation.id} is being deleted by somebody`)
    case 'DELETE_FAILED':
      return drop(context, operation, 'superseded')
    default:
      return blocked(
        'UnknownChangeSetStatus',
        `change set ${changeSet.id} has the status ${changeSet.status}, which this version does not know; nothing is changed`,
      )
  }
}

function notThere(context: Context, operation: Operation): StackDecision | Over {
  const wasMade = operation.data['changeSetId'] !== undefined
  const mayAppear = isRecent(context, operation)
  if ((wasMade || isSuperseded(context, operation)) && mayAppear) {
    return wait(context, 'Progressing', `change set ${operation.id} does not show yet`)
  }
  if (wasMade || isSuperseded(context, operation)) return 'over'
  return createChangeSet(context, operation)
}

function created(context: Context, operation: Operation, changeSetId: string): StackDecision | Over {
  const { changeSet } = context.observation
  switch (changeSet?.executionStatus) {
    case 'AVAILABLE':
      if (isSuperseded(context, operation)) return drop(context, operation, 'superseded')
      return execute(context, operation, changeSetId)
    case 'EXECUTE_IN_PROGRESS':
    case 'EXECUTE_COMPLETE':
    case 'EXECUTE_FAILED':
      // Somebody was quicker and executed our change set by hand: its end is ours all the same.
      return watchExecution(context, operation)
    case 'OBSOLETE':
      return drop(context, operation, 'superseded')
    default:
      return wait(context, 'Progressing', `change set ${operation.id} is not available yet`)
  }
}

/** Executes by ARN: a change set is a compare-and-swap, a stale one is refused. The stack policy goes first, so that it holds already. */
function execute(context: Context, operation: Operation, changeSetId: string): StackDecision | Over {
  const { changeSet } = context.observation
  const data = { changeSetId, ...(changeSet === undefined ? {} : { stackId: changeSet.stackId }) }
  const changeSetType = operation.data['changeSetType'] === 'CREATE' ? 'CREATE' : 'UPDATE'
  if (changeSetType === 'UPDATE' && context.stack !== undefined && wantsPolicy(context, operation)) {
    const action = { type: 'set-stack-policy', stack: context.stack.id } as const
    return act(context, operation, action, 'setting the stack policy', data)
  }
  const changes = changeSet?.changes ?? []
  const replaced = changes.find((change) => change.replacement || change.mayReplace === true)
  if (correctionMode(operation) === 'accept-drift' && replaced !== undefined)
    return drop(context, operation, 'failed', `it would replace ${replaced.resource}`)
  return act(
    context,
    operation,
    { type: 'execute-change-set', changeSetId, changeSetType },
    `executing change set ${operation.id}: ${changesText(changes)}`,
    { ...data, executing: 'true', total: String(changes.length) },
  )
}

/** Gives up a change set: never leaves one of ours behind. */
function drop(
  context: Context,
  operation: Operation,
  outcome: 'empty' | 'failed' | 'refused' | 'superseded',
  cause = '',
): StackDecision | Over {
  const { changeSet } = context.observation
  if (changeSet === undefined) return 'over'
  const data = { outcome, changeSetId: changeSet.id, stackId: changeSet.stackId }
  const why = {
    empty: 'it has no changes',
    failed: 'it failed',
    refused: 'its execution was refused',
    superseded: 'it is out of date',
  }[outcome]
  return act(
    context,
    operation,
    { type: 'delete-change-set', changeSetId: changeSet.id },
    `deleting change set ${operation.id}: ${why}`,
    cause === '' ? data : { ...data, cause },
  )
}

function afterDropped(context: Context, operation: Operation): StackDecision | Over {
  const { changeSet } = context.observation
  const isGone = changeSet === undefined || changeSet.status === 'DELETE_COMPLETE'
  const isDeleting = changeSet?.status === 'DELETE_IN_PROGRESS' || changeSet?.status === 'DELETE_PENDING'
  const deletes = Number(operation.data['deletes'] ?? '0')
  if (!isGone && (isDeleting || (isAnswered(operation) && isRecent(context, operation)))) {
    return wait(context, 'Progressing', `change set ${operation.id} is being deleted`)
  }
  if (!isGone && deletes < 3) {
    return act(
      context,
      operation,
      { type: 'delete-change-set', changeSetId: changeSet.id },
      `deleting change set ${operation.id} again`,
      { deletes: String(deletes + 1) },
    )
  }
  // Three deletions that did nothing: it stays, and goes with the next execution, which removes all others.
  return concludeDropped(context, operation)
}

function concludeDropped(context: Context, operation: Operation): StackDecision | Over {
  const cause = operation.data['cause'] ?? ''
  const isCorrection = isAttempt(operation)
  switch (operation.data['outcome']) {
    case 'empty':
      if (isCorrection) return settle(context, operation, false)
      if (context.situation === 'review' || context.situation === 'missing')
        return changeSetFailed(context, 'the template has nothing to create')
      return settle(context, operation, false)
    case 'failed':
      return isCorrection
        ? settle(context, { ...operation, data: { ...operation.data, refused: cause } }, false)
        : changeSetFailed(context, cause)
    case 'refused':
      return isCorrection ? settle(context, operation, false) : callRefused(context, cause)
    default:
      return 'over'
  }
}

function changeSetFailed(context: Context, cause: string): StackDecision {
  return {
    type: 'failed',
    reason: 'ChangeSetFailed',
    message: `the change set failed: ${cause}; ${whatNext(context)}`,
    identity: identityOf(context),
  }
}

/** CloudFormation would not take a call: its change set goes, then the refusal is reported. */
function refused(context: Context, operation: Operation): StackDecision | Over {
  const { changeSet } = context.observation
  const cause = operation.data['refused'] ?? ''
  const isCorrection = isAttempt(operation)
  if (operation.data['executed'] !== undefined) {
    return isCorrection ? settle(context, operation, true) : callRefused(context, cause)
  }
  if (operation.data['outcome'] !== undefined) return afterDropped(context, operation)
  const isThere = changeSet !== undefined && changeSet.status !== 'DELETE_COMPLETE'
  if (isThere) return drop(context, operation, 'refused', cause)
  return isCorrection ? settle(context, operation, false) : callRefused(context, cause)
}

function callRefused(context: Context, cause: string): StackDecision {
  return {
    type: 'failed',
    reason: 'CallRefused',
    message: `CloudFormation refused: ${cause}; ${whatNext(context)}`,
    identity: identityOf(context),
  }
}

/** From the intent to execute until the stack has come to rest. */
function watchExecution(context: Context, operation: Operation): StackDecision | Over {
  const { stack, observation } = context
  const { changeSet } = observation
  if (changeSet === undefined || changeSet.status === 'DELETE_COMPLETE') {
    const isLast = stack?.changeSetId !== undefined && stack.changeSetId === operation.data['changeSetId']
    if (isLast) return judge(context, operation, 'EXECUTE_COMPLETE')
    return isRecent(context, operation)
      ? wait(context, 'Progressing', `change set ${operation.id} is not to be seen for the moment`)
      : 'over'
  }
  switch (changeSet.executionStatus) {
    case 'AVAILABLE':
      return notExecuted(context, operation, changeSet.id)
    case 'EXECUTE_IN_PROGRESS':
      return wait(context, 'Progressing', `change set ${operation.id} is being executed`, {
        progress: observation.progress,
      })
    case 'EXECUTE_COMPLETE':
    case 'EXECUTE_FAILED':
      return judge(context, operation, changeSet.executionStatus)
    case 'OBSOLETE':
      return drop(context, operation, 'superseded')
    default:
      return prepare(context, operation)
  }
}

/** The intent to execute stands, the change set is untouched: the call was never made, or its effect does not show yet. */
function notExecuted(context: Context, operation: Operation, changeSetId: string): StackDecision | Over {
  const mayShowLater = isRecent(context, operation)
  if (mayShowLater && (isAnswered(operation) || isSuperseded(context, operation))) {
    return wait(context, 'Progressing', `the execution of change set ${operation.id} does not show yet`)
  }
  if (isSuperseded(context, operation)) return drop(context, operation, 'superseded')
  return execute(context, operation, changeSetId)
}

/** The execution is over: how did it end? */
function judge(
  context: Context,
  operation: Operation,
  executionStatus: 'EXECUTE_COMPLETE' | 'EXECUTE_FAILED',
): StackDecision | Over {
  const { stack, situation } = context
  const shown = stack?.changeSetId
  const isOther = shown !== undefined && shown !== operation.data['changeSetId']
  if (isOther && isRecent(context, operation)) {
    return wait(context, 'Progressing', `the stack does not show change set ${operation.id} yet`)
  }
  switch (situation) {
    case 'missing':
    case 'review':
      if (isRecent(context, operation))
        return wait(context, 'Progressing', `the stack does not show change set ${operation.id} yet`)
      return situation === 'missing' ? 'over' : decideFailure(context, operation)
    case 'stable':
      // Another change set was executed since: what the stack holds now is not known to be ours.
      if (isOther) return 'over'
      return executionStatus === 'EXECUTE_FAILED'
        ? decideFailure(context, operation)
        : settle(context, operation, true)
    case 'busy':
      return wait(context, 'Progressing', `change set ${operation.id} is being executed`)
    default:
      return decideFailure(context, operation)
  }
}
