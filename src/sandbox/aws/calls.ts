import type { CallFate, CallLogOf, FilterOf } from '../call-log.ts'
import { createCallLogOf } from '../call-log.ts'
import type { EdgeCall } from './faults.ts'

/** A call that was answered, or not. */
export type CallRecord = EdgeCall & CallFate

/** Which calls one wants to see; what is left out matches every call. */
export type CallFilter = FilterOf<EdgeCall>

/** All calls since the start or the last reset. */
export type CallLog = CallLogOf<EdgeCall>

/** Counts every call; remembers the newest 10,000 one by one. */
export function createCallLog(): CallLog {
  return createCallLogOf(({ service, action, region, account, stack, mutating }) => {
    const named = stack === undefined ? {} : { stack }
    return { service, action, region, account, ...named, mutating }
  })
}
