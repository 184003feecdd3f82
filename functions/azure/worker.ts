import { app } from '@azure/functions'
import type { InvocationContext } from '@azure/functions'
import { stalled, transient } from '../../src/api/errors.ts'
import { splitScheme } from '../../src/api/scheme.ts'
import { readDueMessage } from '../../src/queue/message.ts'
import type { Application } from '../shared/application.ts'
import { takeDelivery } from '../shared/delivery.ts'
import { deadlineOf, maxDequeueCount, open } from './application.ts'

/**
 * Takes a step for one message. One that failed, or for which there was no time, ends in an error: the host shows it again
 * after `visibilityTimeout` and, at its last delivery, moves it to the poison queue. The object itself stays due, so a
 * poison message costs nothing but a look by a person.
 */
export async function handleMessage(
  application: Application,
  message: unknown,
  { invocationId, triggerMetadata }: Pick<InvocationContext, 'invocationId' | 'triggerMetadata'>,
  deadline = deadlineOf(application),
): Promise<void> {
  const id = triggerMetadata?.['id']
  const delivery = typeof id === 'string' ? id : invocationId
  const attempt = Number(triggerMetadata?.['dequeueCount'] ?? 1)
  // The host parses what is JSON.
  const text = typeof message === 'string' ? message : JSON.stringify(message)
  const key = readDueMessage(text)
  const outcome = await takeDelivery(application, { key, delivery, deadline })
  await application.flush()
  if (outcome.is === 'done') return
  if (attempt >= maxDequeueCount)
    application.log.warn(
      { function: 'worker', delivery, attempt, ...(key === undefined ? {} : { key }) },
      'the last delivery of a message failed: the host moves it to the poison queue',
    )
  switch (outcome.is) {
    case 'nobody':
      throw stalled('InvalidMessage', `message ${delivery} names no object`)
    case 'late':
      throw transient('OutOfTime', `no time was left to begin a step for ${String(key)}`)
    case 'failed':
      throw outcome.error
  }
}

const queue = splitScheme(process.env['HEADWATER_QUEUE'] ?? '')

// Without a queue of Azure there is nothing to listen to, and `schedule` takes the steps itself.
if (queue?.scheme === 'azqueue')
  app.storageQueue('worker', {
    queueName: queue.rest.split('/')[1] ?? '',
    // The host's own storage account, which the queue must be in.
    connection: 'AzureWebJobsStorage',
    handler: async (message, context) => handleMessage(await open(), message, context),
  })
