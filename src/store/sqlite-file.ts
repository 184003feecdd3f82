import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Clock } from '../api/clock.ts'
import { HeadwaterError, stalled } from '../api/errors.ts'
import { translateSqliteErrors } from './sqlite-errors.ts'

/** Where the file is and how long a writer waits for another before the store counts as busy. */
export interface SqliteFileOptions {
  /** Path of the file; it and its folder are made when missing. */
  file: string
  clock: Clock
  /** Milliseconds; default 5,000. */
  busyTimeoutMs?: number
}

/** The version of the tables, kept in the file's `user_version`. */
const tablesVersion = 1

// `body` is null for a deleted key, whose version is kept; the index holds only what can become due.
const tables = `
  CREATE TABLE IF NOT EXISTS records (
    key TEXT PRIMARY KEY, version INTEGER NOT NULL, due_at REAL, body TEXT, deleted_at REAL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS records_due ON records (due_at, key) WHERE due_at IS NOT NULL;
  CREATE INDEX IF NOT EXISTS records_deleted ON records (deleted_at) WHERE deleted_at IS NOT NULL;
  CREATE TABLE IF NOT EXISTS events (
    id TEXT PRIMARY KEY, key TEXT NOT NULL, at REAL NOT NULL, body TEXT NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS events_at ON events (at);
  CREATE INDEX IF NOT EXISTS events_key ON events (key, at);
  CREATE TABLE IF NOT EXISTS claims (id TEXT PRIMARY KEY, expires_at REAL NOT NULL) STRICT;
  CREATE INDEX IF NOT EXISTS claims_expire ON claims (expires_at);
  PRAGMA user_version = ${tablesVersion};
`

/**
 * Opens the file and makes the tables. Switching to WAL takes a lock that SQLite does not wait for by its busy timeout
 * when several processes open a new file at once, so the opening itself is tried again.
 */
export async function openDatabase(options: SqliteFileOptions): Promise<DatabaseSync> {
  const { file, clock, busyTimeoutMs = 5_000 } = options
  const guard = translateSqliteErrors(file)
  const until = clock.now() + busyTimeoutMs
  guard(() => mkdirSync(path.dirname(path.resolve(file)), { recursive: true, mode: 0o700 }))
  for (;;) {
    try {
      return guard(() => openOnce(file, busyTimeoutMs))
    } catch (error) {
      const isBusy = error instanceof HeadwaterError && error.reason === 'StoreBusy'
      if (!isBusy || clock.now() >= until) throw error
      await clock.sleep(50)
    }
  }
}

function openOnce(file: string, busyTimeoutMs: number): DatabaseSync {
  const db = new DatabaseSync(file)
  try {
    // By PRAGMA: the constructor's `timeout` is younger than the oldest Node that we run on.
    db.exec(`PRAGMA busy_timeout = ${busyTimeoutMs}; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL`)
    const found = (db.prepare('PRAGMA user_version').get() as { user_version: number }).user_version
    if (found > tablesVersion)
      throw stalled(
        'StoreTooNew',
        `the store ${file} has tables of version ${found}, this version knows up to ${tablesVersion}; upgrade Headwater`,
      )
    if (found < tablesVersion) db.exec(`BEGIN IMMEDIATE; ${tables} COMMIT`)
    return db
  } catch (error) {
    db.close()
    throw error
  }
}
