import {
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SQSClient,
} from '@aws-sdk/client-sqs'
import { awsClientConfig } from '../api/aws-client.ts'
import type { AwsLocation } from '../api/aws-client.ts'
import { awsErrorName, fromAwsError } from '../api/aws-error.ts'
import { stalled, transient } from '../api/errors.ts'
import { readDueMessage, writeDueMessage } from './message.ts'
import { keptDelayMs, maxReceive } from './queue.ts'
import type { Delivery, Queue } from './queue.ts'

/** Which queue, and where; how long a delivery is left alone and when it is a dead letter are the queue's own settings. */
export interface SqsQueueOptions extends AwsLocation {
  url: string
  /** How long one `receive` waits for a message, in seconds; default 1: 0 asks only some of SQS's servers and misses messages. */
  waitSeconds?: number
}

/** SQS takes ten messages a call. */
const batch = 10

/**
 * A standard SQS queue. A message that is none of ours is not answered, so that the queue's redrive policy moves it to
 * the dead letters, where a person sees it.
 */
export function createSqsQueue({ url, waitSeconds = 1, ...location }: SqsQueueOptions): Queue {
  const client = new SQSClient(awsClientConfig({ ...location, ...regionOf(url, location.region) }))
  const call = async <Answer>(run: () => Promise<Answer>): Promise<Answer> => {
    try {
      return await run()
    } catch (error) {
      throw translate(url, error)
    }
  }
  return {
    send: async (messages) => {
      for (let i = 0; i < messages.length; i += batch) {
        const entries = messages.slice(i, i + batch).map((message, n) => ({
          Id: String(n),
          MessageBody: writeDueMessage(message.key),
          // SQS counts whole seconds; rather late than early.
          DelaySeconds: Math.ceil(keptDelayMs(message) / 1000),
        }))
        const command = new SendMessageBatchCommand({ QueueUrl: url, Entries: entries })
        const { Failed: failed = [] } = await call(() => client.send(command))
        // Those that were sent are sent: all are sent again by whoever tries again, which costs one extra look.
        if (failed[0] !== undefined)
          throw transient(
            'Unavailable',
            `queue ${url}: ${failed.length} of ${entries.length} messages refused: ${failed[0].Code}`,
          )
      }
    },
    receive: async (limit) => {
      if (limit < 1) return []
      const command = new ReceiveMessageCommand({
        QueueUrl: url,
        MaxNumberOfMessages: Math.min(Math.floor(limit), maxReceive),
        WaitTimeSeconds: waitSeconds,
        MessageSystemAttributeNames: ['ApproximateReceiveCount'],
      })
      const { Messages: messages = [] } = await call(() => client.send(command))
      return messages.flatMap(({ Body, ReceiptHandle, Attributes }): Delivery[] => {
        const key = readDueMessage(Body ?? '')
        if (key === undefined || ReceiptHandle === undefined) return []
        return [{ key, receipt: ReceiptHandle, attempts: Number(Attributes?.ApproximateReceiveCount ?? 1) }]
      })
    },
    done: async (deliveries) => {
      for (let i = 0; i < deliveries.length; i += batch) {
        const entries = deliveries
          .slice(i, i + batch)
          .map(({ receipt }, n) => ({ Id: String(n), ReceiptHandle: receipt }))
        // A message that could not be deleted comes again: an extra look.
        await call(() => client.send(new DeleteMessageBatchCommand({ QueueUrl: url, Entries: entries })))
      }
    },
  }
}

/** The region in a queue's own URL, `https://sqs.<region>.amazonaws.com/…`, unless one is named. */
function regionOf(url: string, named: string | undefined): { region?: string } {
  const region =
    named ??
    /^https:\/\/(?:sqs\.([a-z0-9-]+)|([a-z0-9-]+)\.queue)\.amazonaws\./.exec(url)?.slice(1).find(Boolean)
  return region === undefined ? {} : { region }
}

function translate(url: string, error: unknown): unknown {
  const missing = ['AWS.SimpleQueueService.NonExistentQueue', 'QueueDoesNotExist']
  if (missing.includes(awsErrorName(error) ?? ''))
    return stalled('QueueNotFound', `the queue ${url} does not exist; check account, region and name`, error)
  return fromAwsError(error, `queue ${url}`)
}
