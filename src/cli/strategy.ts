import type { HostFacts } from '../api/status.ts'

/** How commits are read of a host that told this, in words. */
export function strategyOf({ version, features, refusedFilters }: HostFacts): string {
  if (version !== 2) return `whole commits: the server speaks version ${version} only`
  if (!(features['fetch'] ?? '').split(' ').includes('filter'))
    return 'whole commits: the server does not filter'
  if (!refusedFilters.includes('combine')) return 'parts of commits, the trees on the way at once'
  return refusedFilters.includes('blob:none')
    ? 'parts of commits, a walk down the trees'
    : 'parts of commits, all trees at once where they are few'
}
