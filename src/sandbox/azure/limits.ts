import { ArmError } from './errors.ts'

/** How many requests of a kind a principal has in a subscription. */
export interface Limit {
  /** As many at once. */
  burst: number
  /** As many come back. */
  perSecond: number
}

/** What ARM counts apart. */
export type LimitKind = 'reads' | 'writes' | 'deletes'

/** ARM's token buckets, by subscription (or tenant), principal and kind. */
export interface Limits {
  /**
   * Takes one token and tells how many are left. Throws 429 `SubscriptionRequestsThrottled` when none is and limits
   * are kept; by default they are only counted.
   */
  take(scope: string | undefined, principal: string, kind: LimitKind): { remaining: number; global: number }
  /** Other limits, kept from now on. */
  keep(limits: Partial<Record<LimitKind, Limit>>): void
  clear(): void
}

// What the headers of 2026 begin with, and how fast the documentation says that tokens come back.
const recorded: Record<LimitKind, Limit> = {
  reads: { burst: 1100, perSecond: 25 },
  writes: { burst: 800, perSecond: 10 },
  deletes: { burst: 800, perSecond: 10 },
}
const globalFactor = 15

/** Full buckets. */
export function createLimits(now: () => number): Limits {
  let limits = recorded
  let isKept = false
  const buckets = new Map<string, { tokens: number; atMs: number }>()
  return {
    take(scope, principal, kind) {
      const { burst, perSecond } = limits[kind]
      const key = `${(scope ?? '').toLowerCase()}|${principal}|${kind}`
      const bucket = buckets.get(key) ?? { tokens: burst, atMs: now() }
      const refilled = bucket.tokens + (perSecond * Math.max(0, now() - bucket.atMs)) / 1000
      const tokens = Math.min(burst, refilled)
      if (isKept && tokens < 1) throw throttled(scope ?? 'tenant', kind, Math.ceil((1 - tokens) / perSecond))
      const left = Math.max(0, tokens - 1)
      buckets.set(key, { tokens: left, atMs: now() })
      return { remaining: Math.floor(left), global: Math.floor(left) + burst * (globalFactor - 1) }
    },
    keep(changed) {
      limits = { ...limits, ...changed }
      isKept = true
      buckets.clear()
    },
    clear() {
      limits = recorded
      isKept = false
      buckets.clear()
    },
  }
}

/** 429 with the code that ARM's own limits have. */
function throttled(scope: string, kind: LimitKind, seconds: number): ArmError {
  const message = `Number of '${kind}' requests for subscription '${scope}' exceeded the limit. Please try again after '${seconds}' seconds after additional tokens are available. Refer to https://aka.ms/arm-throttling for additional information.`
  const headers = { 'retry-after': String(Math.max(1, seconds)), 'x-ms-failure-cause': 'gateway' }
  return new ArmError(429, { code: 'SubscriptionRequestsThrottled', message }, headers)
}
