import type { ObjectRecord } from '../api/record.ts'
import type { HistoryEntry, ObjectStatus } from '../api/status.ts'

/** How many lines of an object's past are kept in its record. */
const historyLength = 5

/** The line for what just ended. */
export function entry(
  record: ObjectRecord,
  outcome: HistoryEntry['outcome'],
  message: string,
  now: number,
): HistoryEntry {
  const { operation, inputs } = record
  return {
    digest: operation?.digest ?? inputs?.digest ?? '',
    revision: operation?.revision ?? inputs?.revision ?? '',
    outcome,
    message,
    startedAt: new Date(operation?.startedAt ?? now).toISOString(),
    finishedAt: new Date(now).toISOString(),
  }
}

/** The status with one more line of its past. */
export function withHistory(status: ObjectStatus, line: HistoryEntry): ObjectStatus {
  return { ...status, history: [line, ...(status.history ?? [])].slice(0, historyLength) }
}
