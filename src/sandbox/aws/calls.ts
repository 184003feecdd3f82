import type { EdgeCall } from './faults.ts'

/** A call that was answered, or not. */
export interface CallRecord extends EdgeCall {
  /** Milliseconds since the epoch. */
  at: number
  principal: string
  requestId: string
  /** HTTP status; 0 when the connection was closed without an answer. */
  status: number
  /** `ok`, an error's code, or `dropped`. */
  outcome: string
  /** The fault that struck it, if any. */
  fault?: string
  /** What the sandbox itself stumbled over: a defect, to be reported. */
  defect?: string
}

/** Calls that are alike, counted. */
export interface CallCount extends EdgeCall {
  outcome: string
  count: number
}

/** Which calls one wants to see; what is left out matches every call. */
export interface CallFilter {
  service?: string | undefined
  action?: string | undefined
  region?: string | undefined
  account?: string | undefined
  stack?: string | undefined
  mutating?: boolean | undefined
}

/** All calls since the start or the last reset. */
export interface CallLog {
  record(call: CallRecord): void
  counts(filter?: CallFilter): { total: number; mutating: number; calls: CallCount[] }
  /** The newest ones, oldest first. */
  recent(filter?: CallFilter): CallRecord[]
  clear(): void
}

// Enough for any test; a sandbox that runs for days must not grow without end.
const keptRecords = 10_000

/** Counts every call; remembers the newest 10,000 one by one. */
export function createCallLog(): CallLog {
  let records: CallRecord[] = []
  const counters = new Map<string, CallCount>()
  return {
    record(call) {
      records.push(call)
      if (records.length >= 2 * keptRecords) records = records.slice(-keptRecords)
      const { service, action, region, account, stack, mutating, outcome } = call
      const key = JSON.stringify([service, action, region, account, stack, outcome])
      const counter = counters.get(key)
      if (counter !== undefined) counter.count += 1
      else {
        const named = stack === undefined ? {} : { stack }
        counters.set(key, { service, action, region, account, ...named, mutating, outcome, count: 1 })
      }
    },
    counts(filter = {}) {
      const calls = [...counters.values()]
        .filter((call) => matches(filter, call))
        .map((call) => ({ ...call }))
      const sum = (list: CallCount[]): number => list.reduce((total, { count }) => total + count, 0)
      return { total: sum(calls), mutating: sum(calls.filter((call) => call.mutating)), calls }
    },
    recent: (filter = {}) => records.slice(-keptRecords).filter((call) => matches(filter, call)),
    clear() {
      records = []
      counters.clear()
    },
  }
}

function matches(filter: CallFilter, call: EdgeCall): boolean {
  const { service, action, region, account, stack, mutating } = filter
  return (
    (service === undefined || service === call.service) &&
    (action === undefined || action === call.action) &&
    (region === undefined || region === call.region) &&
    (account === undefined || account === call.account) &&
    (stack === undefined || stack === call.stack) &&
    (mutating === undefined || mutating === call.mutating)
  )
}
