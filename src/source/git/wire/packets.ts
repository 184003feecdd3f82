import { transient } from '../../../api/errors.ts'

/** A line of git's framing; `data` is without the length. See gitprotocol-common(5), gitprotocol-v2(5). */
export type Packet =
  | { type: 'data'; data: Buffer }
  | { type: 'flush' }
  | { type: 'delimiter' }
  | { type: 'end' }

/** What the other side sends, a packet at a time; after the last packet the bare bytes that may follow. */
export interface PacketReader {
  /** The next packet; undefined at the end of the stream. Torn or malformed framing throws `backoff` (`ProtocolError`). */
  next(): Promise<Packet | undefined>
  /** Bytes as they come, without framing: what is left after packets. */
  rest(): AsyncGenerator<Buffer>
  /** Called when all that was expected is read: leaves the connection fit for the next request. */
  finish(): Promise<void>
  /** Lets go of the stream; nothing is read after it. */
  close(): void
}

const special = ['flush', 'delimiter', 'end'] as const
/** A side band packet is 65,520 bytes with its length at most. */
const maxPacket = 65_520

/** Reads packets from chunks of any size. `where` is the repository for messages. */
export function readPackets(
  chunks: AsyncIterable<Uint8Array>,
  where: string,
  end: Partial<Pick<PacketReader, 'finish' | 'close'>> = {},
): PacketReader {
  const source = chunks[Symbol.asyncIterator]()
  let held: Buffer = Buffer.alloc(0)

  const torn = (what: string) => transient('ProtocolError', `${where} sent ${what}; trying again`)
  /** Whether at least `count` bytes are held. */
  const fill = async (count: number): Promise<boolean> => {
    if (held.length >= count) return true
    const parts = [held]
    let size = held.length
    while (size < count) {
      const { value, done } = await source.next()
      if (done === true) break
      parts.push(Buffer.from(value.buffer, value.byteOffset, value.byteLength))
      size += value.byteLength
    }
    held = Buffer.concat(parts)
    return size >= count
  }
  return {
    async next() {
      if (!(await fill(4))) {
        if (held.length === 0) return undefined
        throw torn('an answer that is torn')
      }
      const length = packetLength(held)
      if (length === undefined || length > maxPacket || length === 3) throw torn('what is not git’s framing')
      const mark = special[length]
      if (mark !== undefined) {
        held = held.subarray(4)
        return { type: mark }
      }
      if (!(await fill(length))) throw torn('an answer that is torn')
      const data = held.subarray(4, length)
      held = held.subarray(length)
      return { type: 'data', data }
    },
    async *rest() {
      if (held.length > 0) yield held
      held = Buffer.alloc(0)
      for (;;) {
        const { value, done } = await source.next()
        if (done === true) return
        yield Buffer.from(value.buffer, value.byteOffset, value.byteLength)
      }
    },
    finish: end.finish ?? (async () => {}),
    close: end.close ?? (() => {}),
  }
}

function packetLength(bytes: Buffer): number | undefined {
  let length = 0
  for (let at = 0; at < 4; at += 1) {
    const digit = hexDigit(bytes[at] ?? 0)
    if (digit === undefined) return undefined
    length = length * 16 + digit
  }
  return length
}

function hexDigit(code: number): number | undefined {
  if (code >= 48 && code <= 57) return code - 48
  const lower = code | 32
  return lower >= 97 && lower <= 102 ? lower - 87 : undefined
}

/** A packet of text; a line end is added, as git does. */
export function line(text: string): string {
  return `${(Buffer.byteLength(text) + 5).toString(16).padStart(4, '0')}${text}\n`
}

/** The packets without data. */
export const flush = '0000'
export const delimiter = '0001'

/** The text of a packet without its line end. */
export function textOf(data: Buffer): string {
  const text = data.toString('utf8')
  return text.endsWith('\n') ? text.slice(0, -1) : text
}
