import { deflateSync, inflateSync } from 'node:zlib'

/** An entry of a pack, taken apart. */
export interface LooseEntry {
  type: number
  /** The size that it claims; absent: the size that it has. */
  claimed?: number
  data: Buffer
  /** Of a delta: the number of the entry that it stands on, how far back a base lies, or an id. */
  base?: { entry: number } | { back: number } | { oid: Buffer }
  /** Instead of deflating `data`. */
  deflated?: Buffer
}

/** Takes a good pack apart, which is without its trailer. */
export function takeApart(pack: Buffer): LooseEntry[] {
  const entries: LooseEntry[] = []
  const numbers = new Map<number, number>()
  for (let at = 12; at < pack.length;) {
    const start = at
    numbers.set(start, entries.length)
    let byte = pack[at++] ?? 0
    const type = (byte >> 4) & 7
    while (byte >= 128) byte = pack[at++] ?? 0
    let base: LooseEntry['base']
    if (type === 6) {
      byte = pack[at++] ?? 0
      let back = byte & 127
      while (byte >= 128) {
        byte = pack[at++] ?? 0
        back = (back + 1) * 128 + (byte & 127)
      }
      base = { entry: numbers.get(start - back) ?? 0 }
    } else if (type === 7) {
      base = { oid: pack.subarray(at, at + 20) }
      at += 20
    }
    const { buffer, engine } = inflateSync(pack.subarray(at), { info: true }) as unknown as {
      buffer: Buffer
      engine: { bytesWritten: number }
    }
    entries.push({ type, data: buffer, ...(base && { base }) })
    at += engine.bytesWritten
  }
  return entries
}

/** Puts entries together, without a trailer; `count` is what the pack claims to hold. */
export function putTogether(entries: readonly LooseEntry[], count = entries.length): Buffer {
  const start = Buffer.from('PACK\0\0\0\u0002\0\0\0\0', 'latin1')
  start.writeUInt32BE(count, 8)
  const parts = [start]
  const offsets: number[] = []
  let at = start.length
  for (const { type, claimed, data, base, deflated } of entries) {
    offsets.push(at)
    const bytes = Buffer.concat([
      headOf(type, claimed ?? data.length),
      baseOf(base, at, offsets),
      deflated ?? deflateSync(data, { level: 1 }),
    ])
    parts.push(bytes)
    at += bytes.length
  }
  return Buffer.concat(parts)
}

/** Its type and the size that it claims. */
function headOf(type: number, size: number): Buffer {
  const bytes = [((type & 7) << 4) | (size & 15)]
  for (let rest = Math.floor(size / 16); rest > 0; rest = Math.floor(rest / 128)) {
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) | 128
    bytes.push(rest % 128)
  }
  return Buffer.from(bytes)
}

/** See gitformat-pack(5). */
function baseOf(base: LooseEntry['base'], at: number, offsets: readonly number[]): Buffer {
  if (base === undefined) return Buffer.alloc(0)
  if ('oid' in base) return base.oid
  const back = 'back' in base ? base.back : at - (offsets[base.entry] ?? at)
  const bytes = [back & 127]
  for (let rest = back >>> 7; rest > 0; rest >>>= 7) {
    rest -= 1
    bytes.unshift(128 | (rest & 127))
  }
  return Buffer.from(bytes)
}
