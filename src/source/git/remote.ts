import type { Clock } from '../../api/clock.ts'
import { withDeadline } from '../../api/deadline.ts'
import { HeadwaterError, transient } from '../../api/errors.ts'
import type { HostFacts, KnownCommit, Source } from '../source.ts'
import { descendsBy } from './ancestry.ts'
import { remember, type Answer, type Answers } from './answers.ts'
import { createFetcher, type Fetcher } from './fetcher.ts'
import { createHostKnowledge, type SharedKnowledge } from './host-knowledge.ts'
import type { GitLimits } from './limits.ts'
import { createListing } from './listing.ts'
import { createObjectPool } from './object-pool.ts'
import { readCommitInfo } from './objects.ts'
import { readFiles } from './read-files.ts'
import type { HostRest } from './rests.ts'
import { selectHead } from './refs.ts'
import { createShelfKeeper } from './shelf.ts'
import { createGitClient, type GitClient } from './wire/client.ts'
import type { OpenWire } from './wire/wire.ts'

/** What a repository behind a wire needs. */
export interface RemoteOptions {
  /** The repository as messages name it. */
  where: string
  openWire: OpenWire
  limits: GitLimits
  timeoutMs: number
  clock: Clock
  facts?: HostFacts | undefined
  /** Filters that the host is known to refuse. */
  refusedFilters?: readonly string[]
  /** Ends connections of its own. */
  close?: () => void
  /** What was found out of the pasts of refs, for the next source of the same repository. */
  answers?: Answers
  /** What other repositories learned of the same host. */
  shared?: SharedKnowledge & { host: string }
  /** Whether the host is to be left alone. */
  rest?: HostRest
}

/** So long after an answer the connection is still open, in milliseconds. */
const warmMs = 20_000

/**
 * A repository behind http or ssh. Heads are listed without fetching; of a commit only what is asked for is fetched, as
 * far as the server can filter. `timeoutMs` bounds each question whole.
 */
export function createRemoteGitSource(options: RemoteOptions): Source {
  const { where, limits, clock, timeoutMs, answers = new Map() } = options
  const pool = createObjectPool(limits.poolBytes)
  const shelves = createShelfKeeper(pool, limits)
  const host = createHostKnowledge({
    facts: options.facts,
    refusedFilters: options.refusedFilters ?? [],
    shared: options.shared,
  })
  /** The last commit whose files were read: what of it is at hand need not come again. */
  let base: string | undefined
  /** Commits of which everything that differs from a base was fetched. */
  const bridged = new Set<string>()
  let turn: Promise<unknown> = Promise.resolve()
  let answeredAt = Number.NEGATIVE_INFINITY

  const askOnce = async <T>(
    signal: AbortSignal,
    question: (client: GitClient) => Promise<T>,
    isLook: boolean,
  ): Promise<T> => {
    // Who asks a host that somebody just greets waits for what that tells, once.
    const heard = host.heard()
    if (heard !== undefined) {
      await heard
      options.rest?.check()
    }
    const wire = options.openWire(signal, { isLook })
    try {
      const client = createGitClient(wire, {
        limits,
        facts: host.known(),
        clock,
        // A first question may have connected and signed in, which says nothing of how near the host is.
        onTurnaround: (ms, isFirst) => {
          if (!isFirst || clock.now() - answeredAt < warmMs) host.took(ms)
        },
      })
      host.share(client)
      const answer = await question(client)
      answeredAt = clock.now()
      const told = client.told()
      if (told !== undefined) host.told(told)
      return answer
    } catch (error) {
      if (error instanceof HeadwaterError) throw error
      const name = error instanceof Error ? error.name : typeof error
      throw transient('GitOperationFailed', `${where} cannot be read (${name}); trying again`, error)
    } finally {
      wire.close()
    }
  }
  const late = (): Error =>
    transient('Timeout', `${where} did not answer within ${timeoutMs} ms; trying again, or raise timeout`)
  const ask = <T>(question: (client: GitClient) => Promise<T>, isLook = false): Promise<T> =>
    withDeadline({ clock, timeoutMs, late }, async (signal) => {
      const tries = async (): Promise<T> => {
        const isInformed = host.known() !== undefined
        try {
          return await askOnce(signal, question, isLook)
        } catch (error) {
          if (!isInformed || signal.aborted || !mayBeMisinformed(error)) throw error
          // What was known of the host may be what is wrong.
          host.forget()
          return askOnce(signal, question, isLook)
        }
      }
      return options.rest === undefined ? tries() : options.rest.ask(tries)
    })
  /** Reading fills the pool, so one reads after the other: the second finds what the first fetched. */
  const inTurn = <T>(run: () => Promise<T>): Promise<T> => {
    const next = turn.then(run, run)
    turn = next.catch(() => undefined)
    return next
  }
  const fetcherOf = (client: GitClient): Fetcher =>
    createFetcher({
      client,
      pool,
      limits,
      base,
      bridged,
      answers,
      isRefused: (filter) => host.isRefused(filter),
      onRefused: (filter) => host.refused(filter),
      turnaroundMs: host.known()?.turnaroundMs,
    })
  const hasInPast = (commit: string, ancestor: KnownCommit): Promise<Answer> =>
    inTurn(() =>
      remember(answers, [where, commit, ancestor.commit, ancestor.committedAt], () =>
        ask(async (client) => descendsBy(fetcherOf(client), { commit, ancestor, limits })),
      ),
    )
  const listing = createListing({
    clock,
    maxPrefixes: limits.prefixes,
    ask: (run) => ask((client) => run(client), true),
  })

  return {
    head: (ref, { since, inForce } = {}) => {
      const refs = listing.at(since)
      const contains = (tip: string, commit: string) => hasInPast(tip, { commit })
      return selectHead({ ...refs, contains }, ref, { where, inForce })
    },
    files: (commit, paths, reading = {}) =>
      inTurn(() =>
        ask(async (client) => {
          const shelf = await shelves.open(reading.shelf)
          base = shelf.commit ?? base
          const fetcher = fetcherOf(client)
          fetcher.aimAt(paths, reading.ignore !== undefined, reading.pointer)
          const files = await readFiles(fetcher.objects, commit, paths, reading)
          base = commit
          await shelf.keep(commit, fetcher.seen())
          return files
        }),
      ),
    commit: (commit) =>
      inTurn(() => ask(async (client) => readCommitInfo(fetcherOf(client).objects, commit))),
    async descends(commit, ancestor) {
      const told = await hasInPast(commit, ancestor)
      return typeof told === 'boolean' ? told : undefined
    },
    async verify(head, verifying) {
      const { verifyHead } = await import('./verify/verify-head.ts')
      return verifyHead(head, verifying, {
        where,
        read: (oid) => inTurn(() => ask((client) => fetcherOf(client).objects.commit(oid))),
        resolve: (name) => listing.at(undefined).resolve(name),
      })
    },
    facts: () => host.kept(),
    async close() {
      await inTurn(() => pool.clear())
      options.close?.()
      base = undefined
    },
  }
}

/** Failures that may come of believing something of a host that is not so: another version, a filter that is gone. */
function mayBeMisinformed(error: unknown): boolean {
  const reasons = ['NetworkError', 'ProtocolError', 'GitOperationFailed', 'RepositoryNotFound']
  if (!(error instanceof HeadwaterError) || !reasons.includes(error.reason)) return false
  // What nobody classed is a mistake of ours, which another try would only hide.
  return error.reason !== 'GitOperationFailed' || error.cause === undefined
}
