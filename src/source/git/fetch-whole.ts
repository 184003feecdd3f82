import { createHash } from 'node:crypto'
import { stalled } from '../../api/errors.ts'
import { wholeReach } from './ancestry.ts'
import { remember, type Answers } from './answers.ts'
import { limitsVariable, type GitLimits } from './limits.ts'
import type { ListedRef } from './wire/capabilities.ts'
import type { GitClient } from './wire/client.ts'
import type { FetchWish } from './wire/fetch.ts'
import { isRefused } from './wire/refusal.ts'

/** What fetching a whole commit needs. */
interface WholeOptions {
  client: GitClient
  fetchOnce(this: void, wish: FetchWish): Promise<void>
  /** Whether an object is at hand. */
  has(this: void, oid: string): Promise<boolean>
  /** Branch, tag or full name of a ref that is known to lead to the commit. */
  pointer: string | undefined
  limits: GitLimits
  answers: Answers
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
  const { pointer, answers } = options
  const { where } = options.client.wire
  const { name: limitName, limit } = wholeReach(options.limits)
  const names = pointer === undefined ? [] : namesOf(pointer)
  const oidsOf = (some: readonly ListedRef[]) => [...new Set(some.map((ref) => ref.oid))]
  const named = oidsOf(refs.filter(({ name }) => names.includes(name)))
  const others = oidsOf(
    refs.filter(({ name }) => /^refs\/(heads|tags)\//.test(name) && !names.includes(name)),
  )
  const search = async (): Promise<boolean> => {
    for (const wants of [named, others]) {
      for (const depth of wants.length === 0 ? [] : new Set([Math.min(fewCommits, limit), limit])) {
        await options.fetchOnce({ wants, depth })
        if (await options.has(oid)) return true
      }
    }
    return false
  }
  const digest = createHash('sha256')
    .update(JSON.stringify([named, others]))
    .digest('hex')
  if (await remember(answers, [where, oid, digest], search, (isThere) => !isThere)) return
  throw stalled(
    'RefNotFound',
    `${where} has no commit ${oid} among the last ${limit} of what its refs lead to; it was never pushed, is gone, or lies further back than is looked, which ${limitsVariable}=${limitName}=${limit * 2} raises`,
  )
}

/** Full names that a pointer of a revision may stand for. */
function namesOf(pointer: string): string[] {
  return pointer.startsWith('refs/') ? [pointer] : [`refs/heads/${pointer}`, `refs/tags/${pointer}`]
}
