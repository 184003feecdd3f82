import { createHash } from 'node:crypto'
import { deflateSync } from 'node:zlib'
import { putTogether, takeApart, type LooseEntry } from './fuzz-pack.ts'

/** Chance for a mutation: a number below another. */
export type Below = (count: number) => number

const sample = <T>(list: readonly T[], below: Below): T => list[below(list.length)] as T

/** Changes an answer: its bytes, its packets, the pack in it, or what the pack holds. */
export function mutateAnswer(answer: Buffer, below: Below): Buffer {
  const kind = below(8)
  if (kind === 0) return answer.subarray(0, below(answer.length))
  if (kind === 1) return mutateBytes(answer, below)
  const packets = splitPackets(answer)
  const found = packets === undefined ? undefined : findPack(packets)
  if (packets === undefined) return mutateBytes(answer, below)
  if (kind <= 3 || found === undefined) return mutatePackets(packets, below)
  const changed = kind === 4 ? mutateBytes(found.pack, below) : mutatePack(found.pack, below)
  return Buffer.concat([...found.before, ...wrap(sealed(changed), found.isBanded, below), ...found.after])
}

function mutateBytes(bytes: Buffer, below: Below): Buffer {
  let changed = Buffer.from(bytes)
  for (let count = 1 + below(3); count > 0 && changed.length > 0; count -= 1) {
    const at = below(changed.length)
    switch (below(6)) {
      case 0:
        changed[at] = below(256)
        break
      case 1:
        changed[at] = (changed[at] ?? 0) ^ (1 << below(8))
        break
      case 2:
        changed.copyWithin(at, below(changed.length), below(changed.length))
        break
      case 3:
        changed = Buffer.concat([
          changed.subarray(0, at),
          changed.subarray(Math.min(changed.length, at + below(40))),
        ])
        break
      case 4:
        changed = Buffer.concat([
          changed.subarray(0, at),
          Buffer.alloc(below(40), below(256)),
          changed.subarray(at),
        ])
        break
      default:
        changed = Buffer.concat([changed.subarray(0, at), changed.subarray(below(changed.length))])
    }
  }
  return changed
}

/** The packets of an answer, with their lengths; undefined for what has none. */
function splitPackets(answer: Buffer): Buffer[] | undefined {
  const packets: Buffer[] = []
  for (let at = 0; at < answer.length;) {
    const length = Math.max(4, Number.parseInt(answer.toString('latin1', at, at + 4), 16))
    if (!(length <= 65_520) || at + length > answer.length) return undefined
    packets.push(answer.subarray(at, at + length))
    at += length
  }
  return packets
}

const line = (text: string | Buffer): Buffer => {
  const data = Buffer.from(text)
  return Buffer.concat([Buffer.from((data.length + 4).toString(16).padStart(4, '0')), data])
}
const zeros = '0'.repeat(40)
const odd = [
  ...['0000', '0001', '0002', '0003', '0004', '0005', 'ffff', 'fff0', 'zzzz', '-001', '    '].map((text) =>
    Buffer.from(text),
  ),
  ...[
    'ERR no',
    'ERR not our ref ',
    'packfile\n',
    'NAK\n',
    `ACK ${zeros}\n`,
    'version 1\n',
    'version 2\n',
    'version 3\n',
  ].map(line),
  ...[
    'shallow x\n',
    `shallow ${zeros}\n`,
    `unshallow ${zeros}\n`,
    'wanted-refs\n',
    '\n',
    '\u0001',
    '\u0002hello\n',
    '\u0003boom\n',
    '\u0004?',
  ].map(line),
  ...[
    `${zeros} refs/heads/main\n`,
    `${zeros} HEAD\0symref=HEAD:refs/heads/main\n`,
    'unborn HEAD\n',
    `${'a'.repeat(40)} refs/heads/main peeled:zz\n`,
  ].map(line),
  ...[
    'fetch=shallow filter\n',
    'object-format=sha256\n',
    '__proto__=x\n',
    'constructor\n',
    'ls-refs=unborn\n',
  ].map(line),
  line('x'.repeat(65_516)),
]

function mutatePackets(packets: readonly Buffer[], below: Below): Buffer {
  const changed = [...packets]
  for (let count = 1 + below(2); count > 0; count -= 1) {
    const at = below(changed.length)
    const packet = changed[at] ?? Buffer.alloc(0)
    switch (below(7)) {
      case 0:
        changed.splice(at, 1)
        break
      case 1:
        changed.splice(at, 0, sample(odd, below))
        break
      case 2:
        changed[at] = sample(odd, below)
        break
      case 3:
        changed.splice(below(changed.length), 0, packet)
        break
      case 4:
        changed[at] = line(mutateBytes(packet.subarray(4), below))
        break
      case 5:
        changed[at] = Buffer.concat([
          Buffer.from(below(65_536).toString(16).padStart(4, '0')),
          packet.subarray(4),
        ])
        break
      default:
        // Many of one: a server that never comes to an end.
        changed.splice(
          at,
          0,
          ...Array.from({ length: 2000 }, () =>
            packet.subarray(0, 200).length === packet.length ? packet : line('x'),
          ),
        )
    }
  }
  return Buffer.concat(changed)
}

interface FoundPack {
  before: Buffer[]
  /** Without its trailer. */
  pack: Buffer
  isBanded: boolean
  after: Buffer[]
}

function findPack(packets: readonly Buffer[]): FoundPack | undefined {
  const first = packets.findIndex((packet) => packet.toString('latin1', 4, 9) === '\u0001PACK')
  if (first < 0) return undefined
  let end = first
  while (end < packets.length && packets[end]?.[4] === 1 && (packets[end]?.length ?? 0) > 5) end += 1
  const pack = Buffer.concat(packets.slice(first, end).map((packet) => packet.subarray(5))).subarray(0, -20)
  return { before: packets.slice(0, first), pack, isBanded: true, after: packets.slice(end) }
}

/** With a trailer that is right, so that what reads the inside is reached. */
function sealed(pack: Buffer): Buffer {
  return Buffer.concat([pack, createHash('sha1').update(pack).digest()])
}

function wrap(pack: Buffer, isBanded: boolean, below: Below): Buffer[] {
  if (!isBanded) return [pack]
  const size = 1 + below(3) * 500 + below(60_000)
  return Array.from({ length: Math.ceil(pack.length / size) }, (_, index) =>
    line(Buffer.concat([Buffer.from([1]), pack.subarray(index * size, (index + 1) * size)])),
  )
}

const sizes = [0, 1, 20, 100, 1000, 1_000_000, 1_000_001, 2 ** 31, 2 ** 32, 2 ** 45]
const counts = [0, 1, 2, 999, 1001, 65_536, 0x7fff_ffff, 0xffff_ffff]
const varint = (value: number): number[] =>
  value < 128 ? [value] : [(value & 127) | 128, ...varint(Math.floor(value / 128))]

/** Instructions of all sorts, now and then for the sizes that are right: those of a delta that was there. */
function oddDelta(below: Below, instead: Buffer): Buffer {
  const instructions = Array.from({ length: below(6) }, () =>
    below(2) === 0
      ? [0x80 | below(128), ...Array.from({ length: below(7) }, () => below(256))]
      : [below(128), ...Array.from({ length: below(130) }, () => below(256))],
  ).flat()
  const [baseSize, resultSize] = readSizes(instead)
  const base = below(4) === 0 ? sample(sizes, below) : baseSize
  const result = below(2) === 0 ? sample(sizes, below) : resultSize
  return Buffer.from([...varint(base), ...varint(result), ...instructions])
}

/** What a delta says of its base and its result. */
function readSizes(delta: Buffer): [number, number] {
  let at = 0
  const read = (): number => {
    let size = 0
    for (let factor = 1; at < Math.min(12, delta.length); factor *= 128) {
      const byte = delta[at++] ?? 0
      size += (byte & 127) * factor
      if (byte < 128) break
    }
    return size
  }
  return [read(), read()]
}

/** Megabytes that weigh next to nothing. */
const bombs = [999_999, 1_000_001, 3_000_000].map((size) => {
  const data = Buffer.alloc(size)
  return { data, deflated: deflateSync(data) }
})

/** Bases in themselves, before, in the middle of an entry, before the pack, further on, and of no known id. */
function oddBase(below: Below, number: number, at: number): NonNullable<LooseEntry['base']> {
  return sample(
    [
      { back: sample([0, 1, at - 12, at, at + 1, below(at + 1)], below) },
      { entry: below(number + 3) },
      { oid: Buffer.alloc(20, below(256)) },
    ],
    below,
  )
}

function oddEntry(below: Below, number: number, at: number): LooseEntry {
  const type = below(8)
  const makers = [
    () => oddDelta(below, Buffer.from([below(128), below(128)])),
    () => Buffer.alloc(below(2000), below(256)),
  ]
  const content = below(24) === 0 ? sample(bombs, below) : { data: sample(makers, below)() }
  return {
    type,
    ...content,
    ...(below(6) === 0 && { claimed: sample(sizes, below) }),
    ...(type >= 6 && { base: oddBase(below, number, at) }),
  }
}

/** Changes what a pack holds, not how it is written: what was deflated, what deltas stand on, sizes and counts. */
function mutatePack(pack: Buffer, below: Below): Buffer {
  const entries = takeApart(pack)
  for (let times = 1 + below(3); times > 0; times -= 1) {
    // Deltas are rare and have the most to get wrong.
    const deltas = [...entries.keys()].filter((index) => (entries[index]?.type ?? 0) >= 6)
    const number = deltas.length > 0 && below(2) === 0 ? sample(deltas, below) : below(entries.length)
    const entry = entries[number]
    if (entry === undefined) break
    if (entry.type >= 6 && below(2) === 0) {
      entry.data = below(2) === 0 ? oddDelta(below, entry.data) : mutateBytes(entry.data, below)
      continue
    }
    switch (below(8)) {
      case 0:
      case 1:
        entry.data = mutateBytes(entry.data, below)
        break
      case 2:
        entry.data = Buffer.alloc(0)
        break
      case 3:
        entry.claimed = sample(sizes, below)
        break
      case 4:
        if (entry.base !== undefined) entry.base = oddBase(below, number, pack.length)
        else entry.type = below(8)
        break
      case 5:
        entries.push(oddEntry(below, entries.length, pack.length))
        break
      case 6:
        entries.splice(number, 1)
        break
      case 7:
        entries.splice(below(entries.length), 0, entry)
        break
      default:
        return putTogether(entries, sample([...counts, entries.length + 1], below))
    }
  }
  return putTogether(entries)
}
