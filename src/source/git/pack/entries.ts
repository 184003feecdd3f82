import { inflateSync } from 'node:zlib'
import { exceeded, type GitLimits } from '../limits.ts'
import type { PackBytes } from './receive.ts'

/** An entry of a pack as it lies there; a delta is not applied. */
export interface PackEntry {
  /** 1 commit, 2 tree, 3 blob, 4 tag, 6 delta by offset, 7 delta by id. */
  type: number
  /** Inflated. */
  data: Buffer
  /** What a delta stands on: an offset in the pack, or an id. */
  base?: { offset: number } | { oid: string }
  /** Where the next entry begins. */
  end: number
}

interface EntryReader {
  /** How many entries the pack says it holds, and where the first begins. */
  head(): Promise<{ count: number; at: number }>
  read(at: number): Promise<PackEntry>
}

/** What is read of a file at once; an entry that needs more is read again with more. */
const windowBytes = 1024 * 1024
/** The longest head of an entry: a size, and an offset or an id. */
const headBytes = 40

/** Reads single entries of a pack; whatever does not hold is thrown as `broken` says. */
export function createEntryReader(
  bytes: PackBytes,
  options: { where: string; limits: GitLimits; broken: (what: string) => Error },
): EntryReader {
  const { where, limits, broken } = options
  let window: Buffer = Buffer.alloc(0)
  let windowAt = 0
  const load = async (at: number, length: number): Promise<Buffer> => {
    const isHeld = at >= windowAt && at + length <= windowAt + window.length
    if (!isHeld) {
      windowAt = at
      window = await bytes.read(at, bytes.isInMemory ? bytes.size : Math.max(length, windowBytes))
    }
    return window.subarray(at - windowAt)
  }

  return {
    async head() {
      const head = await bytes.read(0, 12)
      const version = head.length === 12 ? head.readUInt32BE(4) : 0
      if (head.toString('latin1', 0, 4) !== 'PACK' || (version !== 2 && version !== 3)) {
        throw broken('something else')
      }
      const count = head.readUInt32BE(8)
      if (count > limits.objects) {
        const cap = { name: 'objects', value: count, limit: limits.objects } as const
        throw exceeded(where, 'the pack holds more objects than allowed', cap)
      }
      // Each entry takes three bytes at the very least.
      if (count * 3 > bytes.size) throw broken('less than it says')
      return { count, at: 12 }
    },
    async read(at) {
      const head = readHead(await load(at, Math.min(headBytes, Math.max(0, bytes.size - at))), at)
      if (head === undefined) throw broken('an entry that is none')
      const { type, size, base, length } = head
      if (size > limits.objectBytes) {
        const cap = { name: 'objectBytes', value: size, limit: limits.objectBytes } as const
        throw exceeded(where, 'an object is larger than allowed', cap)
      }
      const dataAt = at + length
      for (let wanted = Math.min(size + 1024, windowBytes); ; wanted *= 4) {
        const rest = Math.max(0, bytes.size - dataAt)
        const input = await load(dataAt, Math.min(wanted, rest))
        const inflated = inflate(input, size)
        if (typeof inflated !== 'string') {
          if (inflated.data.length !== size) throw broken('an entry of another size than it says')
          return { type, data: inflated.data, ...(base && { base }), end: dataAt + inflated.consumed }
        }
        if (inflated === 'bad' || input.length >= rest) throw broken('an entry that does not inflate')
      }
    },
  }
}

function readHead(
  bytes: Buffer,
  at: number,
): { type: number; size: number; base?: NonNullable<PackEntry['base']>; length: number } | undefined {
  let length = 0
  let byte = bytes[length++]
  if (byte === undefined) return undefined
  const type = (byte >> 4) & 7
  let size = byte & 15
  for (let factor = 16; byte >= 0x80; factor *= 128) {
    byte = bytes[length++]
    if (byte === undefined || length > 9) return undefined
    size += (byte & 0x7f) * factor
  }
  if (type >= 1 && type <= 4) return { type, size, length }
  if (type === 7) {
    if (bytes.length < length + 20) return undefined
    return { type, size, base: { oid: bytes.toString('hex', length, length + 20) }, length: length + 20 }
  }
  if (type !== 6) return undefined
  let back = 0
  for (let count = 0; ; count += 1) {
    byte = bytes[length++]
    if (byte === undefined || count > 7) return undefined
    back = back * 128 + (byte & 0x7f)
    if (byte < 0x80) break
    back += 1
  }
  return back > 0 && back < at ? { type, size, base: { offset: at - back }, length } : undefined
}

/** Inflates one entry, never into more than its size: `short` when there is not enough input, `bad` when it is none. */
function inflate(input: Buffer, size: number): { data: Buffer; consumed: number } | 'short' | 'bad' {
  try {
    // With `info` the engine comes too, which knows how much it took.
    const { buffer, engine } = inflateSync(input, {
      info: true,
      maxOutputLength: size + 1,
      chunkSize: Math.min(Math.max(size + 1, 64), windowBytes),
    }) as unknown as { buffer: Buffer; engine: { bytesWritten: number } }
    return { data: buffer, consumed: engine.bytesWritten }
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error
    return error.code === 'Z_BUF_ERROR' ? 'short' : 'bad'
  }
}
