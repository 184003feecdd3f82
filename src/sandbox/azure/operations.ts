import type { Random } from '../../api/clock.ts'
import { keyOf } from './ids.ts'
import type { Json } from './json.ts'
import { textMember } from './json.ts'
import type { ArmAnswer, ArmRequest } from './wire.ts'

/** Where an asynchronous operation is asked about. */
export interface OperationPlace {
  /** The path of its url: `/subscriptions/S/operationresults/<job>`, `…/deploymentStackOperationStatus/<guid>`. */
  path: string
  apiVersion: string
  /** Whether its url carries a signature, new at each poll (`&t=…&c=…&s=…&h=…`). */
  signed: boolean
  /** More of the query that its url repeats, without a leading `&`. */
  query?: string
  /** Seconds that each poll before its end asks the client to wait; without them clients wait as they like. */
  retryAfterSeconds?: number
}

/** The bookkeeping of asynchronous operations. What they do happens elsewhere, over the timeline. */
export interface Operations {
  /**
   * An operation whose client follows `Location`: each poll answers 202 with the next url until `result` has the
   * answer, and that one from then on. Returns the first url.
   */
  followLocation(
    request: { origin: string },
    place: OperationPlace,
    result: () => ArmAnswer | undefined,
  ): string
  /** One whose client polls `Azure-AsyncOperation`: each poll answers 200 with the status as it is. Returns its url. */
  pollStatus(request: { origin: string }, place: OperationPlace, status: () => Json): string
  /** Whether a path is an operation's. */
  has(path: string): boolean
  /** The answer to a request whose path is an operation's; undefined when none is there. */
  answer(request: Pick<ArmRequest, 'origin' | 'path'>): ArmAnswer | undefined
  clear(): void
}

interface Operation {
  place: OperationPlace
  poll(origin: string): ArmAnswer
}

/** No operations at first. */
export function createOperations(parts: { random: Random; now: () => number }): Operations {
  const operations = new Map<string, Operation>()
  const url = (origin: string, place: OperationPlace): string => {
    const { path, apiVersion, query = '' } = place
    const more = query === '' ? '' : `&${query}`
    const signature = place.signed ? signatureOf(parts.random, parts.now()) : ''
    return `${origin}${path}?api-version=${apiVersion}${more}${signature}`
  }
  const waiting = ({ retryAfterSeconds }: OperationPlace): Record<string, string> =>
    retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) }
  return {
    followLocation({ origin }, place, result) {
      operations.set(keyOf(place.path), {
        place,
        poll: (from) =>
          result() ?? { status: 202, headers: { location: url(from, place), ...waiting(place) } },
      })
      return url(origin, place)
    },
    pollStatus({ origin }, place, status) {
      operations.set(keyOf(place.path), {
        place,
        poll() {
          const body = status()
          return { status: 200, ...(hasEnded(body) ? {} : { headers: waiting(place) }), body }
        },
      })
      return url(origin, place)
    },
    has: (path) => operations.has(keyOf(path)),
    answer: ({ origin, path }) => operations.get(keyOf(path))?.poll(origin),
    clear: () => operations.clear(),
  }
}

function hasEnded(status: Json): boolean {
  return /^(succeeded|failed|cancell?ed)$/i.test(textMember(status, 'status') ?? '')
}

/** The name of a job in a `Location`: its words, base64url as ARM writes them. */
export function jobName(jobId: string, location: string): string {
  return Buffer.from(JSON.stringify({ jobId, jobLocation: location })).toString('base64url')
}

// Ticks since the year 1, as .NET counts them: what ARM writes in `t`.
const ticksAtEpoch = 621_355_968_000_000_000n

/** The signature that ARM appends since 2023: time, a certificate of 2.4 KB, signature and hash. Nothing checks it. */
function signatureOf(random: Random, nowMs: number): string {
  const ticks = ticksAtEpoch + BigInt(Math.floor(nowMs)) * 10_000n
  return `&t=${ticks}&c=${letters(random, 2400)}&s=${letters(random, 342)}&h=${letters(random, 43)}`
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

function letters(random: Random, length: number): string {
  let text = ''
  while (text.length < length) text += alphabet[Math.floor(random.next() * alphabet.length)] ?? ''
  return text
}
