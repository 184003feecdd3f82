import { transient } from '../../../api/errors.ts'
import { delimiter, flush, line, textOf, type Packet, type PacketReader } from './packets.ts'
import { remoteRefusal } from './refusal.ts'
import { agent, requestHead } from './request-head.ts'

/** What a fetch asks for. */
export interface FetchWish {
  /** Ids of commits, before v2; of any objects since. */
  wants: readonly string[]
  /** Commits that we hold already, and of which we hold no parents. */
  haves?: readonly string[]
  /** Commits from the wanted ones down; absent: all of them. */
  depth?: number
  /** `tree:0`, `blob:none`, as git-rev-list(1) names them. */
  filter?: string
  /** Deltas may stand on objects that the haves hold. */
  isThin?: boolean
}

/** A `fetch` of protocol v2. See gitprotocol-v2(5). */
export function fetchRequestV2(wish: FetchWish, features: ReadonlyMap<string, string>): string {
  const { wants, haves = [], depth, filter, isThin = false } = wish
  return [
    line('command=fetch'),
    ...requestHead(features),
    delimiter,
    ...(isThin ? [line('thin-pack')] : []),
    line('no-progress'),
    line('ofs-delta'),
    ...(depth === undefined ? [] : haves.map((oid) => line(`shallow ${oid}`))),
    ...(depth === undefined ? [] : [line(`deepen ${depth}`)]),
    ...(filter === undefined ? [] : [line(`filter ${filter}`)]),
    ...wants.map((oid) => line(`want ${oid}`)),
    ...haves.map((oid) => line(`have ${oid}`)),
    line('done'),
    flush,
  ].join('')
}

/** Azure DevOps refuses a client that does not offer `multi_ack` (TF401041); to others it means nothing without haves. */
const wantedFeatures = [
  'multi_ack',
  'side-band-64k',
  'side-band',
  'ofs-delta',
  'no-progress',
  'shallow',
  'filter',
]

/** The one request of v0 and v1, without haves. See gitprotocol-pack(5). */
export function fetchRequestV0(wish: FetchWish, features: ReadonlyMap<string, string>): string {
  const { wants, depth, filter } = wish
  const asked = wantedFeatures.filter(
    (name) => features.has(name) && !(name === 'side-band' && features.has('side-band-64k')),
  )
  const [first = '', ...others] = wants
  const capabilities = [...asked, ...(features.has('agent') ? [`agent=${agent}`] : [])].join(' ')
  return [
    line(`want ${first} ${capabilities}`),
    ...others.map((oid) => line(`want ${oid}`)),
    ...(depth === undefined ? [] : [line(`deepen ${depth}`)]),
    ...(filter === undefined ? [] : [line(`filter ${filter}`)]),
    flush,
    line('done'),
  ].join('')
}

/** The pack of a v2 answer: sections, of which only `packfile` matters to us. */
export async function* readBandsV2(packets: PacketReader, where: string): AsyncGenerator<Buffer> {
  try {
    for (;;) {
      const text = textOf((await nextData(packets, where)).data)
      if (text.startsWith('ERR ')) throw remoteRefusal(where, text.slice(4))
      if (text === 'packfile') break
      // `shallow-info`, `acknowledgments`: up to the delimiter.
      for (let packet = await packets.next(); packet?.type !== 'delimiter'; packet = await packets.next()) {
        if (packet?.type !== 'data') throw torn(where)
        const inner = textOf(packet.data)
        if (inner.startsWith('ERR ')) throw remoteRefusal(where, inner.slice(4))
      }
    }
    yield* readBands(packets, where)
    await packets.finish()
  } finally {
    packets.close()
  }
}

/** The pack of a v0 or v1 answer: shallow lines up to a flush when a depth was asked for, then an acknowledgement. */
export async function* readBandsV0(
  packets: PacketReader,
  options: { where: string; features: ReadonlyMap<string, string>; wish: FetchWish },
): AsyncGenerator<Buffer> {
  const { where, features, wish } = options
  try {
    if (wish.depth !== undefined) {
      for (let packet = await packets.next(); packet?.type !== 'flush'; packet = await packets.next()) {
        if (packet?.type !== 'data') throw torn(where)
        throwRefusal(textOf(packet.data), where)
      }
    }
    const answer = textOf((await nextData(packets, where)).data)
    throwRefusal(answer, where)
    if (answer !== 'NAK' && !answer.startsWith('ACK ')) throw torn(where)
    if (features.has('side-band-64k') || features.has('side-band')) yield* readBands(packets, where)
    else yield* packets.rest()
    await packets.finish()
  } finally {
    packets.close()
  }
}

function throwRefusal(text: string, where: string): void {
  if (text.startsWith('ERR ')) throw remoteRefusal(where, text.slice(4))
}

/** Side bands: 1 is the pack, 2 progress, 3 the server's last words. They end with a flush. */
async function* readBands(packets: PacketReader, where: string): AsyncGenerator<Buffer> {
  for (let packet = await packets.next(); packet?.type !== 'flush'; packet = await packets.next()) {
    if (packet?.type !== 'data') throw torn(where)
    const band = packet.data[0]
    if (band === 1) yield packet.data.subarray(1)
    else if (band === 3) throw remoteRefusal(where, textOf(packet.data.subarray(1)))
    else if (band !== 2) {
      throwRefusal(textOf(packet.data), where)
      throw torn(where)
    }
  }
}

async function nextData(packets: PacketReader, where: string): Promise<Extract<Packet, { type: 'data' }>> {
  const packet = await packets.next()
  if (packet?.type !== 'data') throw torn(where)
  return packet
}

function torn(where: string): Error {
  return transient('ProtocolError', `${where} sent an answer that is torn; trying again`)
}
