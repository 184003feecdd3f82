import { HeadwaterError } from '../api/errors.ts'
import { parseDuration } from '../api/duration.ts'
import { usageError } from './exit.ts'

/**
 * A moment as a person types it: a span from now (`2h`, `3d`), a day (`2026-12-01`, its beginning in UTC) or RFC 3339.
 * Answers milliseconds since the epoch; refuses what is past.
 */
export function parseMoment(text: string, now: number): number {
  const at = spanOf(text, now) ?? Date.parse(text)
  const isDate = /^\d{4}-\d{2}-\d{2}/.test(text) || spanOf(text, now) !== undefined
  if (!isDate || Number.isNaN(at)) {
    throw usageError(`"${text}" is no moment; write 2h, 3d, 2026-12-01 or 2026-12-01T09:00:00Z`)
  }
  if (at <= now) throw usageError(`"${text}" has passed; write a moment ahead`)
  return at
}

function spanOf(text: string, now: number): number | undefined {
  try {
    return now + parseDuration(text)
  } catch (error) {
    if (error instanceof HeadwaterError) return undefined
    throw error
  }
}
