import type { Clock } from '../api/clock.ts'
import { asHeadwaterError } from '../api/errors.ts'
import { keyOf } from '../api/record.ts'
import type { ObjectRecord } from '../api/record.ts'
import type { Queue } from '../queue/queue.ts'
import type { Log } from '../reconcile/ports.ts'
import type { Store } from '../store/store.ts'

/** A store that tells a queue what it makes due. */
export interface AnnouncingStore {
  store: Store
  /** Resolves when everything announced so far is sent: a function must not return before. */
  flush: () => Promise<void>
}

/**
 * Wraps a store so that every write that makes an object due soon is told to the workers: a step's follow-up, a
 * dependent that may start, a mark by webhook or hand, a new declaration. Whoever works on the object tells it when
 * the step is over, so writes under a lease are not told.
 *
 *     put dueAt=now        ──▶ message
 *     put dueAt=now+15s    ──▶ message, delivered in 15 s
 *     put dueAt=now+10m    ──  nothing: beyond `horizonMs` (a minute) the schedule sends it when it is due
 *
 * Sending is not waited for, so that declaring a thousand objects takes a hundred requests and not a thousand. A message
 * that cannot be sent is logged and forgotten: the schedule finds the object.
 */
export function announceDue(
  store: Store,
  ports: { queue: Queue; clock: Clock; log: Log; horizonMs?: number },
): AnnouncingStore {
  const { queue, clock, log, horizonMs = 60_000 } = ports
  const waiting = new Map<string, number>()
  let sending: Promise<void> | undefined

  async function send(): Promise<void> {
    while (waiting.size > 0) {
      const now = clock.now()
      const messages = [...waiting].map(([key, dueAt]) => ({ key, delayMs: Math.max(0, dueAt - now) }))
      waiting.clear()
      try {
        await queue.send(messages)
      } catch (error) {
        log.warn(
          { error: asHeadwaterError(error), count: messages.length },
          'due objects could not be announced',
        )
      }
    }
    sending = undefined
  }

  function announce(record: ObjectRecord): void {
    const { dueAt, lease } = record
    const now = clock.now()
    const isHeld = lease !== undefined && lease.expiresAt > now
    if (dueAt === undefined || isHeld || dueAt - now > horizonMs) return
    const key = keyOf(record)
    waiting.set(key, Math.min(dueAt, waiting.get(key) ?? Infinity))
    // Begun one turn later: what is written in the same turn goes into the same request.
    sending ??= Promise.resolve().then(send)
  }

  const flush = async (): Promise<void> => {
    if (sending === undefined) return
    await sending
    await flush()
  }
  return {
    flush,
    store: {
      ...store,
      async put(record, expectedVersion) {
        const version = await store.put(record, expectedVersion)
        announce(record)
        return version
      },
      async close() {
        await flush()
        await store.close()
      },
    },
  }
}
