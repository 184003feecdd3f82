import type { Operation } from '../../api/record.ts'
import { correctionMode } from './correction.ts'
import { act, newOperation, type Context, type StackDecision } from './context.ts'

/** Begins to bring the stack's content to what is declared. */
export function beginApply(context: Context): StackDecision {
  return createChangeSet(context, newOperation(context, 'apply', { content: context.content }))
}

/** Makes the operation's change set, of the type that the stack asks for. */
export function createChangeSet(context: Context, operation: Operation): StackDecision {
  const { stack, situation, stackName } = context
  const isNew = stack === undefined || situation === 'review' || situation === 'missing'
  const changeSetType = isNew ? 'CREATE' : 'UPDATE'
  const mode = correctionMode(operation)
  const action = {
    type: 'create-change-set',
    stack: stack?.id ?? stackName,
    changeSetType,
    clearRollbackTriggers: stack?.hasRollbackTriggers === true && context.spec.rollbackTriggers === undefined,
    ...(mode === 'revert-drift' || mode === 'accept-drift' ? { mode } : {}),
  } as const
  return act(context, operation, action, `creating change set ${operation.id}`, { changeSetType })
}
