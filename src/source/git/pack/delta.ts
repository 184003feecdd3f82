/** Sizes that a delta is written for; undefined for what is none. */
export interface DeltaHead {
  baseSize: number
  resultSize: number
  /** Where its instructions begin. */
  at: number
}

/** Reads the head of a delta. See gitformat-pack(5), "Deltified representation". */
export function readDeltaHead(delta: Uint8Array): DeltaHead | undefined {
  const base = readSize(delta, 0)
  const result = base === undefined ? undefined : readSize(delta, base.at)
  if (base === undefined || result === undefined) return undefined
  return { baseSize: base.size, resultSize: result.size, at: result.at }
}

/** Applies a delta to its base; undefined when it does not fit: another size, a copy from outside, an unknown instruction. */
export function applyDelta(base: Uint8Array, delta: Uint8Array, head: DeltaHead): Buffer | undefined {
  if (head.baseSize !== base.length) return undefined
  const result = Buffer.allocUnsafe(head.resultSize)
  let at = head.at
  let to = 0
  while (at < delta.length) {
    const code = delta[at++] ?? 0
    if (code === 0) return undefined
    if (code < 0x80) {
      if (at + code > delta.length || to + code > result.length) return undefined
      result.set(delta.subarray(at, at + code), to)
      at += code
      to += code
      continue
    }
    let offset = 0
    let size = 0
    for (let bit = 0; bit < 4; bit += 1)
      if ((code & (1 << bit)) !== 0) offset += (delta[at++] ?? 0) * 2 ** (8 * bit)
    for (let bit = 0; bit < 3; bit += 1)
      if ((code & (0x10 << bit)) !== 0) size += (delta[at++] ?? 0) << (8 * bit)
    if (size === 0) size = 0x10000
    if (at > delta.length || offset + size > base.length || to + size > result.length) return undefined
    result.set(base.subarray(offset, offset + size), to)
    to += size
  }
  return to === result.length ? result : undefined
}

function readSize(bytes: Uint8Array, from: number): { size: number; at: number } | undefined {
  let size = 0
  for (let at = from, factor = 1; at < bytes.length && at < from + 8; at += 1, factor *= 128) {
    const byte = bytes[at] ?? 0
    size += (byte & 0x7f) * factor
    if (byte < 0x80) return { size, at: at + 1 }
  }
  return undefined
}
