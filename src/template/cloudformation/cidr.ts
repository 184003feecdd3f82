import { refuse } from './problem.ts'
import { type TemplatePath, isScalar } from './value.ts'

/** The most blocks that Fn::Cidr gives. */
const COUNT_LIMIT = 256

/** Fn::Cidr: `count` blocks of `2^bits` addresses each, out of an IPv4 or IPv6 block. */
export function cidrBlocks(items: readonly unknown[], path: TemplatePath): string[] {
  const [block, countText, bitsText] = items
  const wrong = () => refuseCidr(items, path)
  const range = typeof block === 'string' ? parseBlock(block) : undefined
  const count = Number(countText)
  if (range === undefined || !Number.isInteger(count) || count < 1 || count > COUNT_LIMIT) return wrong()
  const bits = bitsText === undefined ? defaultBits(range, count) : Number(bitsText)
  if (!Number.isInteger(bits) || bits < 0 || bits > range.width) return wrong()
  const size = 1n << BigInt(bits)
  const available = 1n << BigInt(range.width - range.prefix)
  if (size * BigInt(count) > available) return wrong()
  return Array.from(
    { length: count },
    (_, index) => `${format(range.address + size * BigInt(index), range.width)}/${range.width - bits}`,
  )
}

interface Block {
  address: bigint
  prefix: number
  width: 32 | 128
}

/** Without the third argument the blocks are as large as they can be. */
function defaultBits(range: Block, count: number): number {
  return range.width - range.prefix - Math.ceil(Math.log2(count))
}

function parseBlock(text: string): Block | undefined {
  const [address = '', prefixText = ''] = text.split('/')
  const v6 = address.includes(':')
  const value = v6 ? parseV6(address) : parseV4(address)
  const width = v6 ? 128 : 32
  const prefix = Number(prefixText)
  if (value === undefined || !/^\d+$/.test(prefixText) || prefix > width) return undefined
  const host = BigInt(width - prefix)
  return { address: (value >> host) << host, prefix, width }
}

function parseV4(text: string): bigint | undefined {
  const parts = text.split('.')
  if (parts.length !== 4 || parts.some((part) => !/^\d{1,3}$/.test(part) || Number(part) > 255))
    return undefined
  return parts.reduce((value, part) => value * 256n + BigInt(part), 0n)
}

function parseV6(text: string): bigint | undefined {
  const [head = '', tail, ...more] = text.split('::')
  if (more.length > 0) return undefined
  const groups = (part: string) => (part === '' ? [] : part.split(':'))
  const front = groups(head)
  const back = groups(tail ?? '')
  const missing = 8 - front.length - back.length
  if (tail === undefined ? missing !== 0 : missing < 0) return undefined
  const all = [...front, ...Array.from({ length: missing }, () => '0'), ...back]
  if (all.some((group) => !/^[0-9a-fA-F]{1,4}$/.test(group))) return undefined
  return all.reduce((value, group) => value * 65_536n + BigInt(`0x${group}`), 0n)
}

function format(address: bigint, width: 32 | 128): string {
  if (width === 32) return [24n, 16n, 8n, 0n].map((shift) => String((address >> shift) & 255n)).join('.')
  const groups = Array.from({ length: 8 }, (_, index) =>
    ((address >> BigInt(112 - 16 * index)) & 65_535n).toString(16),
  )
  const text = groups.join(':')
  return text.replace(/(?:^|:)0(?::0)+$/, '::')
}

function refuseCidr(items: readonly unknown[], path: TemplatePath): never {
  const shown = items.map((item) => (isScalar(item) ? String(item) : '…')).join(', ')
  return refuse({
    path,
    message: `Template error: Fn::Cidr cannot be resolved for [${shown}]`,
    advice: `Fn::Cidr [${shown}] does not fit: it takes a block like 10.0.0.0/16, a count from 1 to ${COUNT_LIMIT} and the bits of one subnet`,
  })
}
