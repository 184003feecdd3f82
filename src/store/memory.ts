import { conflict } from '../api/errors.ts'
import { eventRetentionMs } from '../api/event.ts'
import type { ObjectEvent } from '../api/event.ts'
import { keyOf } from '../api/record.ts'
import { encodeRecord } from './codec.ts'
import { createReading } from './reading.ts'
import type { Row } from './reading.ts'
import type { Store, StorePorts } from './store.ts'

/** What lives behind a memory store; stores made over the same state see each other, as processes over a file do. */
export interface MemoryState {
  /** Text, not objects: nobody can change a record by holding on to it. */
  records: Map<string, { version: number; dueAt?: number; body: string }>
  /** Last versions of deleted keys. */
  deleted: Map<string, number>
  events: Map<string, ObjectEvent>
  /** Delivery ids and until when they count, in milliseconds since the epoch. */
  claims: Map<string, number>
}

/** An empty state. */
export function createMemoryState(): MemoryState {
  return { records: new Map(), deleted: new Map(), events: new Map(), claims: new Map() }
}

/** A store that ends with the process: for trying things out, for tests and simulations. */
export function createMemoryStore({ clock }: Pick<StorePorts, 'clock'>, state = createMemoryState()): Store {
  const reading = createReading(clock)

  const rows = (prefix: string): Row[] =>
    [...state.records]
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, { version, body }]) => ({ key, version, body }))
      .sort((a, b) => compareText(a.key, b.key))

  const dueRows = () => {
    const quiet = new Set(reading.quiet())
    return [...state.records]
      .flatMap(([key, { dueAt }]) => (dueAt === undefined || quiet.has(key) ? [] : [{ key, dueAt }]))
      .sort((a, b) => a.dueAt - b.dueAt || compareText(a.key, b.key))
  }

  return {
    get: async (key) => {
      const row = state.records.get(key)
      return row && reading.one({ key, version: row.version, body: row.body })
    },
    put: async (record, expectedVersion) => {
      const key = keyOf(record)
      const body = encodeRecord(record)
      if ((state.records.get(key)?.version ?? 0) !== expectedVersion) throw conflict(key)
      const version = Math.max(expectedVersion, state.deleted.get(key) ?? 0) + 1
      state.deleted.delete(key)
      state.records.set(key, {
        version,
        body,
        ...(record.dueAt === undefined ? {} : { dueAt: record.dueAt }),
      })
      reading.forget(key)
      return version
    },
    delete: async (key, expectedVersion) => {
      if ((state.records.get(key)?.version ?? 0) !== expectedVersion) throw conflict(key)
      if (state.records.delete(key)) state.deleted.set(key, expectedVersion)
      reading.forget(key)
    },
    list: async (prefix) => reading.readable(rows(prefix)),
    unreadable: async (prefix) => reading.unreadable(rows(prefix)),
    due: async (before, limit) =>
      dueRows()
        .filter((row) => row.dueAt <= before)
        .slice(0, limit)
        .map((row) => row.key),
    nextDueAt: async () => reading.nextDueAt(dueRows()[0]?.dueAt),
    append: async (events) => {
      const oldest = clock.now() - eventRetentionMs
      for (const [id, event] of state.events) if (event.at <= oldest) state.events.delete(id)
      for (const event of events) if (!state.events.has(event.id)) state.events.set(event.id, { ...event })
    },
    events: async ({ key, since, limit }) => {
      const after = Math.max(since ?? 0, clock.now() - eventRetentionMs)
      return [...state.events.values()]
        .filter((event) => event.at > after && (key === undefined || event.key === key))
        .sort((a, b) => b.at - a.at || compareText(b.id, a.id))
        .slice(0, limit)
        .map((event) => ({ ...event }))
    },
    claim: async (id, expiresAt) => {
      const now = clock.now()
      for (const [claimed, until] of state.claims) if (until <= now) state.claims.delete(claimed)
      if (state.claims.has(id)) return false
      state.claims.set(id, expiresAt)
      return true
    },
    close: async () => {},
  }
}

/** By code units, as the other drivers' byte order for the ASCII that keys and ids are. */
function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
