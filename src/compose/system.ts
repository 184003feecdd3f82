import { randomInt, randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock, Random } from '../api/clock.ts'

/** The machine's own clock. Besides the composition roots this file is the only place that asks what time it is. */
export function createSystemClock(): Clock {
  return {
    now: () => Date.now(),
    async sleep(ms, signal) {
      signal?.throwIfAborted()
      try {
        await sleep(ms, undefined, signal === undefined ? {} : { signal })
      } catch (error) {
        // Node wraps the reason; the interface promises the reason itself.
        signal?.throwIfAborted()
        throw error
      }
    },
  }
}

// Whole numbers below 2^48 are what `randomInt` gives at most.
const resolution = 2 ** 47

/** Chance from the machine. */
export function createSystemRandom(): Random {
  return {
    next: () => randomInt(resolution) / resolution,
    uuid: () => randomUUID(),
  }
}
