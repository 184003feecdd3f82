import type { DatabaseSync } from 'node:sqlite'

/**
 * Every statement of the SQLite store. A write is one statement whose condition names the version, so that
 * compare-and-swap is SQLite's own atomicity, and it answers what it did by RETURNING or by its count of changes.
 */
export function prepareStatements(db: DatabaseSync) {
  const sql = (text: string) => db.prepare(text)
  return {
    get: sql('SELECT key, version, body FROM records WHERE key = ? AND body IS NOT NULL'),
    // Parameters: key, dueAt, body. A deleted key goes on counting from its last version.
    create: sql(`
      INSERT INTO records (key, version, due_at, body) VALUES (?, 1, ?, ?)
      ON CONFLICT (key) DO UPDATE
        SET version = records.version + 1, due_at = excluded.due_at, body = excluded.body, deleted_at = NULL
        WHERE records.body IS NULL
      RETURNING version`),
    // Parameters: dueAt, body, key, expected version.
    update: sql(`
      UPDATE records SET version = version + 1, due_at = ?, body = ?
      WHERE key = ? AND version = ? AND body IS NOT NULL
      RETURNING version`),
    // Parameters: now, key, expected version.
    delete: sql(`
      UPDATE records SET body = NULL, due_at = NULL, deleted_at = ?
      WHERE key = ? AND version = ? AND body IS NOT NULL`),
    list: sql(`
      SELECT key, version, body FROM records
      WHERE key >= ? AND key < ? AND body IS NOT NULL ORDER BY key`),
    // Parameters: before, the quiet keys as a JSON list, limit.
    due: sql(`
      SELECT key FROM records
      WHERE due_at <= ? AND due_at IS NOT NULL AND key NOT IN (SELECT value FROM json_each(?))
      ORDER BY due_at, key LIMIT ?`),
    nextDueAt: sql(`
      SELECT due_at AS dueAt FROM records
      WHERE due_at IS NOT NULL AND key NOT IN (SELECT value FROM json_each(?))
      ORDER BY due_at LIMIT 1`),
    // Parameter: the events as one JSON list, so that all of them are one statement, written together or not at all.
    append: sql(`
      INSERT INTO events (id, key, at, body)
      SELECT value ->> 'id', value ->> 'key', value ->> 'at', value FROM json_each(?) WHERE true
      ON CONFLICT (id) DO NOTHING`),
    events: sql('SELECT body FROM events WHERE at > ? ORDER BY at DESC, id DESC LIMIT ?'),
    eventsOf: sql('SELECT body FROM events WHERE key = ? AND at > ? ORDER BY at DESC, id DESC LIMIT ?'),
    forgetEvents: sql('DELETE FROM events WHERE at <= ?'),
    forgetTombstones: sql('DELETE FROM records WHERE deleted_at <= ?'),
    claim: sql('INSERT INTO claims (id, expires_at) VALUES (?, ?) ON CONFLICT (id) DO NOTHING'),
    forgetClaims: sql('DELETE FROM claims WHERE expires_at <= ?'),
  }
}
