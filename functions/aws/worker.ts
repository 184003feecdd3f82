import type { Context, SQSBatchResponse, SQSEvent, SQSHandler } from 'aws-lambda'
import { readDueMessage } from '../../src/queue/message.ts'
import type { Application } from '../shared/application.ts'
import { takeDelivery } from '../shared/delivery.ts'
import { deadlineOf, open } from './application.ts'

/**
 * Takes a step for every message of a batch, side by side. What could not be begun in time or ended in an error that
 * the object's own record does not tell is handed back, that message alone; after five deliveries it is a dead letter.
 * Follow-ups are announced by the store as the steps write them.
 */
export async function handleBatch(
  app: Application,
  event: SQSEvent,
  context: Pick<Context, 'getRemainingTimeInMillis'>,
): Promise<SQSBatchResponse> {
  const deadline = deadlineOf(app, context)
  const outcomes = await Promise.all(
    event.Records.map(async ({ body, messageId }) => ({
      messageId,
      outcome: await takeDelivery(app, { key: readDueMessage(body), delivery: messageId, deadline }),
    })),
  )
  await app.flush()
  return {
    batchItemFailures: outcomes
      .filter(({ outcome }) => outcome.is !== 'done')
      .map(({ messageId }) => ({ itemIdentifier: messageId })),
  }
}

/** Entry point: an SQS batch, with `ReportBatchItemFailures`. */
export const handler: SQSHandler = async (event, context) => handleBatch(await open(), event, context)
