import { HeadwaterError, isConflict, transient } from '../api/errors.ts'
import { originOf } from '../api/git-origin.ts'
import type { GitRepositorySpec } from '../api/kinds/git-repository.ts'
import type { ObjectRecord } from '../api/record.ts'
import { keyOf } from '../api/record.ts'
import { outcomeOfError } from './outcome-of.ts'
import type { ControllerPorts } from './ports.ts'

/** The longest that one source's word about a host holds for the others, in milliseconds. */
const longestMs = 60 * 60_000
/** Who rests nearly as long already is left as it is, in milliseconds. */
const slackMs = 5_000

/**
 * Throws while a host that asked to be left alone (429, Retry-After) rests: nobody asks it before, whether the interval, a
 * webhook or a person with `--force` wants to. Told from the record, so that it holds in a fresh process.
 */
export function checkHostRest(record: ObjectRecord, now: number): void {
  const { url } = record.spec as GitRepositorySpec
  const until = record.status.hostRestUntil
  if (until === undefined || until <= now) return
  throw new HeadwaterError(
    `${originOf(url) ?? 'the host'} asked to be left alone until ${new Date(until).toISOString()}, whoever asks; looking again then`,
    { class: 'backoff', reason: 'Throttled', retryAfterMs: until - now, isSecondHand: true },
  )
}

/** For how long a host asked to be left alone, as a time to be kept; undefined for any other error. */
export function restUntil(error: HeadwaterError, now: number): number | undefined {
  return error.reason === 'Throttled' && error.retryAfterMs !== undefined
    ? now + error.retryAfterMs
    : undefined
}

/**
 * What one source learned of a host as a whole (it asks to be left alone, it cannot be connected to), written down for the
 * others that would ask it before `until`: a fresh process asks none of them. Best effort: who is at work, or was written
 * meanwhile, finds out by itself. Nothing is read or written for it while a host answers.
 */
export async function tellOthers(
  ports: ControllerPorts,
  teller: ObjectRecord,
  error: HeadwaterError,
  until: number | undefined,
): Promise<void> {
  const { store, clock, random } = ports
  const { host, reason, isSecondHand } = error
  const now = clock.now()
  if (host === undefined || isSecondHand || until === undefined) return
  const restsUntil = Math.min(until, now + longestMs)
  for (const { record, version } of await store.list('GitRepository/')) {
    const isTold = keyOf(record) === keyOf(teller) || record.deletion !== undefined
    const isAtWork = (record.lease?.expiresAt ?? 0) > now
    const isResting = (record.dueAt ?? Infinity) > restsUntil - slackMs
    const { url } = record.spec as GitRepositorySpec
    if (isTold || isAtWork || isResting || originOf(url) !== host) continue
    // Not all at the same moment, should the host be back by then.
    const forMs = Math.round((restsUntil - now) * (1 + 0.1 * random.next()))
    const told = transient(reason, `${host} ${whatOf(reason)}, as another source found`, undefined, forMs)
    const { status, dueAt } = outcomeOfError(record, told, { now, random })
    const rest = reason === 'Throttled' ? { hostRestUntil: restsUntil } : {}
    try {
      await store.put(
        { ...record, status: { ...status, ...rest }, ...(dueAt === undefined ? {} : { dueAt }) },
        version,
      )
    } catch (failure) {
      if (!isConflict(failure)) throw failure
    }
  }
}

function whatOf(reason: string): string {
  return reason === 'Throttled' ? 'asks to be left alone for a while' : 'cannot be reached'
}
