import { shortRevision } from '../../api/revision.ts'
import type { Operation } from '../../api/record.ts'
import { isOurs, roleAccount, type Context, type StackDecision } from './context.ts'
import { completeText } from './words.ts'

/** Everything is as declared. */
export function applied(context: Context, operation?: Operation, reason?: string): StackDecision {
  const { stack, record, content } = context
  const wasExecuted = operation?.data['executed'] !== undefined
  const wasSet = operation?.data['policy'] !== undefined || operation?.data['protection'] !== undefined
  const beside = 'stack policy and termination protection are as declared again'
  const unchanged = wasSet
    ? beside
    : `no changes since ${shortRevision(record.status.lastAppliedRevision ?? 'before')}`
  return {
    type: 'applied',
    message: operation !== undefined && wasExecuted ? completeText(operation, context.now) : unchanged,
    changed: wasExecuted || wasSet,
    ...(reason === undefined ? {} : { reason }),
    outputs: stack?.outputs ?? {},
    identity:
      stack === undefined ? {} : appliedIdentity(context, stack, operation?.data['content'] ?? content),
  }
}

function appliedIdentity(
  context: Context,
  stack: NonNullable<Context['stack']>,
  content: string,
): Record<string, string> {
  const account = roleAccount(context.spec)
  // A stack that does not carry our mark yet has to get it, so its content is not as wanted.
  return {
    stackId: stack.id,
    updatedAt: stack.updatedAt,
    ...(isOurs(context, stack) ? { content } : {}),
    ...(account === undefined ? {} : { account }),
    ...(stack.roleArn === undefined ? {} : { roleArn: stack.roleArn }),
  }
}
