import type { Clock } from '../../../api/clock.ts'
import { transient } from '../../../api/errors.ts'
import type { HostFacts } from '../../source.ts'
import type { GitLimits } from '../limits.ts'
import {
  readGreeting,
  tooManyRefs,
  type Capabilities,
  type Greeting,
  type ListedRef,
} from './capabilities.ts'
import { fetchRequestV0, fetchRequestV2, readBandsV0, readBandsV2, type FetchWish } from './fetch.ts'
import { delimiter, flush, line, textOf, type PacketReader } from './packets.ts'
import { requestHead } from './request-head.ts'
import { remoteRefusal } from './refusal.ts'
import type { Wire } from './wire.ts'

/** Git's questions over one wire, in whatever version of the protocol the server speaks. */
export interface GitClient {
  wire: Wire
  capabilities(): Promise<Capabilities>
  /** What the server told in this conversation, or is known of it from earlier; nothing is asked. */
  told(): Capabilities | undefined
  /** Refs whose names begin with one of the prefixes, peeled. */
  listRefs(prefixes: readonly string[]): Promise<ListedRef[]>
  /** The bytes of a pack. */
  fetch(wish: FetchWish): Promise<AsyncGenerator<Buffer>>
}

/** Makes a client. Facts that are known from earlier spare the greeting. */
export function createGitClient(
  wire: Wire,
  options: {
    limits: GitLimits
    facts?: HostFacts | undefined
    clock: Clock
    /** Told how long a listing took to begin, in milliseconds, and whether it was the first question of this client. */
    onTurnaround(ms: number, isFirst: boolean): void
  },
): GitClient {
  const { limits } = options
  const { where } = wire
  let known = wire.isStateless ? capabilitiesOf(options.facts) : undefined
  let told = known
  let greeting: Promise<Greeting> | undefined
  let isFirst = true
  const greet = async (): Promise<Greeting> => {
    const packets = await wire.greet()
    const answer = await orClose(packets, () => readGreeting(packets, where, limits.refs))
    known = answer
    told = answer
    isFirst = false
    return answer
  }
  /** Before v2 a greeting is a listing too, and each http request stands alone. */
  const greeted = (): Promise<Greeting> => (greeting ??= greet())
  const capabilities = async (): Promise<Capabilities> => known ?? greeted()
  /** A conversation that is over: the next question begins another. */
  const end = (): void => {
    known = undefined
    greeting = undefined
  }
  /** A pack; one that is refused, or not wanted to its end, ends the conversation. */
  async function* orEnd(bands: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
    let isWhole = false
    try {
      yield* bands
      isWhole = true
    } finally {
      if (!isWhole) end()
    }
  }

  return {
    wire,
    capabilities,
    told: () => told,
    async listRefs(prefixes) {
      const { version, features } = await capabilities()
      if (version !== 2) {
        const { refs } = await (wire.isStateless && greeting === undefined ? greet() : greeted())
        greeting = wire.isStateless ? undefined : greeting
        return refs.filter(({ name }) => prefixes.some((prefix) => name.startsWith(prefix)))
      }
      const began = options.clock.now()
      const packets = await wire.ask(listRequest(prefixes, features))
      options.onTurnaround(options.clock.now() - began, isFirst)
      isFirst = false
      return orClose(packets, () => readListedRefs(packets, { where, maxRefs: limits.refs }))
    },
    async fetch(wish) {
      const { version, features } = await capabilities()
      if (version === 2) {
        const bands = readBandsV2(await wire.ask(fetchRequestV2(wish, features)), where)
        return wire.isStateless ? bands : orEnd(bands)
      }
      const packets = await wire.ask(fetchRequestV0(wish, features))
      // A conversation of v0 ends with its pack.
      if (!wire.isStateless) end()
      return readBandsV0(packets, { where, features, wish })
    },
  }
}

/** Reads an answer to its end; of one that is no good nothing more is read. */
async function orClose<T>(packets: PacketReader, read: () => Promise<T>): Promise<T> {
  try {
    const answer = await read()
    await packets.finish()
    return answer
  } catch (error) {
    packets.close()
    throw error
  }
}

function listRequest(prefixes: readonly string[], features: ReadonlyMap<string, string>): string {
  return [
    line('command=ls-refs'),
    ...requestHead(features),
    delimiter,
    line('peel'),
    line('symrefs'),
    ...prefixes.map((prefix) => line(`ref-prefix ${prefix}`)),
    flush,
  ].join('')
}

async function readListedRefs(
  packets: PacketReader,
  { where, maxRefs }: { where: string; maxRefs: number },
): Promise<ListedRef[]> {
  const refs: ListedRef[] = []
  for (;;) {
    const packet = await packets.next()
    if (packet?.type === 'flush') return refs
    if (packet?.type !== 'data') {
      throw transient('ProtocolError', `${where} sent an answer that is torn; trying again`)
    }
    const text = textOf(packet.data)
    if (text.startsWith('ERR ')) throw remoteRefusal(where, text.slice(4))
    const [, oid, name = '', attributes = ''] = /^([0-9a-f]{40}|unborn) (\S+)(.*)$/s.exec(text) ?? []
    if (oid === undefined) {
      throw transient('ProtocolError', `${where} sent a listing that is none; trying again`)
    }
    if (oid === 'unborn') continue
    const peeled = / peeled:([0-9a-f]{40})/.exec(attributes)?.[1]
    const target = / symref-target:(\S+)/.exec(attributes)?.[1]
    refs.push({
      name,
      oid,
      ...(peeled === undefined ? {} : { peeled }),
      ...(target === undefined ? {} : { target }),
    })
    if (refs.length > maxRefs) throw tooManyRefs(where, refs.length, maxRefs)
  }
}

function capabilitiesOf(facts: HostFacts | undefined): Capabilities | undefined {
  return facts === undefined
    ? undefined
    : { version: facts.version, features: new Map(Object.entries(facts.features)) }
}
