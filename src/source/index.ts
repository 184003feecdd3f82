import type { Clock } from '../api/clock.ts'
import type { Answers } from './git/answers.ts'
import { defaultLimits, type GitLimits } from './git/limits.ts'
import { allowances, allowancesFor, forbidden, strictPolicy, type SourcePolicy } from './git/policy.ts'
import { displayUrl, parseGitUrl, type GitAddress } from './git/url.ts'
import type { Connections } from './git/http/connections.ts'
import type { Rests } from './git/rests.ts'
import type { Traffic } from './git/wire/wire.ts'
import { providerProblem } from '../api/git-provider.ts'
import { stalled } from '../api/errors.ts'
import type { CloudIdentities, OpenSource, Source, SourceLocation } from './source.ts'

export { findGitHost } from './git/hosts.ts'
export { limitsVariable, parseLimits } from './git/limits.ts'
export { strategyOf } from './git/strategy.ts'
export { allowVariable, parseAllowances } from './git/policy.ts'
export { displayUrl, parseGitUrl }
export type { GitLimits, SourcePolicy, Traffic }

/** What sources need of the outside. */
export interface SourcePorts {
  clock: Clock
  /** Which places may be read from; default: https on public addresses only. */
  policy?: SourcePolicy
  /** Default: `defaultLimits`. */
  limits?: GitLimits
  /** The environment: proxies. */
  env?: Readonly<Record<string, string | undefined>>
  /** Who the controller is in clouds, for providers that need it. */
  identities?: CloudIdentities
  /** What is shared with other sources of the same process; made by the first that needs it. */
  shared?: { connections?: Connections; answers?: Answers; rests?: Rests }
  /** What goes over the wire is added to it. */
  traffic?: Traffic
}

/** For a person at their own machine, who names the url: any place will do. */
export const personalPolicy: SourcePolicy = { allow: new Set(allowances), trusted: [] }

type Open<Type extends GitAddress['type']> = (
  address: Extract<GitAddress, { type: Type }>,
  location: SourceLocation,
  ports: SourcePorts,
) => Promise<Source>

/** The drivers by the kind of address, each loaded when first used. */
const drivers: { [Type in GitAddress['type']]: Open<Type> } = {
  local: async (address, { url }, { policy = strictPolicy, limits }) => {
    if (!allowancesFor(url, policy).has('file')) throw forbidden(url, 'is on this machine', 'file')
    return (await import('./git/local.ts')).createLocalGitSource(address.path, limits ?? defaultLimits)
  },
  ssh: async (address, location, ports) =>
    (await import('./git/ssh.ts')).createSshGitSource(address, location, ports),
  http: async (address, location, ports) =>
    (await import('./git/http.ts')).createHttpGitSource({ ...location, url: address.url }, ports),
}
// The policy names urls as they are written; `parseGitUrl` leaves those of http but for a slash at the end.

/**
 * Opens a git repository by its url. Nothing is read, and no driver loaded, before the first question; a url that is
 * refused is told then too.
 */
export function createGitSource(location: SourceLocation, ports: SourcePorts): Source {
  let opened: Promise<Source> | undefined
  let current: Source | undefined
  const open = (): Promise<Source> =>
    (opened ??= openAddress(location, ports).then((source) => (current = source)))
  return {
    head: async (ref, options) => (await open()).head(ref, options),
    files: async (commit, paths, options) => (await open()).files(commit, paths, options),
    commit: async (commit) => (await open()).commit(commit),
    descends: async (commit, ancestor) => (await open()).descends(commit, ancestor),
    async verify(head, options) {
      const source = await open()
      if (source.verify === undefined) throw new Error('this kind of source cannot verify signatures')
      return source.verify(head, options)
    },
    facts: () => current?.facts?.(),
    async close() {
      await current?.close?.()
    },
  }
}

/**
 * `createGitSource` with its ports given, as the reconcile loop takes it. The same location gives the same source again
 * for a while, so that a source and all that is loaded from it share one fetch of a commit.
 */
export function sourceOpener(ports: SourcePorts): OpenSource {
  let open: { key: string; source: Source; usedAt: number }[] = []
  const shared: SourcePorts['shared'] = {}
  // Each may hold connections and objects in memory.
  const { sources, sourceIdleMs } = ports.limits ?? defaultLimits
  return (location) => {
    const now = ports.clock.now()
    const key = JSON.stringify([location.url, location.provider, location.timeoutMs, location.credentials])
    const known = open.find((entry) => entry.key === key && now - entry.usedAt < sourceIdleMs)
    const source = known?.source ?? createGitSource(location, { shared, ...ports })
    const others = open.filter((entry) => entry.key !== key && now - entry.usedAt < sourceIdleMs)
    const next = [{ key, source, usedAt: now }, ...others].slice(0, sources)
    for (const entry of open) {
      const isGone = !next.some((left) => left.source === entry.source)
      // Whoever still asks it something opens it again.
      if (isGone) entry.source.close?.().catch(() => undefined)
    }
    open = next
    return source
  }
}

async function openAddress(location: SourceLocation, ports: SourcePorts): Promise<Source> {
  const address = parseGitUrl(location.url)
  const problem = providerProblem(location.provider ?? 'generic', location.url)
  if (problem !== undefined) throw stalled('InvalidProviderConfiguration', problem)
  switch (address.type) {
    case 'local':
      return drivers.local(address, location, ports)
    case 'http':
      return drivers.http(address, location, ports)
    case 'ssh':
      return drivers.ssh(address, location, ports)
  }
}
