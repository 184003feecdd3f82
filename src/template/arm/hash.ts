import { createHash } from 'node:crypto'

/** The namespace in which ARM makes its name-based UUIDs; found by comparison with ARM's own engine. */
const guidNamespace = Buffer.from('11fb06fb712d4ddd98c7e71bbd588830', 'hex')

/** ARM's `guid`: a UUID (version 5) from any number of texts. */
export function guid(...texts: readonly string[]): string {
  const digest = createHash('sha1')
    .update(guidNamespace)
    .update(texts.join('-'), 'utf8')
    .digest()
    .subarray(0, 16)
  digest[6] = ((digest[6] ?? 0) & 0x0f) | 0x50
  digest[8] = ((digest[8] ?? 0) & 0x3f) | 0x80
  const hex = digest.toString('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}

/** ARM's `uniqueString`: 13 characters of a-z and 2-7 from any number of texts. Not a secret: it can be guessed. */
export function uniqueString(...texts: readonly string[]): string {
  const alphabet = 'abcdefghijklmnopqrstuvwxyz234567'
  let hash = hash64(Buffer.from(texts.join('-'), 'utf8'))
  let text = ''
  for (let index = 0; index < 13; index += 1) {
    text += alphabet[Number(hash >> 59n)]
    hash = (hash << 5n) & 0xffff_ffff_ffff_ffffn
  }
  return text
}

/** A 64-bit hash in the manner of MurmurHash, in 32-bit arithmetic; found by comparison with ARM's own engine. */
function hash64(bytes: Buffer): bigint {
  const whole = bytes.length - (bytes.length % 8)
  let h1 = 0
  let h2 = 0
  for (let at = 0; at < whole; at += 8) {
    h1 ^= mixFirst(bytes.readUInt32LE(at))
    h1 = (Math.imul((rotate(h1, 19) + h2) | 0, 5) + 0x561ccd1b) | 0
    h2 ^= mixSecond(bytes.readUInt32LE(at + 4))
    h2 = (Math.imul((rotate(h2, 13) + h1) | 0, 5) + 0x0bcaa747) | 0
  }
  const rest = bytes.subarray(whole)
  if (rest.length > 4) h2 ^= mixSecond(littleEndian(rest.subarray(4)))
  if (rest.length > 0) h1 ^= mixFirst(littleEndian(rest.subarray(0, 4)))
  h1 ^= bytes.length
  h2 ^= bytes.length
  h1 = (h1 + h2) | 0
  h2 = (h2 + h1) | 0
  h1 = finish(h1)
  h2 = finish(h2)
  h1 = (h1 + h2) | 0
  h2 = (h2 + h1) | 0
  return (BigInt(h2 >>> 0) << 32n) | BigInt(h1 >>> 0)
}

function mixFirst(word: number): number {
  return Math.imul(rotate(Math.imul(word, 0x239b961b), 15), 0xab0e9789)
}

function mixSecond(word: number): number {
  return Math.imul(rotate(Math.imul(word, 0xab0e9789), 17), 0x239b961b)
}

function rotate(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by))
}

/** MurmurHash3's finalizer of 32 bits. */
function finish(word: number): number {
  let mixed = Math.imul(word ^ (word >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return mixed ^ (mixed >>> 16)
}

function littleEndian(bytes: Buffer): number {
  return bytes.reduce((word, byte, index) => word | (byte << (8 * index)), 0)
}
