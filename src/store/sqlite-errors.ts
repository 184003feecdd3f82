import { stalled, transient } from '../api/errors.ts'
import type { HeadwaterError } from '../api/errors.ts'

/** SQLite's primary result codes (https://www.sqlite.org/rescode.html) that mean something to the controller. */
const resultCodes = {
  busy: 5,
  locked: 6,
  readOnly: 8,
  corrupt: 11,
  full: 13,
  cannotOpen: 14,
  notADatabase: 26,
} as const

/** Runs a statement and throws SQLite's errors as ours. */
export type SqliteGuard = <Result>(run: () => Result) => Result

/** A guard whose errors name the file. */
export function translateSqliteErrors(file: string): SqliteGuard {
  return (run) => {
    try {
      return run()
    } catch (error) {
      throw translate(file, error)
    }
  }
}

function translate(file: string, error: unknown): unknown {
  if (!(error instanceof Error)) return error
  const code = (error as NodeJS.ErrnoException).code
  if (code === 'ERR_SQLITE_ERROR') return translateResult(file, error)
  if (code === 'ERR_INVALID_STATE') return transient('StoreUnavailable', `the store ${file} is closed`, error)
  if (code !== undefined && /^E[A-Z]+$/.test(code))
    return stalled('StoreUnavailable', `the store ${file} cannot be opened: ${error.message}`, error)
  return error
}

function translateResult(file: string, error: Error): HeadwaterError {
  const result = ((error as { errcode?: number }).errcode ?? 0) & 0xff
  switch (result) {
    case resultCodes.busy:
    case resultCodes.locked:
      return transient('StoreBusy', `the store ${file} is busy with another process`, error)
    case resultCodes.full:
      return transient('StoreUnavailable', `the disk of the store ${file} is full`, error)
    case resultCodes.readOnly:
    case resultCodes.cannotOpen:
      return stalled('StoreUnavailable', `the store ${file} cannot be written: ${error.message}`, error)
    case resultCodes.corrupt:
    case resultCodes.notADatabase:
      return stalled('StoreCorrupt', `the store ${file} is no readable SQLite file: ${error.message}`, error)
    default:
      return transient('StoreUnavailable', `the store ${file} failed: ${error.message}`, error)
  }
}
