import { keptDelayMs, maxReceive } from './queue.ts'
import type { Queue, QueuePorts } from './queue.ts'

/** How long a delivery is left alone before it comes again. */
export interface InProcessQueueOptions extends QueuePorts {
  /** Milliseconds; default five minutes. */
  visibilityTimeoutMs?: number
}

interface Message {
  key: string
  /** Milliseconds since the epoch: not delivered before. */
  readyAt: number
  attempts: number
  receipt: string
}

/**
 * A queue inside one process. Its messages end with it, which costs nothing but time: what was due is still due in the
 * store. It keeps time by the clock alone, so that a virtual one drives it.
 */
export function createInProcessQueue(options: InProcessQueueOptions): Queue {
  const { clock, visibilityTimeoutMs = 5 * 60_000 } = options
  const messages = new Map<number, Message>()
  let nextId = 1
  return {
    send: async (sent) => {
      const now = clock.now()
      for (const message of sent) {
        const readyAt = now + keptDelayMs(message)
        messages.set(nextId++, { key: message.key, readyAt, attempts: 0, receipt: '' })
      }
    },
    receive: async (limit) => {
      const now = clock.now()
      const ready = [...messages]
        .filter(([, message]) => message.readyAt <= now)
        .sort(([, a], [, b]) => a.readyAt - b.readyAt)
        .slice(0, Math.max(0, Math.min(limit, maxReceive)))
      return ready.map(([id, message]) => {
        message.attempts++
        message.readyAt = now + visibilityTimeoutMs
        message.receipt = `${id}/${message.attempts}`
        return { key: message.key, receipt: message.receipt, attempts: message.attempts }
      })
    },
    done: async (deliveries) => {
      for (const { receipt } of deliveries) {
        const id = Number(receipt.split('/')[0])
        if (messages.get(id)?.receipt === receipt) messages.delete(id)
      }
    },
  }
}
