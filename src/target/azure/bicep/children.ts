import type { Clock } from '../../../api/clock.ts'
import { stalled } from '../../../api/errors.ts'
import { ChildDied, type BicepChild } from './child.ts'
import { settingsKey, type ChildSettings } from './environment.ts'
import type { BicepLimits } from './limits.ts'

/** The compilers that run: one for all that set nothing, and at most one more. */
export interface Children {
  /**
   * Makes calls on a compiler with these settings, alone on it and one after the other. When it dies under them they are
   * made once more on another.
   */
  use<Answer>(settings: ChildSettings, calls: (child: BicepChild) => Promise<Answer>): Promise<Answer>
  close(): Promise<void>
  /** How many were started so far. */
  started(): number
}

/** How compilers are started and when they are ended. */
export interface ChildrenOptions {
  start(settings: ChildSettings): Promise<BicepChild>
  clock: Clock
  limits: Pick<BicepLimits, 'recycleAboveBytes' | 'idleMs' | 'ownEnvironmentIdleMs'>
}

/** A place for one compiler: its key, the process if there is one, and the end of what it is at. */
interface Slot {
  key: string
  child?: BicepChild
  tail: Promise<unknown>
  /** Ends the wait for its being idle. */
  idle?: AbortController
}

/**
 * Keeps compilers. A process's environment is fixed when it starts, so that what manifests set needs a process of its
 * own: one at a time besides the common one, ended when another is wanted or soon after its last call.
 *
 *     common   ──start── call ─ call ─────── call ── (memory) end  start ── call …
 *     own env            ──start── call ─ call ── idle, end
 */
export function createChildren(options: ChildrenOptions): Children {
  const slots: Record<'common' | 'own', Slot> = {
    common: { key: '', tail: Promise.resolve() },
    own: { key: '', tail: Promise.resolve() },
  }
  let started = 0

  const start = async (slot: Slot, settings: ChildSettings): Promise<BicepChild> => {
    const key = settingsKey(settings)
    if (slot.child?.isAlive() === true && slot.key === key) return slot.child
    slot.child?.kill()
    started += 1
    slot.child = await options.start(settings)
    slot.key = key
    return slot.child
  }

  return {
    started: () => started,
    async use(settings, calls) {
      const isCommon = settingsKey(settings) === ''
      const slot = isCommon ? slots.common : slots.own
      const turn = slot.tail.then(async () => {
        slot.idle?.abort()
        try {
          return await withRetry(async () => calls(await start(slot, settings)))
        } finally {
          await recycle(slot, options.limits.recycleAboveBytes)
          endWhenIdle(slot, options, isCommon)
        }
      })
      slot.tail = turn.catch(() => undefined)
      return turn
    },
    async close() {
      await Promise.all(
        Object.values(slots).map(async (slot) => {
          await slot.tail
          slot.idle?.abort()
          slot.child?.kill()
          delete slot.child
        }),
      )
    },
  }
}

async function withRetry<Answer>(run: () => Promise<Answer>): Promise<Answer> {
  try {
    return await run()
  } catch (error) {
    if (!(error instanceof ChildDied)) throw error
  }
  try {
    return await run()
  } catch (error) {
    if (!(error instanceof ChildDied)) throw error
    const message = `bicep ended twice without an answer (${error.message}); try it by hand, or commit the compiled JSON`
    throw stalled('BicepCrashed', message, error)
  }
}

async function recycle(slot: Slot, aboveBytes: number): Promise<void> {
  const bytes = await slot.child?.memoryBytes()
  if (bytes !== undefined && bytes > aboveBytes) slot.child?.kill()
}

function endWhenIdle(slot: Slot, { clock, limits }: ChildrenOptions, isCommon: boolean): void {
  const idle = new AbortController()
  slot.idle = idle
  const ms = isCommon ? limits.idleMs : limits.ownEnvironmentIdleMs
  clock.sleep(ms, idle.signal).then(
    () => slot.child?.kill(),
    () => undefined,
  )
}
