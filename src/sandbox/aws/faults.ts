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
export interface CallSelector {
  service?: string | undefined
  action?: string | undefined
  region?: string | undefined
  account?: string | undefined
  stackName?: string | undefined
  mutating?: boolean | undefined
  /** Matching calls that go unharmed first. Default 0. */
  skip?: number | undefined
  /** How many are struck then. Default 1. */
  times?: number | undefined
}

/** Faults waiting for their calls. */
export interface EdgeFaults {
  add(fault: EdgeFault, selector: CallSelector): void
  /** The fault that strikes this call; it is used up by that. The oldest that matches wins. */
  take(call: EdgeCall): EdgeFault | undefined
  /** How many calls will yet be struck. */
  pending(): number
  clear(): void
}

/** No faults at first. */
export function createEdgeFaults(): EdgeFaults {
  let planned: { fault: EdgeFault; selector: CallSelector; skip: number; times: number }[] = []
  return {
    add(fault, selector) {
      const { skip = 0, times = 1 } = selector
      if (times > 0) planned.push({ fault, selector, skip, times })
    },
    take(call) {
      const match = planned.find((plan) => {
        if (!matches(plan.selector, call)) return false
        plan.skip -= 1
        return plan.skip < 0
      })
      if (match === undefined) return undefined
      match.times -= 1
      planned = planned.filter((plan) => plan.times > 0)
      return match.fault
    },
    pending: () => planned.reduce((sum, plan) => sum + plan.times, 0),
    clear() {
      planned = []
    },
  }
}

function matches(selector: CallSelector, call: EdgeCall): boolean {
  const same = <Value>(wanted: Value | undefined, actual: Value | undefined): boolean =>
    wanted === undefined || wanted === actual
  return (
    same(selector.service, call.service) &&
    same(selector.action, call.action) &&
    same(selector.region, call.region) &&
    same(selector.account, call.account) &&
    same(selector.stackName, call.stack) &&
    same(selector.mutating, call.mutating)
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
