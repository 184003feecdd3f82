/** Any element of DER: its tag, the length of what is in it, and that. */
export function element(tag: number, ...content: readonly Uint8Array[]): Buffer {
  const inside = Buffer.concat(content)
  return Buffer.concat([Buffer.from([tag, ...lengthOf(inside.byteLength)]), inside])
}

function lengthOf(length: number): number[] {
  if (length < 0x80) return [length]
  const bytes: number[] = []
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256)
  return [0x80 | bytes.length, ...bytes]
}

/** SEQUENCE */
export function sequence(...content: readonly Uint8Array[]): Buffer {
  return element(0x30, ...content)
}

/** SET */
export function set(...content: readonly Uint8Array[]): Buffer {
  return element(0x31, ...content)
}

/** INTEGER of bytes, which are taken as a number that is not negative. */
export function integer(bytes: Uint8Array): Buffer {
  const first = bytes.findIndex((byte) => byte !== 0)
  // DER allows no zero in front but the one that keeps the number from being negative.
  const digits = first === -1 ? Buffer.from([0]) : bytes.subarray(first)
  const needsZero = ((digits[0] ?? 0) & 0x80) !== 0
  return element(0x02, ...(needsZero ? [Buffer.from([0])] : []), digits)
}

/** OBJECT IDENTIFIER, written with dots. */
export function oid(text: string): Buffer {
  const [first = 0, second = 0, ...rest] = text.split('.').map(Number)
  return element(0x06, Buffer.from([first * 40 + second, ...rest.flatMap((part) => base128(part))]))
}

function base128(value: number): number[] {
  const bytes = [value & 0x7f]
  for (let rest = value >> 7; rest > 0; rest >>= 7) bytes.unshift((rest & 0x7f) | 0x80)
  return bytes
}

/** BOOLEAN, true */
export const yes = element(0x01, Buffer.from([0xff]))

/** UTF8String */
export function utf8(text: string): Buffer {
  return element(0x0c, Buffer.from(text, 'utf8'))
}

/** OCTET STRING */
export function octets(bytes: Uint8Array): Buffer {
  return element(0x04, bytes)
}

/** BIT STRING; `unused` bits at its end mean nothing. */
export function bits(bytes: Uint8Array, unused = 0): Buffer {
  return element(0x03, Buffer.from([unused]), bytes)
}

/** UTCTime, which ends with 2049. */
export function utcTime(ms: number): Buffer {
  const text = new Date(ms)
    .toISOString()
    .replaceAll(/[-:T]|\.\d+/g, '')
    .slice(2)
  return element(0x17, Buffer.from(text, 'ascii'))
}
