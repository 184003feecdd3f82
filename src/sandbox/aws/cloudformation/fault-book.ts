import type { FaultPhase, ResourceDelay, ResourceFailure, ResourceSelector, StaleReads } from './faults.ts'
import type { Stack } from './model.ts'

/** The faults that wait to strike. */
export interface FaultBook {
  fail(fault: ResourceFailure): void
  delay(fault: ResourceDelay): void
  stale(fault: StaleReads & { untilMs: number }): void
  /** The reason with which a resource fails now, if it does; a counted fault is used up by asking. */
  failure(stack: Stack, logicalId: string, phase: Exclude<FaultPhase, 'any'>): string | undefined
  /** How long a resource takes, if it was told. */
  delayOf(stack: Stack, logicalId: string): number | undefined
  /** How far back reads of a stack look now, in milliseconds. */
  lagOf(stackName: string, nowMs: number): number
  clear(): void
}

/** An empty book. */
export function createFaultBook(): FaultBook {
  const failures: (ResourceFailure & { left: number })[] = []
  const delays: ResourceDelay[] = []
  const lags: (StaleReads & { untilMs: number })[] = []
  return {
    fail: (fault) => void failures.push({ ...fault, left: fault.times ?? Number.POSITIVE_INFINITY }),
    delay: (fault) => void delays.push(fault),
    stale: (fault) => void lags.push(fault),
    failure(stack, logicalId, phase) {
      const fault = failures.find(
        (fault) =>
          fault.left > 0 && (fault.on === 'any' || fault.on === phase) && selects(fault, stack, logicalId),
      )
      if (fault === undefined) return undefined
      fault.left -= 1
      return fault.reason
    },
    delayOf: (stack, logicalId) => delays.findLast((delay) => selects(delay, stack, logicalId))?.ms,
    lagOf(stackName, nowMs) {
      const lag = lags.findLast(
        (lag) => nowMs < lag.untilMs && (lag.stackName === undefined || lag.stackName === stackName),
      )
      return lag?.lagMs ?? 0
    },
    clear() {
      failures.length = 0
      delays.length = 0
      lags.length = 0
    },
  }
}

/** Whether a selector means this resource of this stack. */
function selects(selector: ResourceSelector, stack: Stack, logicalId: string): boolean {
  return (
    (selector.stackName === '*' || selector.stackName === stack.name || selector.stackName === stack.id) &&
    (selector.logicalId === '*' || selector.logicalId === logicalId) &&
    (selector.account === undefined || selector.account === stack.account) &&
    (selector.region === undefined || selector.region === stack.region)
  )
}
