import { createHash } from 'node:crypto'

/** Objects may leave freely up to this many, or this share of all, in one revision; above both a person confirms. */
const freeCount = 3
const freeShare = 0.25

/** What of the last inventory leaves with the next one. */
export interface PrunePlan {
  leaving: string[]
  /** Set when a person must confirm first: how many may leave without. */
  limit?: number
  /** What the confirmation names: the same set, leaving since the same revision, gives the same token. */
  token: string
}

/**
 * Only what was there and is not any more leaves; nothing else is ever looked at. `since` is the revision applied last: a
 * confirmation is spent with it, so that the same set leaving once more is confirmed once more. Pure.
 */
export function planPrune(before: readonly string[], after: readonly string[], since = ''): PrunePlan {
  const staying = new Set(after)
  const leaving = before.filter((key) => !staying.has(key)).toSorted()
  const limit = Math.max(freeCount, Math.floor(before.length * freeShare))
  const token = createHash('sha256')
    .update([since, ...leaving].join('\n'))
    .digest('hex')
  return leaving.length > limit ? { leaving, limit, token } : { leaving, token }
}
