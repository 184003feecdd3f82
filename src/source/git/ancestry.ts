import * as git from 'isomorphic-git'
import type { KnownCommit } from '../source.ts'
import type { ObjectStore } from './objects.ts'

/** More commits than lie between two looks; a history that is longer is left untold. */
const maxCommits = 5_000

/**
 * Whether a commit has another in its past; undefined when the history at hand ends before that is clear, as it does in
 * a shallow one. A commit older than the one looked for is not looked behind.
 */
export async function descends(
  store: ObjectStore,
  commit: string,
  ancestor: KnownCommit,
): Promise<boolean | undefined> {
  const since = ancestor.committedAt === undefined ? 0 : Date.parse(ancestor.committedAt) / 1000
  const seen = new Set([commit])
  let isCut = false
  for (const oid of seen) {
    if (oid === ancestor.commit) return true
    if (seen.size > maxCommits) return undefined
    const found = await readIfThere(store, oid)
    if (found === undefined) isCut = true
    else if (found.parent.includes(ancestor.commit)) return true
    else if (found.committer.timestamp >= since) for (const parent of found.parent) seen.add(parent)
  }
  return isCut ? undefined : false
}

async function readIfThere(store: ObjectStore, oid: string): Promise<git.CommitObject | undefined> {
  try {
    return (await git.readCommit({ ...store, oid })).commit
  } catch (error) {
    if (error instanceof git.Errors.NotFoundError) return undefined
    throw error
  }
}
