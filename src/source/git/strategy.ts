import type { HostFacts } from '../source.ts'

/**
 * A path is walked down a folder a request, which is the least for the server and in bytes, while that takes no longer than
 * this: what a server needs to go through a large commit for trees of some depth. See
 * docs/decisions/0008-how-a-commit-is-fetched.md.
 */
const walkMs = 300
/** How deep the folders of a repository usually lie that are read. */
const usualDepth = 3

/** Whether a path of so many folders is walked down; `turnaroundMs` is how long a small answer takes, when that is known. */
export function isNear(depth: number, turnaroundMs = walkMs): boolean {
  return depth * turnaroundMs <= walkMs
}

/** How commits are read of a host that told this, in words. */
export function strategyOf({ version, features, refusedFilters, turnaroundMs }: HostFacts): string {
  if (version !== 2) return `whole commits: the server speaks version ${version} only`
  if (!(features['fetch'] ?? '').split(' ').includes('filter'))
    return 'whole commits: the server does not filter'
  if (isNear(usualDepth, turnaroundMs)) return 'parts of commits, a walk down the trees'
  if (!refusedFilters.includes('combine')) return 'parts of commits, the trees on the way at once'
  return refusedFilters.includes('blob:none')
    ? 'parts of commits, a walk down the trees'
    : 'parts of commits, all trees at once where they are few'
}
