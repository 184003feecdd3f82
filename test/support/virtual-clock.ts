import type { Clock, Random } from '../../src/api/clock.ts'

/** A clock that stands still until it is told to move; sleepers wake in the order of their times. */
export interface VirtualClock extends Clock {
  advance(ms: number): void
  /** Moves to a time if it lies ahead. */
  advanceTo(time: number): void
}

/** 2026-01-01T00:00:00Z, where every virtual clock starts. */
export const virtualStart = Date.UTC(2026, 0, 1)

/** Makes a virtual clock. */
export function createVirtualClock(start = virtualStart): VirtualClock {
  let now = start
  let sleepers: { at: number; wake: () => void }[] = []
  const advanceTo = (time: number) => {
    if (time <= now) return
    now = time
    const woken = sleepers.filter(({ at }) => at <= now).toSorted((a, b) => a.at - b.at)
    sleepers = sleepers.filter(({ at }) => at > now)
    for (const { wake } of woken) wake()
  }
  return {
    now: () => now,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        signal?.throwIfAborted()
        const sleeper = { at: now + ms, wake: resolve }
        sleepers.push(sleeper)
        signal?.addEventListener('abort', () => {
          sleepers = sleepers.filter((other) => other !== sleeper)
          reject(signal.reason as Error)
        })
      }),
    advance: (ms) => advanceTo(now + ms),
    advanceTo,
  }
}

/** Chance that repeats: mulberry32, so that a seed names a run. */
export function createSeededRandom(seed = 1): Random {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const hex = (digits: number) =>
    Array.from({ length: digits }, () => Math.floor(next() * 16).toString(16)).join('')
  return { next, uuid: () => `${hex(8)}-${hex(4)}-4${hex(3)}-8${hex(3)}-${hex(12)}` }
}
