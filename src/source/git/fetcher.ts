import { HeadwaterError, transient } from '../../api/errors.ts'
import { treePath } from '../../api/tree-path.ts'
import { wholeReach, type ReadPast, type Reach } from './ancestry.ts'
import type { Answers } from './answers.ts'
import { parseCommit, type GitObject } from './object.ts'
import type { GitLimits } from './limits.ts'
import type { ObjectPool } from './object-pool.ts'
import { indexPack } from './pack/index-pack.ts'
import { receivePack } from './pack/receive.ts'
import type { Objects } from './objects.ts'
import { isNear } from './strategy.ts'
import type { GitClient } from './wire/client.ts'
import type { FetchWish } from './wire/fetch.ts'
import { filterRefused, isRefused } from './wire/refusal.ts'

/** Fetches what is missing of a commit, the cheapest way that the server takes. */
export interface Fetcher {
  objects: Objects
  /**
   * Says which paths will be asked for, so that the first fetch can bring the way there; whether rules leave out some of
   * what lies there; and by which ref the commit is known, for servers that do not hand it out by its id.
   */
  aimAt(paths: readonly string[], hasRules: boolean, pointer: string | undefined): void
  /** Every object that was read through `objects`. */
  seen(): ReadonlyMap<string, GitObject>
  /** Commits, from one down, `depth` of them each way; those that are not there end the past. */
  past: (commit: string, depth: number) => Promise<ReadPast>
  /** How far down the past may be asked for. */
  reach(): Promise<Reach>
}

interface FetcherOptions {
  client: GitClient
  pool: ObjectPool
  limits: GitLimits
  /** A commit whose objects may be at hand. */
  base: string | undefined
  /** Commits of which everything that differs from a base was fetched. */
  bridged: Set<string>
  /** What was found out of the pasts of refs. */
  answers: Answers
  isRefused(filter: string): boolean
  onRefused(filter: string): void
  /** How long a small answer of this host takes, in milliseconds, when that is known. */
  turnaroundMs: number | undefined
}

/** Trees down to here come with the commit, neighbours and all; what lies deeper is walked to. */
const aimDepth = 2
/** Ids in one request. */
const wantsAtOnce = 10_000

/** What leaves the files of the past out; the first that a host takes. */
const pastFilters = ['tree:0', 'blob:none']

/** Makes a fetcher for one question. */
export function createFetcher(options: FetcherOptions): Fetcher {
  const { client, pool, limits } = options
  const { where } = client.wire
  const seen = new Map<string, GitObject>()
  let depth = 0
  let isReading = false
  let isRuled = false
  let pointer: string | undefined
  /** Whether the server gives objects by id and parts of a commit. */
  const canFilter = async (): Promise<boolean> => {
    const { version, features } = await client.capabilities()
    return version === 2 && (features.get('fetch') ?? '').split(' ').includes('filter')
  }

  const fetchOnce = async (wish: FetchWish, maxBytes = limits.packBytes): Promise<void> => {
    const bounded = { ...limits, packBytes: maxBytes }
    const bytes = await receivePack(await client.fetch(wish), { where, limits: bounded })
    const base = wish.isThin === true ? (oid: string) => pool.peek(oid) : undefined
    let pack
    try {
      pack = await indexPack(bytes, { where, limits, base })
    } catch (error) {
      await bytes.close()
      throw error
    }
    await pool.add(pack)
  }
  /** Tries filters in turn until the server takes one; what it refused is remembered. */
  const fetchFiltered = async (wish: FetchWish, filters: readonly string[]): Promise<void> => {
    for (const filter of filters.filter((candidate) => !options.isRefused(kindOf(candidate)))) {
      try {
        return await fetchOnce({ ...wish, filter })
      } catch (error) {
        if (!(error instanceof HeadwaterError) || error.reason !== filterRefused) throw error
        options.onRefused(kindOf(filter))
      }
    }
    await fetchOnce(wish)
  }

  /** Whether a commit could be fetched as what differs from one that is at hand. */
  const canBridge = (oid: string): boolean => {
    const { base, bridged } = options
    return base !== undefined && base !== oid && !bridged.has(oid) && pool.peek(base) !== undefined
  }
  const fetchCommit = async (oid: string): Promise<void> => {
    if (!(await canFilter())) return fetchAll(oid)
    try {
      await fetchParts(oid)
    } catch (error) {
      // A server that hands out only what a ref points at does not filter by ids either: all of it, then.
      if (pointer === undefined || !isRefused(error)) throw error
      await fetchAll(oid)
    }
  }
  const fetchAll = async (oid: string): Promise<void> => {
    const { fetchWhole } = await import('./fetch-whole.ts')
    return fetchWhole(oid, {
      client,
      fetchOnce,
      pointer,
      has: async (wanted) => (await pool.get(wanted)) !== undefined,
      limits,
      answers: options.answers,
    })
  }
  const fetchParts = async (oid: string): Promise<void> => {
    if (canBridge(oid) && options.base !== undefined) {
      // The server leaves out what the base holds: unchanged folders cost nothing.
      const wish = { wants: [oid], haves: [options.base], depth: 1, isThin: true }
      await fetchFiltered(wish, ['blob:none'])
      options.bridged.add(oid)
      return undefined
    }
    const wish = { wants: [oid], depth: 1 }
    if (!isReading) return fetchFiltered(wish, ['tree:0', 'blob:none'])
    // All of it: nothing to leave out.
    if (depth === 0 && !isRuled) return fetchOnce(wish)
    if (isNear(depth, options.turnaroundMs)) return fetchFiltered(wish, ['tree:1', 'tree:0', 'blob:none'])
    const aimed = `combine:blob:none+tree:${Math.min(depth, aimDepth) + 1}`
    if (!options.isRefused('combine') && (await isTaken(wish, aimed))) return undefined
    // A host that knows no depths: all trees, if they are few, or a walk down to those that matter.
    if (!options.isRefused('blob:none') && (await isTaken(wish, 'blob:none', limits.treesBytes)))
      return undefined
    return fetchFiltered(wish, ['tree:0'])
  }
  /** Whether the server took a filter, and gave no more than some bytes. */
  const isTaken = async (wish: FetchWish, filter: string, maxBytes?: number): Promise<boolean> => {
    try {
      await fetchOnce({ ...wish, filter }, maxBytes)
      return true
    } catch (error) {
      if (!(error instanceof HeadwaterError)) throw error
      if (error.reason === filterRefused) options.onRefused(kindOf(filter))
      else if (error.reason !== 'LimitExceeded' || maxBytes === undefined) throw error
      return false
    }
  }

  const have = async (oid: string): Promise<GitObject | undefined> => {
    const object = await pool.get(oid)
    if (object !== undefined) seen.set(oid, object)
    return object
  }
  const missingOf = async (oids: readonly string[], found: Map<string, GitObject>): Promise<string[]> => {
    const missing = new Set<string>()
    for (const oid of new Set(oids)) {
      const object = seen.get(oid) ?? (await have(oid))
      if (object === undefined) missing.add(oid)
      else found.set(oid, object)
    }
    return [...missing]
  }

  /** Whether a commit is at hand but its files would have to be walked to. */
  const isFarFrom = async (oid: string, { content }: GitObject): Promise<boolean> => {
    if (canBridge(oid)) return canFilter()
    const root = parseCommit(content)?.tree
    return root !== undefined && (await pool.get(root)) === undefined
  }

  const objects: Objects = {
    where,
    limits,
    async commit(oid) {
      const known = await have(oid)
      if (known !== undefined && (!isReading || !(await isFarFrom(oid, known)))) return known
      await fetchCommit(oid)
      return have(oid)
    },
    async read(oids) {
      const found = new Map<string, GitObject>()
      const missing = await missingOf(oids, found)
      for (let at = 0; at < missing.length; at += wantsAtOnce) {
        const wants = missing.slice(at, at + wantsAtOnce)
        if (!(await canFilter())) throw incomplete(where, wants[0] ?? '')
        await fetchFiltered({ wants }, ['tree:0', 'blob:none'])
        const [absent] = await missingOf(wants, found)
        if (absent !== undefined) throw incomplete(where, absent)
      }
      return found
    },
    async expect(trees) {
      // With something at hand the walk is cheaper; with nothing, all of it comes at once.
      if (options.base !== undefined && pool.peek(options.base) !== undefined) return
      const missing = await missingOf(trees, new Map())
      if (missing.length > 0 && (await canFilter())) await fetchOnce({ wants: missing })
    },
  }
  return {
    objects,
    aimAt(paths, hasRules, known) {
      isReading = true
      isRuled = hasRules
      pointer = known
      depth = Math.max(0, ...paths.map((path) => treePath(path).split('/').filter(Boolean).length))
    },
    seen: () => seen,
    async reach() {
      const isWhole = pastFilters.every((filter) => options.isRefused(filter)) || !(await canFilter())
      return isWhole ? wholeReach(limits) : { name: 'commits', limit: limits.commits }
    },
    async past(commit, commits) {
      const wish = { wants: [commit], depth: commits }
      if (await canFilter()) await fetchFiltered(wish, pastFilters)
      else await fetchOnce(wish)
      return async (oid) => {
        const object = await pool.get(oid)
        return object?.type === 'commit' ? parseCommit(object.content) : undefined
      }
    },
  }
}

/** `combine:…+tree:3` and `combine:…+tree:2` are refused alike. */
function kindOf(filter: string): string {
  return filter.startsWith('combine:') ? 'combine' : filter
}

function incomplete(where: string, oid: string): Error {
  return transient(
    'GitOperationFailed',
    `${where} does not send the object ${oid} that it names; trying again`,
  )
}
