import type { Instant } from './date.ts'

const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
]

/** .NET's standard formats of the invariant culture, as custom ones. */
const standard: Readonly<Record<string, string>> = {
  d: 'MM/dd/yyyy',
  D: 'dddd, dd MMMM yyyy',
  f: 'dddd, dd MMMM yyyy HH:mm',
  F: 'dddd, dd MMMM yyyy HH:mm:ss',
  g: 'MM/dd/yyyy HH:mm',
  G: 'MM/dd/yyyy HH:mm:ss',
  m: 'MMMM dd',
  M: 'MMMM dd',
  o: "yyyy-MM-dd'T'HH:mm:ss.fffffffK",
  O: "yyyy-MM-dd'T'HH:mm:ss.fffffffK",
  r: "ddd, dd MMM yyyy HH':'mm':'ss 'GMT'",
  R: "ddd, dd MMM yyyy HH':'mm':'ss 'GMT'",
  s: "yyyy'-'MM'-'dd'T'HH':'mm':'ss",
  t: 'HH:mm',
  T: 'HH:mm:ss',
  u: "yyyy'-'MM'-'dd HH':'mm':'ss'Z'",
  U: 'dddd, dd MMMM yyyy HH:mm:ss',
  y: 'yyyy MMMM',
  Y: 'yyyy MMMM',
}

const part =
  /(d{1,}|M{1,}|y{1,}|h{1,}|H{1,}|m{1,}|s{1,}|f{1,7}|F{1,7}|t{1,}|z{1,}|K|g+)|'([^']*)'|"([^"]*)"|\\(.)|%|./gs

/** A date by a .NET format of the invariant culture. Undefined when the format is none. */
export function formatDate(instant: Instant, format: string): string | undefined {
  const custom = format.length === 1 ? standard[format] : format
  if (custom === undefined) return undefined
  const local = new Date(instant.epochMs + instant.offsetMinutes * 60_000)
  return custom.replaceAll(
    part,
    (all: string, specifier?: string, single?: string, double?: string, escaped?: string) =>
      specifier === undefined
        ? (single ?? double ?? escaped ?? (all === '%' ? '' : all))
        : formatPart(specifier, local, instant),
  )
}

function formatPart(specifier: string, local: Date, instant: Instant): string {
  const size = specifier.length
  const two = (value: number): string => String(value).padStart(Math.min(size, 2), '0')
  switch (specifier[0]) {
    case 'd':
      if (size < 3) return two(local.getUTCDate())
      return named(days[local.getUTCDay()], size === 3)
    case 'M':
      if (size < 3) return two(local.getUTCMonth() + 1)
      return named(months[local.getUTCMonth()], size === 3)
    case 'y':
      return size < 3 ? two(local.getUTCFullYear() % 100) : String(local.getUTCFullYear()).padStart(size, '0')
    case 'h':
      return two(local.getUTCHours() % 12 === 0 ? 12 : local.getUTCHours() % 12)
    case 'H':
      return two(local.getUTCHours())
    case 'm':
      return two(local.getUTCMinutes())
    case 's':
      return two(local.getUTCSeconds())
    case 'f':
      return fraction(local, instant).slice(0, size)
    case 'F':
      return fraction(local, instant).slice(0, size).replace(/0+$/, '')
    case 't':
      return (local.getUTCHours() < 12 ? 'AM' : 'PM').slice(0, size)
    case 'z':
      return zone(instant.offsetMinutes, size)
    case 'K':
      return zone(instant.offsetMinutes, 3)
    default:
      return 'A.D.'
  }
}

function named(name: string | undefined, isShort: boolean): string {
  return isShort ? (name ?? '').slice(0, 3) : (name ?? '')
}

function fraction(local: Date, instant: Instant): string {
  return String(local.getUTCMilliseconds()).padStart(3, '0') + String(instant.ticks).padStart(4, '0')
}

function zone(offsetMinutes: number, size: number): string {
  const sign = offsetMinutes < 0 ? '-' : '+'
  const hours = String(Math.floor(Math.abs(offsetMinutes) / 60))
  if (size === 1) return sign + hours
  const long = sign + hours.padStart(2, '0')
  return size === 2 ? long : `${long}:${String(Math.abs(offsetMinutes) % 60).padStart(2, '0')}`
}
