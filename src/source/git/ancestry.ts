import type { KnownCommit } from '../source.ts'
import type { GitLimits } from './limits.ts'
import type { Commit } from './object.ts'

/** Reads a commit of the past; undefined for one that is not at hand. */
export type ReadPast = (oid: string) => Promise<Commit | undefined>

/**
 * Whether a commit has another in its past; undefined when the history at hand ends before that is clear, as it does in
 * a shallow one. A commit older than the one looked for is not looked behind.
 */
export async function descends(
  read: ReadPast,
  { commit, ancestor, limits }: { commit: string; ancestor: KnownCommit; limits: GitLimits },
): Promise<boolean | undefined> {
  const since = ancestor.committedAt === undefined ? 0 : Date.parse(ancestor.committedAt) / 1000
  const seen = new Set([commit])
  let isCut = false
  for (const oid of seen) {
    if (oid === ancestor.commit) return true
    if (seen.size > limits.commits) return undefined
    const found = await read(oid)
    if (found === undefined) isCut = true
    else if (found.parents.includes(ancestor.commit)) return true
    else if (found.committedAt >= since) for (const parent of found.parents) seen.add(parent)
  }
  return isCut ? undefined : false
}

/** How many commits down somebody is looked for at most, and by which limit. */
export interface Reach {
  name: 'commits' | 'wholeCommits'
  limit: number
}

/** How far is looked where commits come with all their files. */
export function wholeReach({ commits, wholeCommits }: GitLimits): Reach {
  return wholeCommits < commits
    ? { name: 'wholeCommits', limit: wholeCommits }
    : { name: 'commits', limit: commits }
}

/**
 * The same for a history that is fetched: the commit alone first, whose parents are told in it; then some of the past,
 * then as much as the limits let. Where that does not tell, how far was looked.
 */
export async function descendsBy(
  past: { past(commit: string, depth: number): Promise<ReadPast>; reach(): Promise<Reach> },
  options: { commit: string; ancestor: KnownCommit; limits: GitLimits },
): Promise<boolean | Reach> {
  let deepest = 0
  for (const step of [1, 50, options.limits.commits]) {
    // A fetch may have shown that the host does not filter after all.
    const depth = Math.min(step, (await past.reach()).limit)
    if (depth <= deepest) continue
    const told = await descends(await past.past(options.commit, depth), options)
    if (told !== undefined) return told
    deepest = depth
  }
  return past.reach()
}
