import type { Context, SQSBatchResponse, SQSEvent, SQSHandler, SQSRecord } from 'aws-lambda'
import { asHeadwaterError } from '../../src/api/errors.ts'
import { readDueMessage } from '../../src/queue/message.ts'
import { createApplicationOpener, deadlineOf } from './application.ts'
import type { Application } from './application.ts'

/** A message may come a moment early: delays are whole seconds. */
const earlyMs = 1_000

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
  const deadline = deadlineOf(app.clock, context)
  const failed = await Promise.all(
    event.Records.map(async (record) =>
      (await isDone(app, record, deadline)) ? undefined : record.messageId,
    ),
  )
  await app.flush()
  return {
    batchItemFailures: failed.filter((id) => id !== undefined).map((itemIdentifier) => ({ itemIdentifier })),
  }
}

async function isDone(app: Application, message: SQSRecord, deadline: number): Promise<boolean> {
  const { controller, store, clock, log } = app
  const key = readDueMessage(message.body)
  if (key === undefined) {
    log.warn({ delivery: message.messageId }, 'a message names no object')
    return false
  }
  const began = clock.now()
  if (began >= deadline) return false
  try {
    const stored = await store.get(key)
    const dueAt = stored?.record.dueAt
    // Delivered twice, or done meanwhile by another worker.
    if (dueAt === undefined || dueAt > began + earlyMs) return true
    await controller.reconcile(key)
    log.info({ function: 'worker', key, durationMs: clock.now() - began }, 'step')
    return true
  } catch (error) {
    log.warn({ function: 'worker', key, error: asHeadwaterError(error) }, 'step ended in an error')
    return false
  }
}

const open = createApplicationOpener(process.env)

/** Entry point: an SQS batch, with `ReportBatchItemFailures`. */
export const handler: SQSHandler = async (event, context) => handleBatch(await open(), event, context)
