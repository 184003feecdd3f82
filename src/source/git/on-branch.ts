import { stalled } from '../../api/errors.ts'
import { exceeded } from './limits.ts'
import type { RefLookup } from './refs.ts'

/**
 * Sees to it that a commit lies on a branch. Throws `stalled` errors: `RefNotFound` where it does not, `LimitExceeded` where
 * that is too far back to tell.
 */
export async function checkOnBranch(
  refs: Pick<RefLookup, 'contains'>,
  { branch, tip, commit }: { branch: string; tip: string; commit: string },
  where: string,
): Promise<void> {
  const isThere = tip === commit || (await refs.contains(tip, commit))
  if (isThere === true) return
  if (isThere === false) {
    throw stalled(
      'RefNotFound',
      `${where} has no commit ${commit} on the branch "${branch}"; correct ref.commit, or leave ref.branch out`,
    )
  }
  const { name, limit } = isThere
  const host = name === 'wholeCommits' ? ' on a host that sends every commit whole' : ''
  throw exceeded(
    where,
    `whether the branch "${branch}" holds the commit ${commit} is too far back to tell${host}`,
    { name, value: limit + 1, limit },
    'pin a later commit, or leave ref.branch out',
  )
}
