import { asHeadwaterError } from '../api/errors.ts'
import type { ObjectRecord } from '../api/record.ts'
import type { Budget, Controller, PassSummary } from '../reconcile/controller.ts'
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
  /** Told why a pass failed that will be tried again: a store that is out of reach. Absent: the drive fails with it. */
  onStumble?: (message: string) => void
  concurrency?: number
  /** Milliseconds since the epoch: no later. */
  deadline?: number
  /** Every look costs money and time where the store is far away. */
  isRemote?: boolean
}

const minPauseMs = 25
/** Between two tries of a pass that failed as a whole. */
const stumblePauseMs = 5000

/**
 * How often things are looked at, in milliseconds: the store for what others marked due, at the most; the whole of it
 * for the display while a pass runs; and while nothing happens.
 */
const paces = {
  near: { maxPauseMs: 1000, lookMs: 200, idleLookMs: 2000 },
  far: { maxPauseMs: 5000, lookMs: 2000, idleLookMs: 30_000 },
}

/**
 * Does what is due, then what is due next, until `isOver`, the deadline or the signal. Steps that run when the signal
 * comes are finished. Beside another controller on the same store it only does what that one does not: leases see to it.
 */
export async function drive(options: DriveOptions): Promise<'over' | 'stopped' | 'late'> {
  const { store, io, isOver, onLook, deadline } = options
  const { clock, signal } = io
  const pace = options.isRemote === true ? paces.far : paces.near
  await onLook?.(await listRecords(store))
  let lookedAt = clock.now()
  for (;;) {
    const { steps, nextDueAt } = await onePass(options)
    const isLookDue = onLook !== undefined && (steps > 0 || clock.now() - lookedAt >= pace.idleLookMs)
    if (isLookDue || isOver !== undefined) {
      const records = await listRecords(store)
      lookedAt = clock.now()
      await onLook?.(records)
      if (await isOver?.(records)) return 'over'
    }
    if (signal?.aborted) return 'stopped'
    const now = clock.now()
    if (deadline !== undefined && now >= deadline) return 'late'
    await sleep(io, Math.min(Math.max((nextDueAt ?? Infinity) - now, minPauseMs), pace.maxPauseMs))
  }
}

async function onePass(options: DriveOptions): Promise<Pick<PassSummary, 'steps' | 'nextDueAt'>> {
  const { controller, io, onStumble, deadline, concurrency } = options
  const budget: Budget = {
    ...(io.signal === undefined ? {} : { signal: io.signal }),
    ...(concurrency === undefined ? {} : { concurrency }),
    ...(deadline === undefined ? {} : { deadline }),
  }
  try {
    return await whileLooking(options, () => controller.runDue(budget))
  } catch (error) {
    const classed = asHeadwaterError(error)
    if (onStumble === undefined || classed.class === 'stalled') throw error
    onStumble(classed.message)
    await sleep(io, stumblePauseMs)
    return { steps: 0, nextDueAt: undefined }
  }
}

/** Shows the store again and again until the work is done. */
async function whileLooking<Answer>(
  { store, io, onLook, isRemote }: DriveOptions,
  work: () => Promise<Answer>,
): Promise<Answer> {
  if (onLook === undefined) return work()
  const { lookMs } = isRemote === true ? paces.far : paces.near
  const done = new AbortController()
  const looking = (async () => {
    for (let pauseMs = lookMs; ;) {
      await io.clock.sleep(pauseMs, done.signal).catch(() => undefined)
      if (done.signal.aborted) return
      const startedAt = io.clock.now()
      await onLook(await listRecords(store))
      // A store with ten thousand objects is not read five times a second.
      pauseMs = Math.max(lookMs, 10 * (io.clock.now() - startedAt))
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
