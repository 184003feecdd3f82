import { asHeadwaterError, HeadwaterError, type ErrorClass } from '../api/errors.ts'
import { parseRevision } from '../api/revision.ts'
import {
  createGitSource,
  displayUrl,
  findGitHost,
  personalPolicy,
  strategyOf,
  type Traffic,
} from '../source/index.ts'
import type {
  CloudIdentities,
  CommitInfo,
  GitProvider,
  Head,
  HostFacts,
  RefSelector,
  SkippedEntry,
  Source,
  SourceCredentials,
} from '../source/source.ts'
import type { Io } from './io.ts'

/** What a probe found; what could not be found for a failure before it is absent. */
export interface Probed {
  /** Without what may be secret in it. */
  url: string
  /** The host's name, if its quirks are known. */
  host?: string
  /** Version of HTTP, by https. */
  http?: string
  /** Version of git's protocol; absent for a repository on this machine. */
  protocol?: number
  agent?: string
  features: string[]
  /** How commits are read here, in words. */
  strategy?: string
  head?: { revision: string; commit: string } & Partial<CommitInfo>
  files?: { path: string; count: number; bytes: number }
  /** What lies at or below the path and is not read, some of it. */
  skipped?: SkippedEntry[]
  steps: { step: string; requests: number; receivedBytes: number; sentBytes: number; ms: number }[]
  /** The step that failed, why, and what the controller would do next. */
  failure?: { step: string; reason: string; class: ErrorClass; message: string; next: string }
}

/** What a controller does after a failure, by its class. */
const nextSteps: Record<ErrorClass, string> = {
  stalled: 'a controller would look again after its interval, and need a change by somebody',
  wait: 'a controller would look again soon',
  backoff: 'a controller would try again, with growing delays',
}

/** Entries that are not read are told up to here. */
const shownSkipped = 10
/** Longest that one step of a probe may take, in milliseconds. */
const stepMs = 60_000

/** Looks a repository over as the controller would, a step at a time, and counts what each costs. */
export async function probe(
  what: {
    url: string
    ref: string
    path?: string
    provider?: GitProvider
    credentials?: SourceCredentials
    identities?: CloudIdentities
  },
  io: Io,
): Promise<Probed> {
  const { url, ref, path, provider, credentials, identities } = what
  const traffic: Traffic = { requests: 0, receivedBytes: 0, sentBytes: 0 }
  const source = createGitSource(
    {
      url,
      timeoutMs: stepMs,
      ...(provider === undefined ? {} : { provider }),
      ...(credentials === undefined ? {} : { credentials }),
    },
    {
      clock: io.clock,
      env: io.env,
      policy: personalPolicy,
      traffic,
      ...(identities === undefined ? {} : { identities }),
    },
  )
  const probed: Probed = { url: displayUrl(url), features: [], steps: [] }
  const host = url.includes('://') && URL.canParse(url) ? findGitHost(url)?.name : undefined
  if (host !== undefined) probed.host = host
  let step = ''
  const measured = async <T>(name: string, run: () => Promise<T>): Promise<T> => {
    const before = { ...traffic }
    const began = io.clock.now()
    step = name
    try {
      return await run()
    } finally {
      probed.steps.push({
        step,
        requests: traffic.requests - before.requests,
        receivedBytes: traffic.receivedBytes - before.receivedBytes,
        sentBytes: traffic.sentBytes - before.sentBytes,
        ms: io.clock.now() - began,
      })
    }
  }
  try {
    const { head, selector } = await measured('find the ref', () => findHead(source, ref))
    probed.head = head
    await measured('look again', () => source.head(selector))
    probed.head = { ...head, ...(await measured('read the commit', () => source.commit(head.commit))) }
    if (path !== undefined) {
      const { pointer } = parseRevision(head.revision) ?? {}
      const skipped: SkippedEntry[] = []
      const onSkipped = (entry: SkippedEntry): void =>
        void (skipped.length < shownSkipped && skipped.push(entry))
      const files = await measured('read the files', () =>
        source.files(head.commit, [path], { pointer, onSkipped }),
      )
      if (skipped.length > 0) probed.skipped = skipped
      const bytes = files.reduce((sum, file) => sum + file.bytes.length, 0)
      probed.files = { path, count: files.length, bytes }
    }
  } catch (error) {
    const { reason, class: errorClass, message } = asHeadwaterError(error)
    probed.failure = { step, reason, class: errorClass, message, next: nextSteps[errorClass] }
  } finally {
    await source.close?.()
  }
  if (traffic.http !== undefined) probed.http = traffic.http
  return { ...probed, ...learned(source.facts?.(), probed) }
}

/** What the host told, also when something failed after it. */
function learned(facts: HostFacts | undefined, { head }: Probed): Partial<Probed> {
  if (facts === undefined) return head === undefined ? {} : { strategy: 'on this machine' }
  const { agent, ...features } = facts.features
  return {
    protocol: facts.version,
    ...(agent === undefined ? {} : { agent }),
    features: Object.entries(features).map(([name, value]) => (value === '' ? name : `${name}=${value}`)),
    strategy: strategyOf(facts),
  }
}

/** A word as a commit, a full ref name, a branch, or else a tag. */
async function findHead(source: Source, ref: string): Promise<{ head: Head; selector: RefSelector }> {
  const selector: RefSelector = /^[0-9a-f]{40}$/.test(ref)
    ? { commit: ref }
    : ref.startsWith('refs/')
      ? { name: ref }
      : { branch: ref }
  try {
    return { head: await source.head(selector), selector }
  } catch (error) {
    const isMissing = error instanceof HeadwaterError && error.reason === 'RefNotFound'
    if (!isMissing || selector.branch === undefined) throw error
    const tag = { tag: ref }
    const head = await source.head(tag).catch(() => undefined)
    if (head === undefined) throw error
    return { head, selector: tag }
  }
}
