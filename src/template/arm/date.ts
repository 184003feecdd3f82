/** An instant as .NET keeps it: milliseconds since 1970 in UTC, the rest of the second finer than that, and its offset. */
export interface Instant {
  readonly epochMs: number
  /** 0–9999: hundreds of nanoseconds below the millisecond. */
  readonly ticks: number
  /** Minutes east of UTC in which it was written. */
  readonly offsetMinutes: number
}

const isoDate =
  /^\s*(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]\s*(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,7})\d*)?)?)?\s*(Z|[+-]\d{2}:?\d{2})?\s*$/i
const basicDate = /^\s*(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})(Z|[+-]\d{2}:?\d{2})?\s*$/i
const americanDate =
  /^\s*(\d{1,2})\/(\d{1,2})\/(\d{4})(?:\s+(\d{1,2}):(\d{2})(?::(\d{2}))?\s*(AM|PM)?)?\s*(Z|[+-]\d{2}:?\d{2})?\s*$/i

/** A date as templates write it: ISO 8601 (extended or basic), or month/day/year; without an offset it is UTC. */
export function parseDate(text: string): Instant | undefined {
  const iso = isoDate.exec(text)
  if (iso !== null) {
    const [, year, month, day, hour, minute, second, fraction, offset] = iso
    return instant([year, month, day, hour, minute, second], fraction, offset)
  }
  const basic = basicDate.exec(text)
  if (basic !== null) return instant(basic.slice(1, 7), undefined, basic[7])
  const american = americanDate.exec(text)
  if (american === null) return undefined
  const [, month, day, year, hour, minute, second, half, offset] = american
  const hours =
    half === undefined ? hour : String((Number(hour) % 12) + (half.toUpperCase() === 'PM' ? 12 : 0))
  return instant([year, month, day, hours, minute, second], undefined, offset)
}

function instant(
  parts: readonly (string | undefined)[],
  fraction: string | undefined,
  offset: string | undefined,
): Instant | undefined {
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = parts.map((part) =>
    Number(part ?? 0),
  )
  const ticks = Number((fraction ?? '').padEnd(7, '0'))
  const local = Date.UTC(year, month - 1, day, hour, minute, second, Math.floor(ticks / 10_000))
  const check = new Date(local)
  if (check.getUTCDate() !== day || check.getUTCMonth() !== month - 1 || hour > 23 || minute > 59)
    return undefined
  const offsetMinutes = minutesOf(offset)
  return { epochMs: local - offsetMinutes * 60_000, ticks: ticks % 10_000, offsetMinutes }
}

function minutesOf(offset: string | undefined): number {
  const match = /^([+-])(\d{2}):?(\d{2})$/.exec(offset ?? '')
  if (match === null) return 0
  const size = Number(match[2]) * 60 + Number(match[3])
  return match[1] === '-' ? -size : size
}

const duration =
  /^(-?)P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.(\d{1,7}))?S)?)?$/

/** An instant moved by an ISO 8601 duration; a year is 365 days and a month 30, as ARM has it. Undefined when it is none. */
export function addDuration(start: Instant, text: string): Instant | undefined {
  const match = duration.exec(text)
  if (match === null || text.replace('-', '') === 'P' || text.endsWith('T')) return undefined
  const [, sign, ...numbers] = match
  const [years = 0, months = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = numbers
    .slice(0, 6)
    .map((number) => Number(number ?? 0))
  const wholeDays = years * 365 + months * 30 + days
  const ms = ((wholeDays * 24 + hours) * 60 + minutes) * 60_000 + seconds * 1000
  const moved = start.epochMs + (sign === '-' ? -ms : ms)
  return Number.isFinite(new Date(moved).getTime()) ? { ...start, epochMs: moved } : undefined
}
