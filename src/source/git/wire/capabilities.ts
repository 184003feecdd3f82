import { stalled } from '../../../api/errors.ts'
import { exceeded } from '../limits.ts'
import { remoteRefusal } from './refusal.ts'
import { textOf, type Packet, type PacketReader } from './packets.ts'

/** What a server said it can do. */
export interface Capabilities {
  version: 0 | 1 | 2
  /** By name; a list of values after `=`, split at blanks (v2) or as it stands (v0, v1). */
  features: ReadonlyMap<string, string>
}

/** A ref as a server lists it; `commit` is peeled: an annotated tag stands for what it points at. */
export interface ListedRef {
  name: string
  oid: string
  /** What an annotated tag points at. */
  peeled?: string
  /** The ref that a symbolic one stands for. */
  target?: string
}

/** A server's greeting: what it can do, and before v2 its refs too. */
export interface Greeting extends Capabilities {
  refs: ListedRef[]
}

/**
 * Reads a greeting of any version. See gitprotocol-v2(5) "Capability Advertisement" and gitprotocol-pack(5) "Reference
 * Discovery".
 */
export async function readGreeting(packets: PacketReader, where: string, maxRefs: number): Promise<Greeting> {
  const opening = await packets.next()
  // A flush alone is an empty repository of some old servers; nothing at all is no answer.
  if (opening === undefined) throw notGit(where)
  let first = textIn(opening, where)
  if (first?.startsWith('# service=') === true) {
    // The http header of v0 and v1, which some servers send before v2 too: a line and a flush.
    const after = await packets.next()
    if (after?.type !== 'flush') throw notGit(where)
    first = await nextText(packets, where)
  }
  if (first === 'version 2') return { version: 2, features: await readFeatures(packets), refs: [] }
  const version = first === 'version 1' ? 1 : 0
  if (version === 1) first = await nextText(packets, where)
  return { version, ...(await readRefs(packets, { first, where, maxRefs })) }
}

async function readFeatures(packets: PacketReader): Promise<Map<string, string>> {
  const features = new Map<string, string>()
  for (let packet = await packets.next(); packet?.type === 'data'; packet = await packets.next()) {
    const text = textOf(packet.data)
    const at = text.indexOf('=')
    features.set(at < 0 ? text : text.slice(0, at), at < 0 ? '' : text.slice(at + 1))
  }
  return features
}

async function readRefs(
  packets: PacketReader,
  { first, where, maxRefs }: { first: string | undefined; where: string; maxRefs: number },
): Promise<Pick<Greeting, 'features' | 'refs'>> {
  const features = new Map<string, string>()
  const refs: ListedRef[] = []
  for (let text = first; text !== undefined; text = await nextText(packets, where)) {
    const [head = '', words] = text.split('\0', 2)
    for (const word of (words ?? '').split(' ').filter((part) => part !== '')) {
      const at = word.indexOf('=')
      features.set(at < 0 ? word : word.slice(0, at), at < 0 ? '' : word.slice(at + 1))
    }
    const [, oid = '', name = ''] = /^([0-9a-f]{40}) (.+)$/s.exec(head) ?? []
    if (oid === '' && head.startsWith('shallow ')) continue
    if (oid === '') throw notGit(where)
    const last = refs.at(-1)
    if (name.endsWith('^{}')) {
      if (last !== undefined && `${last.name}^{}` === name) last.peeled = oid
    } else if (name !== 'capabilities^{}' && oid !== '0'.repeat(40)) refs.push({ name, oid })
    if (refs.length > maxRefs) throw tooManyRefs(where, refs.length, maxRefs)
  }
  return { features, refs }
}

/** The next line, or undefined at a flush or the end; the server's own `ERR` is thrown. */
async function nextText(packets: PacketReader, where: string): Promise<string | undefined> {
  return textIn(await packets.next(), where)
}

function textIn(packet: Packet | undefined, where: string): string | undefined {
  if (packet?.type !== 'data') return undefined
  const text = textOf(packet.data)
  if (text.startsWith('ERR ')) throw remoteRefusal(where, text.slice(4))
  return text
}

/** Too many refs to go through. */
export function tooManyRefs(where: string, value: number, limit: number): Error {
  return exceeded(
    where,
    'it lists more refs than allowed',
    { name: 'refs', value, limit },
    'follow a branch or a tag by its name',
  )
}

function notGit(where: string): Error {
  return stalled('RepositoryNotFound', `${where} does not answer like a git repository; correct the url`)
}
