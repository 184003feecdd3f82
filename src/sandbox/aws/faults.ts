import { matchesFilter } from '../call-log.ts'
import type { FaultCount, PlannedFaults } from '../planned-faults.ts'
import { createPlannedFaults } from '../planned-faults.ts'

/** One call at the edge, as faults and counters see it. */
export interface EdgeCall {
  /** `cloudformation`, `sts`, `s3`. */
  service: string
  /** The API's name: `CreateChangeSet`, `PutObject`. */
  action: string
  region: string
  account: string
  /** Name of the stack it is about, where it is about one. */
  stack?: string
  /** Whether it can change anything. */
  mutating: boolean
}

/** What goes wrong at the edge, whatever the service would have said. */
export type EdgeFault =
  /** Refused before it takes effect: `Throttling`, `Rate exceeded` (S3: `SlowDown`). */
  | { type: 'throttle' }
  /** A 5xx, before the call takes effect or after it did. */
  | { type: 'error'; when: 'before' | 'after'; status: number }
  /** The connection closes without an answer. */
  | { type: 'drop'; when: 'before' | 'after' }
  /** The answer comes late; the effect does not. */
  | { type: 'slow'; ms: number }

/** Which calls a fault strikes; what is left out matches every call. */
export interface CallSelector extends FaultCount {
  service?: string | undefined
  action?: string | undefined
  region?: string | undefined
  account?: string | undefined
  stackName?: string | undefined
  mutating?: boolean | undefined
}

/** Faults waiting for their calls. */
export type EdgeFaults = PlannedFaults<EdgeFault, CallSelector, EdgeCall>

/** No faults at first. */
export function createEdgeFaults(): EdgeFaults {
  return createPlannedFaults(({ service, action, region, account, stackName, mutating }, call) =>
    matchesFilter<EdgeCall>({ service, action, region, account, stack: stackName, mutating }, call),
  )
}

/** Whether a call can change anything: what only looks, and what hands out credentials, does not. */
export function isMutating(service: string, action: string): boolean {
  if (service === 'sts') return false
  // DetectStackDrift starts a look, and changes no stack by it.
  if (service === 'cloudformation')
    return !/^(Describe|List|Get|Validate|Estimate|Detect|BatchDescribe)/.test(action)
  return !/^(Get|Head|List)/.test(action) && !/^(GET|HEAD)\b/.test(action)
}
