import { parseDuration } from '../api/duration.ts'
import type { Random } from '../api/clock.ts'

/** First and last delay of the exponential back-off, in milliseconds (Flux's: 750 ms to 15 min). */
const baseMs = 750
const capMs = 15 * 60_000

/** How long a dependency that is not Ready is waited for before looking anyway; it usually wakes us sooner. */
export const dependencyRetryMs = 30_000
/** The longest such wait: a thousand objects behind one that failed must not cost a look each every half minute. */
const longestDependencyRetryMs = 10 * 60_000

/** The wait of an object that has been blocked for `blockedMs`: half as long again, from 30 s to 10 min, with jitter. */
export function blockedRetryMs(blockedMs: number, random: Random): number {
  return jitteredMs(Math.min(longestDependencyRetryMs, Math.max(dependencyRetryMs, blockedMs / 2)), random)
}

/** Delay before the next try after `failures` transient failures in a row, with full jitter; never below `atLeastMs`. */
export function backoffMs(failures: number, random: Random, atLeastMs = 0): number {
  const ceiling = Math.min(capMs, baseMs * 2 ** Math.min(failures, 20))
  return Math.max(atLeastMs, Math.round(ceiling * (0.1 + 0.9 * random.next())))
}

/** An interval with 5 % of jitter, so that a thousand objects made at once don't stay in step. */
export function jitteredMs(interval: string | number, random: Random): number {
  const spanMs = typeof interval === 'number' ? interval : parseDuration(interval)
  return Math.round(spanMs * (0.95 + 0.1 * random.next()))
}
