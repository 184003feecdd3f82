import type { Clock } from '../api/clock.ts'

/** How long a write of ours is believed over an index that may not show it yet, in milliseconds. */
export const ownWritesMs = 3_000

/** A key and when it is due. */
export interface DueTime {
  key: string
  dueAt: number
}

/**
 * What this process wrote a moment ago, laid over an index that lags behind the table: without it a step that has just
 * put its object off would find it due again, and a pass would end before it sees what it woke. Another process's write
 * within these seconds may be seen late by as much, never lost.
 */
export interface OwnWrites {
  /** `dueAt` undefined: never due by itself, or gone. */
  note(key: string, dueAt: number | undefined): void
  /** The index's answer, put right and in order. */
  overlay(found: readonly DueTime[]): DueTime[]
  /** How many entries of the index an overlay may take away. */
  size(): number
}

/** One per store object. */
export function createOwnWrites(clock: Clock): OwnWrites {
  const written = new Map<string, { dueAt: number | undefined; until: number }>()
  const prune = () => {
    const now = clock.now()
    // In the order of their writing, so the first that still counts ends it.
    for (const [key, { until }] of written) {
      if (until > now) break
      written.delete(key)
    }
  }
  return {
    note: (key, dueAt) => {
      prune()
      written.delete(key)
      written.set(key, { dueAt, until: clock.now() + ownWritesMs })
    },
    overlay: (found) => {
      prune()
      const others = found.filter(({ key }) => !written.has(key))
      const ours = [...written].flatMap(([key, { dueAt }]) => (dueAt === undefined ? [] : [{ key, dueAt }]))
      return [...others, ...ours].sort((a, b) => a.dueAt - b.dueAt || (a.key < b.key ? -1 : 1))
    },
    size: () => {
      prune()
      return written.size
    },
  }
}
