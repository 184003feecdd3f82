import type { ObjectRecord } from '../api/record.ts'
import type { Budget, Controller } from '../reconcile/controller.ts'
import type { Store } from '../store/store.ts'
import { listRecords } from './select.ts'
import type { Io } from './io.ts'

/** What a drive needs. */
export interface DriveOptions {
  controller: Controller
  store: Store
  io: Io
  /** Told of the whole store again and again while work goes on. */
  onLook?: (records: readonly ObjectRecord[]) => void | Promise<void>
  /** Asked between passes; true ends the drive. Absent: it goes on until the signal. */
  isOver?: (records: readonly ObjectRecord[]) => boolean | Promise<boolean>
  concurrency?: number
  /** Milliseconds since the epoch: no later. */
  deadline?: number
}

/** Longest pause between passes: another process (a command, a webhook) may have marked something due meanwhile. */
const maxPauseMs = 1000
const minPauseMs = 25
/** How often the store is shown while a pass runs; stretched when reading it takes long. */
const lookEveryMs = 200

/**
 * Does what is due, then what is due next, until `isOver`, the deadline or the signal. Steps that run when the signal
 * comes are finished. Beside another controller on the same store it only does what that one does not: leases see to it.
 */
export async function drive(options: DriveOptions): Promise<'over' | 'stopped' | 'late'> {
  const { controller, store, io, isOver, deadline } = options
  const { clock, signal } = io
  const budget: Budget = {
    ...(signal === undefined ? {} : { signal }),
    ...(options.concurrency === undefined ? {} : { concurrency: options.concurrency }),
    ...(deadline === undefined ? {} : { deadline }),
  }
  await options.onLook?.(await listRecords(store))
  for (;;) {
    const { nextDueAt } = await whileLooking(options, () => controller.runDue(budget))
    const records = await listRecords(store)
    await options.onLook?.(records)
    if (await isOver?.(records)) return 'over'
    if (signal?.aborted) return 'stopped'
    const now = clock.now()
    if (deadline !== undefined && now >= deadline) return 'late'
    const pauseMs = Math.min(Math.max((nextDueAt ?? Infinity) - now, minPauseMs), maxPauseMs)
    await sleep(io, pauseMs)
  }
}

/** Shows the store again and again until the work is done. */
async function whileLooking<Answer>(
  { store, io, onLook }: DriveOptions,
  work: () => Promise<Answer>,
): Promise<Answer> {
  if (onLook === undefined) return work()
  const done = new AbortController()
  const looking = (async () => {
    for (let pauseMs = lookEveryMs; ;) {
      await io.clock.sleep(pauseMs, done.signal).catch(() => undefined)
      if (done.signal.aborted) return
      const startedAt = io.clock.now()
      await onLook(await listRecords(store))
      // A store with ten thousand objects is not read five times a second.
      pauseMs = Math.max(lookEveryMs, 10 * (io.clock.now() - startedAt))
    }
  })()
  try {
    return await work()
  } finally {
    done.abort(new Error('the pass is over'))
    await looking
  }
}

/** Sleeps; a signal only makes it shorter. */
async function sleep({ clock, signal }: Io, ms: number): Promise<void> {
  try {
    await clock.sleep(ms, signal)
  } catch (error) {
    if (signal?.aborted !== true) throw error
  }
}
