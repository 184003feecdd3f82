import type { Clock } from '../api/clock.ts'
import { HeadwaterError } from '../api/errors.ts'

/** Calls that only look, and calls that change something: clouds count them apart. */
export type CallClass = 'read' | 'write'

/** What a service grants to begin with. The rates are calls per second. */
export interface Limits {
  /** For messages: `CloudFormation`. */
  service: string
  startRate: Readonly<Record<CallClass, number>>
  /** How many seconds' worth of calls may be made at once. */
  burstSeconds: number
  /** The rate never grows beyond this. */
  maxRate: number
}

/** A budget of calls per place and class: what a service grants is found by trying, and by what its answers tell. */
export interface Limiter {
  /**
   * Throws a `wait` error (`Throttled`) that names when to come back when the budget is spent; never sleeps. It is no
   * failure, so the back-off does not grow with it. Called once before a group of calls.
   */
  admit(place: string, callClass: CallClass): void
  /** Counts one call; a group that was admitted may overdraw. */
  spend(place: string, callClass: CallClass): void
  /** A call went through: the rate may grow. */
  succeeded(place: string, callClass: CallClass): void
  /** The service throttled: half the rate, nothing left for now. Answers when to try again, in milliseconds. */
  throttled(place: string, callClass: CallClass): number
  /** The service told how many calls are left to us: never more than that at once. */
  remaining(place: string, callClass: CallClass, calls: number): void
}

const minRate = 0.5

interface Bucket {
  rate: number
  tokens: number
  filledAt: number
  /** Until the first throttle the rate grows with each call, afterwards by one a second. */
  isProbing: boolean
  /** Slot given to the last caller that was sent away, so that they come back one after the other. */
  lastSlot: number
}

/** Makes a limiter on a clock: a token bucket per place and class that grows slowly and halves when throttled. */
export function createLimiter(clock: Pick<Clock, 'now'>, limits: Limits): Limiter {
  const { service, startRate, burstSeconds, maxRate } = limits
  const buckets = new Map<string, Bucket>()

  function bucketOf(place: string, callClass: CallClass): Bucket {
    const now = clock.now()
    const key = `${callClass} ${place}`
    const rate = startRate[callClass]
    const bucket = buckets.get(key) ?? {
      rate,
      tokens: rate * burstSeconds,
      filledAt: now,
      isProbing: true,
      lastSlot: 0,
    }
    const elapsedSeconds = Math.max(0, now - bucket.filledAt) / 1000
    bucket.tokens = Math.min(bucket.rate * burstSeconds, bucket.tokens + elapsedSeconds * bucket.rate)
    bucket.filledAt = now
    buckets.set(key, bucket)
    return bucket
  }

  return {
    admit(place, callClass) {
      const bucket = bucketOf(place, callClass)
      if (bucket.tokens >= 1) return
      const now = clock.now()
      bucket.lastSlot = Math.max(bucket.lastSlot, now) + 1000 / bucket.rate
      const retryAfterMs = Math.min(30_000, Math.ceil(bucket.lastSlot - now))
      const message = `the budget of ${service} calls for ${place} is spent (${Math.round(bucket.rate)} a second)`
      throw new HeadwaterError(message, { class: 'wait', reason: 'Throttled', retryAfterMs })
    },
    spend(place, callClass) {
      bucketOf(place, callClass).tokens -= 1
    },
    succeeded(place, callClass) {
      const bucket = bucketOf(place, callClass)
      const growth = bucket.isProbing ? 1 : 1 / bucket.rate
      bucket.rate = Math.min(maxRate, bucket.rate + growth)
    },
    throttled(place, callClass) {
      const bucket = bucketOf(place, callClass)
      // Calls made together are throttled together: that halves once.
      if (bucket.tokens > -bucket.rate) bucket.rate = Math.max(minRate, bucket.rate / 2)
      bucket.isProbing = false
      bucket.tokens = -bucket.rate - 1
      return Math.ceil(2000 + 1000 / bucket.rate)
    },
    remaining(place, callClass, calls) {
      const bucket = bucketOf(place, callClass)
      bucket.tokens = Math.min(bucket.tokens, calls)
    },
  }
}
