import type { Clock } from '../../src/api/clock.ts'

/** A clock that moves only when it is told to; a sleeper wakes when its time is reached. */
export interface ManualClock extends Clock {
  advance(ms: number): void
}

/** A clock that starts at a moment, in milliseconds since the epoch. */
export function createManualClock(start: number): ManualClock {
  let now = start
  let sleepers: { at: number; wake: () => void }[] = []
  return {
    now: () => now,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        signal?.throwIfAborted()
        sleepers.push({ at: now + ms, wake: resolve })
        signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
      }),
    advance: (ms) => {
      now += ms
      const woken = sleepers.filter((sleeper) => sleeper.at <= now)
      sleepers = sleepers.filter((sleeper) => sleeper.at > now)
      for (const { wake } of woken) wake()
    },
  }
}

/** Chance that repeats: a seeded generator (mulberry32) and UUIDs made from a counter. */
export function createSeededRandom(seed = 1): { next(): number; uuid(): string } {
  let state = seed
  let count = 0
  return {
    next: () => {
      state = (state + 0x6d2b79f5) | 0
      let t = Math.imul(state ^ (state >>> 15), 1 | state)
      t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
      return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
    },
    uuid: () => {
      const tail = (++count).toString(16).padStart(12, '0')
      return `${(seed >>> 0).toString(16).padStart(8, '0')}-0000-4000-8000-${tail}`
    },
  }
}
