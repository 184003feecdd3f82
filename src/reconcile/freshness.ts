import { parseDuration } from '../api/duration.ts'
import type { NewEvent } from '../api/event.ts'
import type { GitRepositorySpec } from '../api/kinds/git-repository.ts'
import type { ObjectRecord } from '../api/record.ts'
import type { ObjectStatus } from '../api/status.ts'

/** Whether a source stands still for longer than its declaration expects, and the event that tells so the first time. */
export interface Freshness {
  stale: ObjectStatus['stale']
  events: NewEvent[]
}

/**
 * Judges how old what is known of a repository is. `unread`: it could not be read for too long, so that somebody may
 * keep news from us; `unmoved`: its head is older than expected, which may be a replay of an old state. Pure.
 */
export function freshnessOf(
  record: ObjectRecord,
  artifact: ObjectStatus['artifact'],
  now: number,
): Freshness {
  const { staleAfter } = record.spec as GitRepositorySpec
  if (staleAfter === undefined || artifact === undefined) return { stale: undefined, events: [] }
  const limitMs = parseDuration(staleAfter)
  const committedAt = artifact.committedAt === undefined ? now : Date.parse(artifact.committedAt)
  const isUnread = now - artifact.fetchedAt > limitMs
  const stale = isUnread ? 'unread' : now - committedAt > limitMs ? 'unmoved' : undefined
  if (stale === undefined || stale === record.status.stale) return { stale, events: [] }
  const message = isUnread
    ? `the repository could not be read for more than ${staleAfter}; ${artifact.revision} stays in force`
    : `the head ${artifact.revision} is older than ${staleAfter}; either nobody pushed, or news are held back`
  return { stale, events: [{ type: 'Warning', reason: 'SourceStale', message }] }
}
