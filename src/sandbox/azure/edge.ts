import { matchesFilter } from '../call-log.ts'
import type { CallLogOf } from '../call-log.ts'
import { createCallLogOf } from '../call-log.ts'
import type { FaultCount, PlannedFaults } from '../planned-faults.ts'
import { createPlannedFaults } from '../planned-faults.ts'
import { isBelow } from './ids.ts'

/** One call at the edge, as faults and counters see it. */
export interface EdgeCall {
  /** `arm`, `login` (Entra), `identity` (managed identities and instance metadata). */
  service: 'arm' | 'login' | 'identity'
  /** The route's name: `DeploymentsCreateOrUpdate`. */
  action: string
  /** Where it is about one, as the client spelled it. */
  subscription?: string
  group?: string
  /** The name of what it is about: a deployment, a stack, a resource. */
  name?: string
  /** Whether it can change anything. */
  mutating: boolean
}

/** A call and where it went. */
export interface PlacedCall extends EdgeCall {
  method: string
  /** As the client spelled it. */
  path: string
}

/** What goes wrong at the edge, whatever ARM would have said. */
export type EdgeFault =
  /**
   * 429 before it takes effect. `code` none: an answer without a body, as some gateways give.
   * `RetryableErrorDueToAnotherOperation` is a 429 too, and no throttle.
   */
  | { type: 'throttle'; code: ThrottleCode; retryAfterSeconds?: number | undefined }
  /** An error from 400 on, before the call takes effect or after it did. */
  | { type: 'error'; when: 'before' | 'after'; status: number; code: string; message?: string | undefined }
  /** 403 `AuthorizationFailed`, before it takes effect. */
  | { type: 'forbid' }
  /** The connection closes without an answer. */
  | { type: 'drop'; when: 'before' | 'after' }
  /** The answer comes late; the effect does not. */
  | { type: 'slow'; ms: number }

/** The codes of a 429. */
export type ThrottleCode = (typeof throttleCodes)[number]

/** The codes that a 429 comes with. */
export const throttleCodes = [
  'TooManyRequests',
  'SubscriptionRequestsThrottled',
  'RetryableErrorDueToAnotherOperation',
  'none',
] as const

/** Which calls a fault strikes; what is left out matches every call. */
export interface CallSelector extends FaultCount {
  service?: EdgeCall['service'] | undefined
  action?: string | undefined
  method?: string | undefined
  /** Calls to this path or below it. */
  path?: string | undefined
  name?: string | undefined
  mutating?: boolean | undefined
}

/** Faults waiting for their calls. */
export type EdgeFaults = PlannedFaults<EdgeFault, CallSelector, PlacedCall>

/** A call as the log remembers it. */
export interface LoggedCall extends PlacedCall {
  /** The client's own, or the request's. */
  correlationId: string
}

/** All calls since the start or the last reset. */
export type CallLog = CallLogOf<EdgeCall, LoggedCall>

/** No faults at first. */
export function createEdgeFaults(): EdgeFaults {
  return createPlannedFaults(
    ({ service, action, method, path, name, mutating }, call) =>
      matchesFilter<PlacedCall>({ service, action, method, name, mutating }, call) &&
      (path === undefined || isBelow(call.path, path)),
  )
}

/** Counts every call by service, action, subscription, group and name. */
export function createCallLog(): CallLog {
  return createCallLogOf<EdgeCall, LoggedCall>(
    ({ service, action, subscription, group, name, mutating }) => ({
      service,
      action,
      ...(subscription === undefined ? {} : { subscription }),
      ...(group === undefined ? {} : { group }),
      ...(name === undefined ? {} : { name }),
      mutating,
    }),
  )
}
