/** What every log of calls tells of one, besides what the cloud calls it by. */
export interface CallFate {
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

/** Which calls one wants to see; what is left out matches every call. */
export type FilterOf<Call> = { [Key in keyof Call]?: Call[Key] | undefined }

/** All calls since the start or the last reset. What a single call has besides what it is counted by is only remembered. */
export interface CallLogOf<Counted, Call extends Counted = Counted> {
  record(call: Call & CallFate): void
  counts(filter?: FilterOf<Counted>): {
    total: number
    mutating: number
    calls: (Counted & { outcome: string; count: number })[]
  }
  /** The newest ones, oldest first. */
  recent(filter?: FilterOf<Counted>): (Call & CallFate)[]
  clear(): void
}

// Enough for any test; a sandbox that runs for days must not grow without end.
const keptRecords = 10_000

/**
 * Counts every call; remembers the newest 10,000 one by one. Calls are alike when `countedAs` makes the same of them:
 * the call without its fate.
 */
export function createCallLogOf<Counted extends { mutating: boolean }, Call extends Counted = Counted>(
  countedAs: (call: Call) => Counted,
): CallLogOf<Counted, Call> {
  type Record = Call & CallFate
  type Count = Counted & { outcome: string; count: number }
  let records: Record[] = []
  const counters = new Map<string, Count>()
  return {
    record(call) {
      records.push(call)
      if (records.length >= 2 * keptRecords) records = records.slice(-keptRecords)
      const alike = { ...countedAs(call), outcome: call.outcome }
      const key = JSON.stringify(alike)
      const counter = counters.get(key)
      if (counter === undefined) counters.set(key, { ...alike, count: 1 })
      else counter.count += 1
    },
    counts(filter = {}) {
      const calls = [...counters.values()]
        .filter((call) => matchesFilter(filter, call))
        .map((call) => ({ ...call }))
      const sum = (list: Count[]): number => list.reduce((total, { count }) => total + count, 0)
      return { total: sum(calls), mutating: sum(calls.filter((call) => call.mutating)), calls }
    },
    recent: (filter = {}) =>
      records.slice(-keptRecords).filter((call) => matchesFilter<Counted>(filter, call)),
    clear() {
      records = []
      counters.clear()
    },
  }
}

/** Whether a call is what a filter asks for, member by member. */
export function matchesFilter<Call>(filter: FilterOf<Call>, call: Call): boolean {
  for (const key in filter) {
    if (filter[key] !== undefined && filter[key] !== call[key]) return false
  }
  return true
}
