import type { Clock } from '../api/clock.ts'
import { decodeRecord } from './codec.ts'
import type { Stored, UnreadableRecord } from './store.ts'

/** How long a key that could not be read stays out of `due`, in milliseconds. */
export const unreadableQuietMs = 10 * 60_000

/** A record as a driver holds it. */
export interface Row {
  key: string
  version: number
  body: string
}

/** What every driver does alike with what it read: decode, name what cannot be read, keep quiet about it for a while. */
export interface Reading {
  /** Throws `UnreadableRecord`, and the key is quiet from then on. */
  one(row: Row): Stored
  readable(rows: readonly Row[]): Stored[]
  unreadable(rows: readonly Row[]): UnreadableRecord[]
  /** A new write mended it. */
  forget(key: string): void
  /** The keys that `due` leaves out now. */
  quiet(): string[]
  /** The earlier of a due time and the moment that the first quiet key may be named again. */
  nextDueAt(dueAt: number | undefined): number | undefined
}

/** One per store object: what is quiet is not shared between processes, each says once what it cannot read. */
export function createReading(clock: Clock): Reading {
  const quietUntil = new Map<string, number>()
  const quiet = () => {
    const now = clock.now()
    for (const [key, until] of quietUntil) if (until <= now) quietUntil.delete(key)
    return [...quietUntil.keys()]
  }
  return {
    one: (row) => {
      const read = decodeRecord(row.key, row.body)
      if (read.ok) {
        quietUntil.delete(row.key)
        return { record: read.record, version: row.version }
      }
      quietUntil.set(row.key, clock.now() + unreadableQuietMs)
      throw read.error
    },
    readable: (rows) =>
      rows.flatMap((row) => {
        const read = decodeRecord(row.key, row.body)
        return read.ok ? [{ record: read.record, version: row.version }] : []
      }),
    unreadable: (rows) =>
      rows.flatMap((row) => {
        const read = decodeRecord(row.key, row.body)
        return read.ok ? [] : [{ key: row.key, version: row.version, message: read.error.message }]
      }),
    forget: (key) => {
      quietUntil.delete(key)
    },
    quiet,
    nextDueAt: (dueAt) => {
      quiet()
      const times = [...quietUntil.values(), ...(dueAt === undefined ? [] : [dueAt])]
      return times.length === 0 ? undefined : Math.min(...times)
    },
  }
}
