import { conflict } from '../api/errors.ts'
import { eventRetentionMs } from '../api/event.ts'
import type { ObjectEvent } from '../api/event.ts'
import { keyOf } from '../api/record.ts'
import { encodeRecord } from './codec.ts'
import { createReading } from './reading.ts'
import type { Row } from './reading.ts'
import { translateSqliteErrors } from './sqlite-errors.ts'
import { openDatabase } from './sqlite-file.ts'
import type { SqliteFileOptions } from './sqlite-file.ts'
import { prepareStatements } from './sqlite-statements.ts'
import type { Store } from './store.ts'

/** How long the last version of a deleted key is remembered, in milliseconds: far longer than any step lasts. */
const tombstoneRetentionMs = 7 * 24 * 3_600_000

/**
 * A store in one file that several processes on one machine share. Every write is one statement that SQLite commits
 * with an fsync (WAL, synchronous=FULL) before it is acknowledged, so a kill or a power cut loses nothing that was
 * acknowledged, and compare-and-swap holds between processes. `node:sqlite` blocks the event loop for the moment of a
 * statement, which for one small record is below a millisecond plus the disk's fsync.
 */
export async function createSqliteStore(options: SqliteFileOptions): Promise<Store> {
  const { file, clock } = options
  const db = await openDatabase(options)
  const guard = translateSqliteErrors(file)
  const reading = createReading(clock)
  let isClosed = false
  const statements = guard(() => prepareStatements(db))
  const quietJson = () => JSON.stringify(reading.quiet())
  const range = (prefix: string) =>
    statements.list.all(prefix, `${prefix}\u{10FFFF}`) as unknown as readonly Row[]

  return {
    get: async (key) => {
      const row = guard(() => statements.get.get(key)) as Row | undefined
      return row && reading.one(row)
    },
    put: async (record, expectedVersion) => {
      const key = keyOf(record)
      const body = encodeRecord(record)
      const dueAt = record.dueAt ?? null
      const written = guard(() =>
        expectedVersion === 0
          ? statements.create.get(key, dueAt, body)
          : statements.update.get(dueAt, body, key, expectedVersion),
      ) as { version: number } | undefined
      if (written === undefined) throw conflict(key)
      reading.forget(key)
      return written.version
    },
    delete: async (key, expectedVersion) => {
      const done = guard(() =>
        expectedVersion === 0
          ? statements.get.get(key) === undefined
          : statements.delete.run(clock.now(), key, expectedVersion).changes === 1,
      )
      if (!done) throw conflict(key)
      reading.forget(key)
    },
    list: async (prefix) => reading.readable(guard(() => range(prefix))),
    unreadable: async (prefix) => reading.unreadable(guard(() => range(prefix))),
    due: async (before, limit) => {
      const rows = guard(() => statements.due.all(before, quietJson(), limit)) as { key: string }[]
      return rows.map((row) => row.key)
    },
    nextDueAt: async () => {
      const row = guard(() => statements.nextDueAt.get(quietJson())) as { dueAt: number | null } | undefined
      return reading.nextDueAt(row?.dueAt ?? undefined)
    },
    append: async (events) => {
      if (events.length === 0) return
      guard(() => {
        const now = clock.now()
        statements.forgetEvents.run(now - eventRetentionMs)
        statements.forgetTombstones.run(now - tombstoneRetentionMs)
        statements.append.run(JSON.stringify(events))
      })
    },
    events: async ({ key, since, limit }) => {
      const after = Math.max(since ?? 0, clock.now() - eventRetentionMs)
      const rows = guard(() =>
        key === undefined
          ? statements.events.all(after, limit ?? -1)
          : statements.eventsOf.all(key, after, limit ?? -1),
      ) as { body: string }[]
      return rows.map((row) => JSON.parse(row.body) as ObjectEvent)
    },
    claim: async (id, expiresAt) =>
      guard(() => {
        const now = clock.now()
        statements.forgetClaims.run(now)
        return statements.claim.run(id, expiresAt).changes === 1
      }),
    close: async () => {
      if (!isClosed) db.close()
      isClosed = true
    },
  }
}
