import type { World } from '../world.ts'

/** `CrossRg` is `crossRg`: how ARM answers the names of parameters and outputs. */
export function lowerFirst(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1)
}

const typeNames: Readonly<Record<string, string>> = {
  string: 'String',
  securestring: 'SecureString',
  int: 'Int',
  bool: 'Bool',
  object: 'Object',
  secureobject: 'SecureObject',
  array: 'Array',
}

/** `securestring` is `SecureString`: how ARM answers the types of parameters and outputs. */
export function typeName(type: string): string {
  return typeNames[type.toLowerCase()] ?? type
}

/** A time as ARM writes it, with .NET's seven digits. */
export function timestampOf(ms: number): string {
  const digits = String((Math.floor(ms) * 7919) % 10_000).padStart(4, '0')
  return `${new Date(ms).toISOString().slice(0, -1)}${digits}Z`
}

/** `PT2M21.5S`, as .NET writes a span of time; nothing is `PT0S`. */
export function durationText(ms: number): string {
  const total = Math.max(0, Math.round(ms))
  const hours = Math.floor(total / 3_600_000)
  const minutes = Math.floor((total % 3_600_000) / 60_000)
  const seconds = (total % 60_000) / 1000
  const parts = [
    hours > 0 ? `${hours}H` : '',
    minutes > 0 ? `${minutes}M` : '',
    seconds > 0 || total === 0 ? `${seconds}S` : '',
  ]
  return `PT${parts.join('')}`
}

// Ticks of 100 ns between the years 1 and 1970, and the largest number of .NET's `long`.
const ticksAtEpoch = 621_355_968_000_000_000n
const maxLong = 9_223_372_036_854_775_807n

/** The 20 digits of an operation's url; they count down with time. `order` tells those of one millisecond apart. */
export function statusNumber(ms: number, order: number): string {
  const ticks = ticksAtEpoch + BigInt(Math.floor(ms)) * 10_000n + BigInt(order % 10_000)
  return String(maxLong - ticks).padStart(20, '0')
}

/** Seconds to ask a client to wait, at the sandbox's speed. */
export function waitSeconds(world: World, seconds: number): number {
  return Math.ceil(world.pause(seconds * 1000).sleepMs / 1000)
}

/** .NET's way of writing a moment in a sentence: `4/1/2024 7:23:01 PM`. */
export function spokenTime(ms: number): string {
  const at = new Date(ms)
  const hours = at.getUTCHours()
  const two = (value: number) => String(value).padStart(2, '0')
  const day = `${at.getUTCMonth() + 1}/${at.getUTCDate()}/${at.getUTCFullYear()}`
  const time = `${hours % 12 === 0 ? 12 : hours % 12}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())}`
  return `${day} ${time} ${hours < 12 ? 'AM' : 'PM'}`
}
