import { asHeadwaterError } from '../../src/api/errors.ts'
import type { HeadwaterError } from '../../src/api/errors.ts'
import type { Application } from './application.ts'

/** A message may come a moment early: delays are whole seconds. */
const earlyMs = 1_000

/** What became of a message: done with it, no time left to begin, or an error that the object's own record does not tell. */
export type DeliveryOutcome =
  | { is: 'done' }
  | { is: 'late' }
  | { is: 'nobody' }
  | { is: 'failed'; error: HeadwaterError }

/**
 * Takes the step that a message asks for, if its object is still due. `key` undefined: the message names no object.
 * `delivery` is the message's id, for the log.
 */
export async function takeDelivery(
  { controller, store, clock, log }: Application,
  { key, delivery, deadline }: { key: string | undefined; delivery: string; deadline: number },
): Promise<DeliveryOutcome> {
  if (key === undefined) {
    log.warn({ delivery }, 'a message names no object')
    return { is: 'nobody' }
  }
  const began = clock.now()
  if (began >= deadline) return { is: 'late' }
  try {
    const stored = await store.get(key)
    const dueAt = stored?.record.dueAt
    // Delivered twice, or done meanwhile by another worker.
    if (dueAt === undefined || dueAt > began + earlyMs) return { is: 'done' }
    await controller.reconcile(key)
    log.info({ function: 'worker', key, durationMs: clock.now() - began }, 'step')
    return { is: 'done' }
  } catch (thrown) {
    const error = asHeadwaterError(thrown)
    log.warn({ function: 'worker', key, error }, 'step ended in an error')
    return { is: 'failed', error }
  }
}
