import { HeadwaterError } from '../../api/errors.ts'
import type { ListedRef } from './wire/capabilities.ts'
import type { GitClient } from './wire/client.ts'
import type { FetchWish } from './wire/fetch.ts'

/** What fetching a whole commit needs. */
interface WholeOptions {
  client: GitClient
  fetchOnce(this: void, wish: FetchWish): Promise<void>
  /** Whether an object is at hand. */
  has(this: void, oid: string): Promise<boolean>
  /** Branch, tag or full name of a ref that is known to lead to the commit. */
  pointer: string | undefined
  /** How far behind a ref a commit is looked for. */
  maxCommits: number
}

/** Commits behind a ref that are fetched before as many as the limit lets. */
const fewCommits = 50

/**
 * A commit and all its files. By its id where the server hands that out; before v2 many hand out only what a ref points at,
 * and some still do, so that what lies behind comes with the ref, a bounded way down.
 */
export async function fetchWhole(oid: string, options: WholeOptions): Promise<void> {
  const { client, fetchOnce } = options
  const { version, features } = await client.capabilities()
  if (version === 2) {
    try {
      return await fetchOnce({ wants: [oid], depth: 1 })
    } catch (error) {
      if (options.pointer === undefined || !isRefused(error)) throw error
      return fetchBehind(oid, await client.listRefs(namesOf(options.pointer)), options)
    }
  }
  const isFree = features.has('allow-reachable-sha1-in-want') || features.has('allow-tip-sha1-in-want')
  const refs = await client.listRefs(['refs/'])
  if (isFree || refs.some((ref) => ref.oid === oid || ref.peeled === oid)) {
    return fetchOnce({ wants: [oid], depth: 1 })
  }
  return fetchBehind(oid, refs, options)
}

/** Fetches from the refs that may lead to a commit, further and further down, until it is there. */
async function fetchBehind(oid: string, refs: readonly ListedRef[], options: WholeOptions): Promise<void> {
  const { pointer, maxCommits } = options
  const names = pointer === undefined ? [] : namesOf(pointer)
  const named = refs.filter(({ name }) => names.includes(name))
  const others = refs.filter(({ name }) => /^refs\/(heads|tags)\//.test(name) && !names.includes(name))
  for (const tips of [named, others]) {
    for (const depth of tips.length === 0 ? [] : [Math.min(fewCommits, maxCommits), maxCommits]) {
      await options.fetchOnce({ wants: [...new Set(tips.map((ref) => ref.oid))], depth })
      if (await options.has(oid)) return
    }
  }
}

/** Full names that a pointer of a revision may stand for. */
function namesOf(pointer: string): string[] {
  return pointer.startsWith('refs/') ? [pointer] : [`refs/heads/${pointer}`, `refs/tags/${pointer}`]
}

/** Whether a server does not hand out an object by its id. */
export function isRefused(error: unknown): boolean {
  return error instanceof HeadwaterError && error.reason === 'RefNotFound'
}
