import { shortRevision } from '../../api/revision.ts'
import type { Operation } from '../../api/record.ts'
import { isOurs, operationTag, tagOf, type AzureDecision, type Context } from './context.ts'
import { completeText } from './words.ts'

/** Everything is as declared. With `operation`, that is what brought it there. */
export function applied(context: Context, operation?: Operation, reason?: string): AzureDecision {
  const { record } = context
  const unchanged = `no changes since ${shortRevision(record.status.lastAppliedRevision ?? 'before')}`
  return {
    type: 'applied',
    message: operation === undefined ? unchanged : completeText(context, operation),
    changed: operation !== undefined,
    ...(reason === undefined ? {} : { reason }),
    outputs: context.view?.outputs ?? record.status.outputs ?? {},
    identity: appliedIdentity(context, operation),
  }
}

/**
 * What is pinned of a deployment that is as wanted: which one it is, which call made it and what that carried, so that
 * another one under the same name is noticed. Noise that was found out stays known.
 */
export function appliedIdentity(context: Context, operation?: Operation): Record<string, string> {
  const { view, record, content } = context
  const before = record.status.identity ?? {}
  if (view === undefined) return before
  const made = tagOf(view, operationTag)
  return {
    id: view.id,
    ...(made === undefined ? {} : { operation: made }),
    ...(view.correlationId === undefined ? {} : { correlationId: view.correlationId }),
    ...(view.templateHash === undefined ? {} : { templateHash: view.templateHash }),
    ...(view.timestamp === undefined ? {} : { timestamp: view.timestamp }),
    ...(view.createdAt === undefined ? {} : { createdAt: view.createdAt }),
    ...(before['noise'] === undefined ? {} : { noise: before['noise'] }),
    // One that does not carry our mark yet has to get it, so its content is not as wanted.
    ...(isOurs(context, view) ? { content: operation?.data['content'] ?? content } : {}),
  }
}
