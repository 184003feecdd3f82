import type { NewEvent } from '../api/event.ts'
import type { SkippedEntry } from '../source/source.ts'

/** So many are named; the rest is counted. */
const shown = 10
/** So many are remembered of one reading. */
export const maxSkipped = 1000

/** What was passed over, an entry a line, for a person who may take it for read. What is ignored was meant to be. */
export function skippedLines(skipped: readonly SkippedEntry[]): { path: string; message: string }[] {
  const told = skipped.filter(({ what }) => what !== 'ignored')
  const lines = told.slice(0, shown).map(({ path, what, why }) => ({
    path,
    message:
      what === 'submodule'
        ? 'a submodule, of which nothing is read; follow its repository by a GitRepository of its own'
        : `a symbolic link that is not followed: ${why ?? 'it leads nowhere'}`,
  }))
  const rest = told.length - lines.length
  const last = lines.at(-1)
  const count = skipped.length >= maxSkipped ? `${rest} or more` : `${rest}`
  if (rest > 0 && last !== undefined) last.message += ` (and ${count} other entries that are not read)`
  return lines
}

/** The event that tells of them; undefined when there are none. */
export function skippedEvent(skipped: readonly SkippedEntry[], revision: string): NewEvent | undefined {
  const lines = skippedLines(skipped)
  if (lines.length === 0) return undefined
  // A name is whatever somebody committed: it is told in quotes, with its control characters escaped.
  const list = lines.map(({ path, message }) => `${JSON.stringify(path.slice(0, 200))}: ${message}`)
  return { type: 'Normal', reason: 'EntriesSkipped', message: `not read of ${revision}: ${list.join('; ')}` }
}
