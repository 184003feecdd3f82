import type { IncomingHttpHeaders } from 'node:http'
import { transient, type HeadwaterError } from '../../../api/errors.ts'

/** A host that asks for more is asked again all the same. In milliseconds. */
const longestMs = 24 * 60 * 60_000

/**
 * The error for an answer by which a host asks to be left alone, with for how long; undefined for any other answer. `now`
 * in milliseconds since the epoch. Besides 429, and 503 that names a time, GitHub says so by 403 with `retry-after`, or
 * with no requests left until `x-ratelimit-reset`:
 * https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit
 */
export function throttled(
  { status, headers }: { status: number; headers: IncomingHttpHeaders },
  where: string,
  now: number,
): HeadwaterError | undefined {
  const isSpent = headers['x-ratelimit-remaining'] === '0'
  const asksFor = retryAfter(headers['retry-after'], now) ?? (isSpent ? untilReset(headers, now) : undefined)
  const isTold = status === 429 || (status === 503 && asksFor !== undefined)
  const isByRate = status === 403 && (asksFor !== undefined || isSpent)
  if (!isTold && !isByRate) return undefined
  const message = `${where} asks to come back later (HTTP ${status}); trying again`
  return transient('Throttled', message, undefined, asksFor)
}

/** Seconds, or a date: https://www.rfc-editor.org/rfc/rfc9110#field.retry-after */
function retryAfter(value: string | undefined, now: number): number | undefined {
  if (value === undefined) return undefined
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), longestMs)
}

/** Seconds since the epoch. */
function untilReset(headers: IncomingHttpHeaders, now: number): number | undefined {
  const value = headers['x-ratelimit-reset']
  if (typeof value !== 'string' || !/^\d+$/.test(value)) return undefined
  return Math.min(Math.max(Number(value) * 1000 - now, 0), longestMs)
}
