import type { Clock } from '../../src/api/clock.ts'
import { HeadwaterError } from '../../src/api/errors.ts'
import { defaultLimits, type GitLimits } from '../../src/source/git/limits.ts'
import { createRemoteGitSource } from '../../src/source/git/remote.ts'
import { readPackets, type PacketReader } from '../../src/source/git/wire/packets.ts'
import type { OpenWire } from '../../src/source/git/wire/wire.ts'

/** What is asked of a source, one after the other. */
export interface Questions {
  branch: string
  range: string
  /** Two commits whose files are read, the older one first. */
  before: string
  commit: string
  paths: string[]
}

/** Small enough that passing one shows in the memory of a process with little. */
export const fuzzLimits: GitLimits = {
  ...defaultLimits,
  packBytes: 2_000_000,
  inflatedBytes: 4_000_000,
  objectBytes: 1_000_000,
  objects: 1000,
  refs: 1000,
  files: 1000,
  fileBytes: 4_000_000,
  memoryBytes: 100_000,
}

/** No deadline comes: what hangs is seen by whoever watches. */
const patient: Clock = {
  now: () => 0,
  sleep: (_ms, signal) =>
    new Promise((_resolve, reject) => {
      signal?.addEventListener('abort', () => reject(new Error('aborted')))
    }),
}

/**
 * The answer to each question as a text; `refused` for one that is refused as it should be, by an error of ours. Anything
 * else is thrown.
 */
export async function outcomeOf(openWire: OpenWire, questions: Questions): Promise<string[]> {
  const source = createRemoteGitSource({
    where: 'host',
    openWire,
    limits: fuzzLimits,
    timeoutMs: 60_000,
    clock: patient,
  })
  const { branch, range, before, commit, paths } = questions
  const outcomes: string[] = []
  for (const ask of [
    async () => (await source.head({ branch })).revision,
    async () => (await source.head({ semver: range })).revision,
    async () => told(await source.files(before, paths)),
    async () => told(await source.files(commit, paths)),
    async () => JSON.stringify(await source.commit(commit)),
  ]) {
    try {
      outcomes.push(await ask())
    } catch (error) {
      // What nobody classed comes as `cannot be read (TypeError)`: a crash that was caught.
      if (!(error instanceof HeadwaterError) || /\(\w*Error\)/.test(error.message)) throw error
      outcomes.push('refused')
    }
  }
  await source.close?.()
  return outcomes
}

function told(files: readonly { path: string; executable: boolean; bytes: Uint8Array }[]): string {
  return files
    .map(({ path, executable, bytes }) => `${path} ${executable} ${Buffer.from(bytes).toString('base64')}`)
    .join('\n')
}

/** What a server said: its greetings, the last of them as often as it is greeted, and its answers, each once. */
export interface Said {
  greetings: readonly Buffer[]
  answers: readonly Buffer[]
}

/**
 * Wires that say what was recorded, in order; after the last answer comes nothing. Over ssh a conversation is one
 * stream, and its greeting lacks the line that http puts before it.
 */
export function replay(
  { greetings, answers }: Said,
  by: 'http' | 'ssh',
  cut: (bytes: Buffer) => Iterable<Buffer>,
): OpenWire {
  let [greeted, answered] = [0, 0]
  const greeting = (): Buffer => greetings[Math.min(greeted++, greetings.length - 1)] ?? Buffer.alloc(0)
  const answer = (): Buffer => answers[answered++] ?? Buffer.alloc(0)
  return () => {
    let stream: { waiting: Buffer[]; reader: PacketReader } | undefined
    const read = (waiting: Buffer[]): PacketReader =>
      readPackets(
        (async function* () {
          for (let bytes = waiting.shift(); bytes !== undefined; bytes = waiting.shift()) yield* cut(bytes)
        })(),
        'host',
      )
    return {
      where: 'host',
      traffic: { requests: 0, receivedBytes: 0, sentBytes: 0 },
      isStateless: by === 'http',
      close: () => {},
      async greet() {
        const bytes = greeting()
        const waiting = [by === 'ssh' ? withoutHttpLine(bytes) : bytes]
        stream = { waiting, reader: read(waiting) }
        return stream.reader
      },
      async ask() {
        if (by === 'http' || stream === undefined) return read([answer()])
        stream.waiting.push(answer())
        return stream.reader
      },
    }
  }
}

function withoutHttpLine(bytes: Buffer): Buffer {
  const line = '001e# service=git-upload-pack\n0000'
  return bytes.toString('latin1', 0, line.length) === line ? bytes.subarray(line.length) : bytes
}
