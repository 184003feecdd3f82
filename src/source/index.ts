import type { Clock } from '../api/clock.ts'
import { parseGitUrl, type GitAddress } from './git/url.ts'
import type { OpenSource, Source, SourceLocation } from './source.ts'

/** What sources need of the outside. */
export interface SourcePorts {
  clock: Clock
}

type Open<Type extends GitAddress['type']> = (
  address: Extract<GitAddress, { type: Type }>,
  location: SourceLocation,
  ports: SourcePorts,
) => Promise<Source>

/** The drivers by the kind of address, each loaded when first used. */
const drivers: { [Type in GitAddress['type']]: Open<Type> } = {
  local: async (address) => (await import('./git/local.ts')).createLocalGitSource(address.path),
  http: async (address, location, ports) =>
    (await import('./git/http.ts')).createHttpGitSource({ ...location, url: address.url }, ports),
}

/**
 * Opens a git repository by its url. Nothing is read, and no driver loaded, before the first question; a url that is
 * refused is told then too.
 */
export function createGitSource(location: SourceLocation, ports: SourcePorts): Source {
  let opened: Promise<Source> | undefined
  const open = (): Promise<Source> => (opened ??= openAddress(location, ports))
  return {
    head: async (ref) => (await open()).head(ref),
    files: async (commit, paths) => (await open()).files(commit, paths),
    commit: async (commit) => (await open()).commit(commit),
    descends: async (commit, ancestor) => (await open()).descends(commit, ancestor),
  }
}

/** Sources kept open at once, and for how long after their last use: each may hold a commit in memory. */
const kept = { count: 4, idleMs: 5 * 60_000 }

/**
 * `createGitSource` with its ports given, as the reconcile loop takes it. The same location gives the same source again
 * for a while, so that a source and all that is loaded from it share one fetch of a commit.
 */
export function sourceOpener(ports: SourcePorts): OpenSource {
  let open: { key: string; source: Source; usedAt: number }[] = []
  return (location) => {
    const now = ports.clock.now()
    const key = JSON.stringify([location.url, location.timeoutMs, location.credentials])
    const known = open.find((entry) => entry.key === key && now - entry.usedAt < kept.idleMs)
    const source = known?.source ?? createGitSource(location, ports)
    const others = open.filter((entry) => entry.key !== key && now - entry.usedAt < kept.idleMs)
    open = [{ key, source, usedAt: now }, ...others].slice(0, kept.count)
    return source
  }
}

async function openAddress(location: SourceLocation, ports: SourcePorts): Promise<Source> {
  const address = parseGitUrl(location.url)
  return address.type === 'local'
    ? drivers.local(address, location, ports)
    : drivers.http(address, location, ports)
}
