import { awsLocationOf } from '../api/aws-client.ts'
import { azureStorageAccess, azureStorageName } from '../api/azure-storage.ts'
import { stalled } from '../api/errors.ts'
import { chooseByScheme } from '../api/scheme.ts'
import type { SchemedUrl } from '../api/scheme.ts'
import type { Queue, QueuePorts } from './queue.ts'

type OpenDriver = (parts: SchemedUrl, url: string, ports: QueuePorts) => Promise<Queue>

/** The drivers by their URL's scheme; each loads its own code when it is chosen. */
export const queueDrivers: Readonly<Record<string, OpenDriver>> = {
  'in-process': async (_parts, _url, ports) => {
    const { createInProcessQueue } = await import('./in-process.ts')
    return createInProcessQueue(ports)
  },
  sqs: (parts, url) => openSqs('https', parts, url),
  https: (parts, url) => openSqs('https', parts, url),
  http: (parts, url) => openSqs('http', parts, url),
  azqueue: async (parts, url, { azure }) => {
    const name = azureStorageName('queue', parts.rest, url)
    const access = await azureStorageAccess('queue', name, parts, azure)
    const { createAzureQueue } = await import('./azure-queue.ts')
    return createAzureQueue({ access, queue: name.name, create: parts.query.get('create') === 'true' })
  },
}

async function openSqs(protocol: string, { rest, query }: SchemedUrl, url: string): Promise<Queue> {
  if (!/^[^/]+\/.+/.test(rest))
    throw stalled(
      'InvalidSetting',
      `"${url}" is no queue; write sqs://sqs.<region>.amazonaws.com/<account>/<name>`,
    )
  const { createSqsQueue } = await import('./sqs.ts')
  return createSqsQueue({ url: `${protocol}://${rest}`, ...awsLocationOf(query) })
}

/**
 * Opens the queue that a setting names: `in-process:`, `sqs://sqs.<region>.amazonaws.com/<account>/<name>`, the queue's
 * own URL, or `azqueue://account/queue?connection=&endpoint=&create=true`. What is wrong with the setting is a `stalled` error, `InvalidSetting`.
 */
export async function openQueue(url: string, ports: QueuePorts): Promise<Queue> {
  const { entry, parts } = chooseByScheme(url, queueDrivers)
  return entry(parts, url, ports)
}
