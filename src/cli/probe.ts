import { HeadwaterError } from '../api/errors.ts'
import { createGitSource, findGitHost, personalPolicy, type Traffic } from '../source/index.ts'
import type {
  CloudIdentities,
  GitProvider,
  Head,
  RefSelector,
  Source,
  SourceCredentials,
} from '../source/source.ts'
import type { Io } from './io.ts'

/** What a probe found. */
export interface Probed {
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
  strategy: string
  head: { revision: string; commit: string; subject: string; author: string; committedAt: string }
  files?: { path: string; count: number; bytes: number }
  steps: { step: string; requests: number; receivedBytes: number; sentBytes: number; ms: number }[]
}

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
  const steps: Probed['steps'] = []
  const measured = async <T>(step: string, run: () => Promise<T>): Promise<T> => {
    const before = { ...traffic }
    const began = io.clock.now()
    const result = await run()
    steps.push({
      step,
      requests: traffic.requests - before.requests,
      receivedBytes: traffic.receivedBytes - before.receivedBytes,
      sentBytes: traffic.sentBytes - before.sentBytes,
      ms: io.clock.now() - began,
    })
    return result
  }
  try {
    const { head, selector } = await measured('find the ref', () => findHead(source, ref))
    await measured('look again', () => source.head(selector))
    const info = await measured('read the commit', () => source.commit(head.commit))
    const files =
      path === undefined
        ? undefined
        : await measured('read the files', () => source.files(head.commit, [path]))
    const facts = source.facts?.()
    const host = url.includes('://') ? findGitHost(url)?.name : undefined
    const { agent, ...features } = facts?.features ?? {}
    return {
      url,
      ...(host === undefined ? {} : { host }),
      ...(traffic.http === undefined ? {} : { http: traffic.http }),
      ...(facts === undefined ? {} : { protocol: facts.version }),
      ...(agent === undefined ? {} : { agent }),
      features: Object.entries(features).map(([name, value]) => (value === '' ? name : `${name}=${value}`)),
      strategy: facts === undefined ? 'on this machine' : strategyOf(facts),
      head: { ...head, ...info },
      ...(files === undefined || path === undefined
        ? {}
        : {
            files: {
              path,
              count: files.length,
              bytes: files.reduce((sum, { bytes }) => sum + bytes.length, 0),
            },
          }),
      steps,
    }
  } finally {
    await source.close?.()
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

function strategyOf(facts: NonNullable<ReturnType<NonNullable<Source['facts']>>>): string {
  const { version, features, refusedFilters } = facts
  if (version !== 2) return `whole commits: the server speaks version ${version} only`
  if (!(features['fetch'] ?? '').split(' ').includes('filter'))
    return 'whole commits: the server does not filter'
  if (!refusedFilters.includes('combine')) return 'parts of commits, the trees on the way at once'
  return refusedFilters.includes('blob:none')
    ? 'parts of commits, a walk down the trees'
    : 'parts of commits, all trees at once where they are few'
}
