/** How many of the calls that match are struck. */
export interface FaultCount {
  /** Matching calls that go unharmed first. Default 0. */
  skip?: number | undefined
  /** How many are struck then. Default 1. */
  times?: number | undefined
}

/** Faults waiting for their calls. */
export interface PlannedFaults<Fault, Selector, Call> {
  add(fault: Fault, selector: Selector): void
  /** The fault that strikes this call; it is used up by that. The oldest that matches wins. */
  take(call: Call): Fault | undefined
  /** How many calls will yet be struck. */
  pending(): number
  clear(): void
}

/** No faults at first. */
export function createPlannedFaults<Fault, Selector extends FaultCount, Call>(
  matches: (selector: Selector, call: Call) => boolean,
): PlannedFaults<Fault, Selector, Call> {
  let planned: { fault: Fault; selector: Selector; skip: number; times: number }[] = []
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
