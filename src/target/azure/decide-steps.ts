import type { Operation } from '../../api/record.ts'
import { isAnswered, isRecent, wait } from '../operation.ts'
import { act, mayStillShow, type AzureDecision, type Context } from './context.ts'
import type { Look } from './observation.ts'
import { deployingText } from './words.ts'

/** Intends the deployment itself. */
export function put(context: Context, operation: Operation): Extract<AzureDecision, { type: 'act' }> {
  return act(context, operation, { type: 'put' }, deployingText(context), { put: 'true' })
}

/** Waits for an answer that ARM works on. One whose place is lost is asked for again: it changes nothing. */
export function follow(
  context: Context,
  operation: Operation,
  look: Look<unknown> | undefined,
  message: string,
): AzureDecision {
  if (look?.status === 'running') {
    const { location, retryAfterMs } = look
    const data = location === undefined ? operation.data : { ...operation.data, location }
    return wait(context, 'Progressing', message, {
      operation: { ...operation, data },
      atLeastMs: retryAfterMs,
    })
  }
  const isUnderWay = isAnswered(operation) ? isRecent(context, operation) : mayStillShow(context, operation)
  if (isUnderWay && operation.phase !== '') return wait(context, 'Progressing', message)
  const type = operation.phase === 'validate' ? 'validate' : 'what-if'
  return act(context, operation, { type }, message)
}
