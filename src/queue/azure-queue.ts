import { newPipeline, QueueClient, StorageSharedKeyCredential } from '@azure/storage-queue'
import { azureErrorCode, fromAzureError } from '../api/azure-storage-error.ts'
import { azureConnection, azureRequestTimeoutMs, boundEachCall } from '../api/azure-storage.ts'
import type { AzureStorageAccess, AzureTokenCredential } from '../api/azure-storage.ts'
import { stalled } from '../api/errors.ts'
import { readDueMessage, writeDueMessage } from './message.ts'
import { keptDelayMs, maxReceive } from './queue.ts'
import type { Delivery, DueMessage, Queue } from './queue.ts'

/** Which queue, and how its account is reached. */
export interface AzureQueueOptions {
  access: AzureStorageAccess
  queue: string
  /** How long a delivery is left alone before it comes again, in milliseconds; default five minutes. */
  visibilityTimeoutMs?: number
  /** Makes the queue and its poison queue when they are missing: for trying things out. */
  create?: boolean
}

/** After so many deliveries a message is poison, as the Functions host has it. */
export const maxDeliveries = 5

/** How many calls for single messages run at once; the service takes no batches. */
const callsAtOnce = 10

/**
 * A queue of an Azure storage account. Bodies are base64, which the Functions host's queue trigger expects. A message that
 * was delivered five times without being done goes to `<queue>-poison`, where the host puts those of its own trigger too.
 */
export async function createAzureQueue(options: AzureQueueOptions): Promise<Queue> {
  const { queue, visibilityTimeoutMs = 5 * 60_000 } = options
  const client = clientOf(options, queue)
  const poison = clientOf(options, `${queue}-poison`)
  const call = async <Answer>(run: () => Promise<Answer>): Promise<Answer> => {
    try {
      return await run()
    } catch (error) {
      throw translate(queue, error)
    }
  }
  /** Gone already, or delivered anew to somebody else: left alone. */
  const remove = (id: string, receipt: string) =>
    call(async () => {
      try {
        await client.deleteMessage(id, receipt)
      } catch (error) {
        if (!['MessageNotFound', 'PopReceiptMismatch'].includes(azureErrorCode(error) ?? '')) throw error
      }
    })
  if (options.create === true)
    await call(async () => {
      await client.createIfNotExists()
      await poison.createIfNotExists()
    })
  return {
    send: (messages) => inTurns(messages, (message) => call(() => sendOne(client, message))),
    receive: async (limit) => {
      if (limit < 1) return []
      const { receivedMessageItems } = await call(() =>
        client.receiveMessages({
          numberOfMessages: Math.min(Math.floor(limit), maxReceive),
          visibilityTimeout: Math.ceil(visibilityTimeoutMs / 1000),
        }),
      )
      const deliveries: Delivery[] = []
      for (const { messageId, popReceipt, messageText, dequeueCount } of receivedMessageItems) {
        const key = readDueMessage(Buffer.from(messageText, 'base64').toString())
        if (dequeueCount > maxDeliveries) {
          await call(() => poison.sendMessage(messageText))
          await remove(messageId, popReceipt)
        } else if (key !== undefined)
          deliveries.push({ key, receipt: `${messageId}/${popReceipt}`, attempts: dequeueCount })
      }
      return deliveries
    },
    done: (deliveries) =>
      inTurns(deliveries, ({ receipt }) => {
        const [, id = '', popReceipt = ''] = /^([^/]*)\/(.*)$/.exec(receipt) ?? []
        return remove(id, popReceipt)
      }),
  }
}

async function sendOne(client: QueueClient, message: DueMessage): Promise<void> {
  const text = Buffer.from(writeDueMessage(message.key)).toString('base64')
  // The service counts whole seconds; rather late than early.
  await client.sendMessage(text, { visibilityTimeout: Math.ceil(keptDelayMs(message) / 1000) })
}

async function inTurns<Item>(items: readonly Item[], run: (item: Item) => Promise<unknown>): Promise<void> {
  for (let i = 0; i < items.length; i += callsAtOnce)
    await Promise.all(items.slice(i, i + callsAtOnce).map(run))
}

function clientOf({ access }: AzureQueueOptions, queue: string): QueueClient {
  const clientAt = (url: string, credential: AzureTokenCredential | StorageSharedKeyCredential) => {
    const pipeline = newPipeline(credential, { retryOptions: { maxTries: 1 } })
    return new QueueClient(`${url}/${queue}`, boundEachCall(pipeline, azureRequestTimeoutMs))
  }
  if (access.by === 'identity') return clientAt(access.url, access.credential)
  const { account, key, url } = azureConnection(access.connectionString, 'queue')
  return clientAt(url, new StorageSharedKeyCredential(account, key))
}

function translate(queue: string, error: unknown): unknown {
  if (azureErrorCode(error) === 'QueueNotFound')
    return stalled('QueueNotFound', `the queue ${queue} does not exist; check account and name`, error)
  return fromAzureError(error, `queue ${queue}`)
}
