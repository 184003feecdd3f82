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
}

/**
 * Opens the queue that a setting names: `in-process:`, `sqs://sqs.<region>.amazonaws.com/<account>/<name>` or the
 * queue's own URL. What is wrong with the setting is a `stalled` error, `InvalidSetting`.
 */
export async function openQueue(url: string, ports: QueuePorts): Promise<Queue> {
  const { entry, parts } = chooseByScheme(url, queueDrivers)
  return entry(parts, url, ports)
}
