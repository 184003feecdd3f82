import type { Clock } from '../../api/clock.ts'
import { HeadwaterError } from '../../api/errors.ts'

/** A host that is left alone: because it asked for that, or because it could not be connected to. */
interface Rest {
  /** Milliseconds since the epoch. */
  until: number
  /** In a row. */
  failures: number
  error: HeadwaterError
  /** Somebody asks whether it is back. */
  trying?: Promise<void>
}

/** Hosts that are left alone, by origin. */
export type Rests = Map<string, Rest>

/** What bears on every repository of one host. */
export interface HostRest {
  /** Throws while the host is to be left alone. */
  check(): void
  /** Asks the host unless it is left alone. When its rest is over one asks, and the others wait for what that brings. */
  ask<T>(question: () => Promise<T>): Promise<T>
}

/** Hosts that are remembered; a list of urls may name any number of them. */
const maxHosts = 1000
/** The longest that a host's word to one repository holds for the others, in milliseconds. */
const longestMs = 60 * 60_000
/** The first and the longest rest of a host that named no time or cannot be connected to, in milliseconds. */
const [firstMs, lastMs] = [5_000, 5 * 60_000]

/** Codes of the system for a host that nothing was said to: another repository there would fare no better. */
const unreachable = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
])

/** What one process knows of a host's rest. `origin` is its scheme, name and port, as messages name it. */
export function restOf(rests: Rests, origin: string, clock: Clock): HostRest {
  const check = (): void => {
    const rest = rests.get(origin)
    if (rest === undefined || rest.until <= clock.now()) return
    const { error, until } = rest
    throw hostWide(error, { host: origin, retryAfterMs: until - clock.now(), isSecondHand: true })
  }
  const note = (error: unknown): unknown => {
    if (!(error instanceof HeadwaterError) || error.isSecondHand) return error
    if (!isHostWide(error)) {
      // It answered: whatever is wrong is wrong with this repository alone.
      if (error.class === 'stalled') rests.delete(origin)
      return error
    }
    const failures = (rests.get(origin)?.failures ?? 0) + 1
    const ownMs = Math.min(lastMs, firstMs * 2 ** Math.min(failures - 1, 10))
    const retryAfterMs = error.retryAfterMs ?? ownMs
    const told = hostWide(error, { host: origin, retryAfterMs, isSecondHand: false })
    const until = Math.max(rests.get(origin)?.until ?? 0, clock.now() + Math.min(longestMs, retryAfterMs))
    rests.set(origin, { until, failures, error: told })
    for (const oldest of rests.keys()) {
      if (rests.size <= maxHosts) break
      rests.delete(oldest)
    }
    return told
  }
  return {
    check,
    async ask(question) {
      for (let trying = rests.get(origin)?.trying; trying !== undefined; trying = rests.get(origin)?.trying) {
        await trying
      }
      check()
      const rest = rests.get(origin)
      let isTried = (): void => {}
      if (rest !== undefined) rest.trying = new Promise((resolve) => (isTried = resolve))
      try {
        const answer = await question()
        rests.delete(origin)
        return answer
      } catch (error) {
        throw note(error)
      } finally {
        delete rest?.trying
        isTried()
      }
    },
  }
}

function isHostWide(error: HeadwaterError): boolean {
  return error.reason === 'Throttled' || (error.class === 'backoff' && unreachable.has(codeOf(error.cause)))
}

/** The same error, said of the host; at second hand without the repository that another asked for. */
function hostWide(
  error: HeadwaterError,
  { host, retryAfterMs, isSecondHand }: { host: string; retryAfterMs: number; isSecondHand: boolean },
): HeadwaterError {
  const { reason, cause } = error
  const message = isSecondHand ? restMessage(host, reason, retryAfterMs) : error.message
  return new HeadwaterError(message, { class: 'backoff', reason, cause, retryAfterMs, host, isSecondHand })
}

function restMessage(host: string, reason: string, forMs: number): string {
  const seconds = Math.ceil(forMs / 1000)
  return reason === 'Throttled'
    ? `${host} asks to be left alone for ${seconds} s more, whoever asks; looking again then`
    : `${host} cannot be reached, as another look found; trying again`
}

function codeOf(error: unknown): string {
  if (error instanceof AggregateError) return codeOf(error.errors[0])
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}
