import type { Clock } from '../../api/clock.ts'
import type { RefLookup } from './refs.ts'
import type { ListedRef } from './wire/capabilities.ts'
import type { GitClient } from './wire/client.ts'

/** Refs as they were at one time, for everybody who asks for some of them. */
interface Listed {
  startedAt: number
  prefixes: readonly string[]
  refs: Promise<ReadonlyMap<string, ListedRef>>
}

/** Looks refs up; whoever asks meanwhile, and whoever takes a look that is already made, shares one. */
export interface Listing {
  /** A look-up by listings that began after `since`; without it, by one that begins now. */
  at(since: number | undefined): Omit<RefLookup, 'contains'>
}

/** How long a prefix that somebody asked for is listed along for others, in milliseconds. */
const rememberedMs = 15 * 60_000
/** How long a listing is shared at most: somebody may have pushed since, and told so only by a mark that was there. */
const sharedMs = 2_000

/**
 * Shares listings of refs. A listing asks for everything that was asked for lately, so that many objects that follow
 * refs of one repository cost one request a round.
 */
export function createListing(options: {
  clock: Clock
  /** Prefixes that one listing asks for. */
  maxPrefixes: number
  ask: <T>(run: (client: GitClient) => Promise<T>) => Promise<T>
}): Listing {
  const { clock, maxPrefixes, ask } = options
  const wanted = new Map<string, number>()
  let last: Listed | undefined

  const covers = (listed: Listed, prefix: string): boolean =>
    listed.prefixes.some((known) => prefix.startsWith(known))
  const list = (prefix: string, since: number | undefined): Promise<ReadonlyMap<string, ListedRef>> => {
    const now = clock.now()
    wanted.set(prefix, now)
    for (const [old, at] of wanted) if (now - at > rememberedMs) wanted.delete(old)
    const isFresh =
      last !== undefined && since !== undefined && last.startedAt > since && now - last.startedAt <= sharedMs
    if (isFresh && last !== undefined && covers(last, prefix)) return last.refs
    const prefixes = [prefix, ...[...wanted.keys()].filter((other) => other !== prefix)].slice(0, maxPrefixes)
    const refs = ask((client) => client.listRefs(prefixes)).then(
      (listed) => new Map(listed.map((ref) => [ref.name, ref])),
    )
    const listed: Listed = { startedAt: now, prefixes, refs }
    last = listed
    refs.catch(() => {
      if (last === listed) last = undefined
    })
    return refs
  }
  return {
    at: (since) => ({
      async find(fullName) {
        const ref = (await list(fullName, since)).get(fullName)
        return ref?.peeled ?? ref?.oid
      },
      resolve: async (fullName) => (await list(fullName, since)).get(fullName)?.oid,
      async tags() {
        const refs = [...(await list('refs/tags/', since)).values()]
        return new Map(
          refs
            .filter(({ name }) => name.startsWith('refs/tags/'))
            .map(({ name, peeled, oid }) => [name.slice('refs/tags/'.length), peeled ?? oid]),
        )
      },
    }),
  }
}
