import { randomInt, randomUUID } from 'node:crypto'
import type { Clock, Random } from '../api/clock.ts'

/** The machine's own clock. Besides the composition roots this file is the only place that asks what time it is. */
export function createSystemClock(): Clock {
  return {
    now: () => Date.now(),
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        const wake = (): void => {
          signal?.removeEventListener('abort', stop)
          resolve()
        }
        const timer = setTimeout(wake, ms)
        const stop = (): void => {
          clearTimeout(timer)
          // oxlint-disable-next-line prefer-promise-reject-errors -- the interface promises the signal's own reason
          reject(signal?.reason)
        }
        if (signal?.aborted === true) stop()
        else signal?.addEventListener('abort', stop, { once: true })
      }),
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
