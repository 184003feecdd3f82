/** An IPv4 or IPv6 block: its first address as a number, its prefix length, its address length in bits. */
export interface Cidr {
  readonly address: bigint
  readonly prefix: number
  readonly bits: 32 | 128
}

/** A block in CIDR notation, or an address alone; undefined when it is neither. Bits behind the prefix are kept. */
export function parseCidrBlock(text: string): Cidr | undefined {
  const match = /^([0-9a-f.:]+)(?:\/(\d{1,3}))?$/i.exec(text)
  if (match === null) return undefined
  const [, host = '', length] = match
  const bits = host.includes(':') ? 128 : 32
  const address = bits === 32 ? parseV4(host) : parseV6(host)
  if (address === undefined) return undefined
  const prefix = length === undefined ? usualPrefix(address, bits) : Number(length)
  return prefix > bits ? undefined : { address, prefix, bits }
}

/** Of an address alone ARM takes the network class that it is in: 8 bits below 128, 16 below 192, else 24; of IPv6, 64. */
function usualPrefix(address: bigint, bits: 32 | 128): number {
  if (bits === 128) return 64
  const first = address >> 24n
  if (first < 128n) return 8
  return first < 192n ? 16 : 24
}

function parseV4(text: string): bigint | undefined {
  const parts = text.split('.')
  if (parts.length !== 4 || parts.some((part) => !/^\d{1,3}$/.test(part) || Number(part) > 255))
    return undefined
  return parts.reduce((address, part) => address * 256n + BigInt(part), 0n)
}

function parseV6(text: string): bigint | undefined {
  const halves = text.split('::')
  if (halves.length > 2) return undefined
  const [head = '', tail] = halves
  const left = head === '' ? [] : head.split(':')
  const right = tail === undefined || tail === '' ? [] : tail.split(':')
  const missing = 8 - left.length - right.length
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined
  const groups = [...left, ...Array.from({ length: missing }, () => '0'), ...right]
  if (groups.some((group) => !/^[0-9a-f]{1,4}$/i.test(group))) return undefined
  return groups.reduce((address, group) => address * 65_536n + BigInt(`0x${group}`), 0n)
}

/** The bits of an address that belong to the prefix. */
export function maskOf(prefix: number, bits: number): bigint {
  return ((1n << BigInt(prefix)) - 1n) << BigInt(bits - prefix)
}

/** The first address of a block. */
export function networkOf(block: Cidr): bigint {
  return block.address & maskOf(block.prefix, block.bits)
}

/** The last address of a block. */
export function lastOf(block: Cidr): bigint {
  return networkOf(block) | ((1n << BigInt(block.bits - block.prefix)) - 1n)
}

/** An address as text, IPv6 with its longest run of zeros left out. */
export function addressText(address: bigint, bits: 32 | 128): string {
  if (bits === 32) return [24n, 16n, 8n, 0n].map((shift) => String((address >> shift) & 255n)).join('.')
  const groups = Array.from({ length: 8 }, (_, index) =>
    ((address >> BigInt(112 - index * 16)) & 0xffffn).toString(16),
  )
  return compress(groups)
}

function compress(groups: readonly string[]): string {
  let best = { start: 0, length: 1 }
  for (let start = 0; start < groups.length; start += 1) {
    let length = 0
    while (groups[start + length] === '0') length += 1
    if (length > best.length) best = { start, length }
  }
  if (best.length < 2) return groups.join(':')
  return `${groups.slice(0, best.start).join(':')}::${groups.slice(best.start + best.length).join(':')}`
}
