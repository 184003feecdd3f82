import type { AzurePorts } from '../api/azure-storage.ts'
import type { Clock, Random } from '../api/clock.ts'
import type { ObjectEvent } from '../api/event.ts'
import type { ObjectRecord } from '../api/record.ts'

/**
 * A record and the version that the next writer must name. A key's versions only grow, over a deletion too (the store
 * remembers the last one for seven days), so that a writer who slept through delete and re-create still loses; 0 stands
 * for "does not exist".
 */
export interface Stored {
  record: ObjectRecord
  version: number
}

/** A record that is there but cannot be read. */
export interface UnreadableRecord {
  key: string
  /** What `delete` needs once a person has decided that it goes. */
  version: number
  /** Why it cannot be read. */
  message: string
}

/** Which events to read; newest first, those of one millisecond by descending id. */
export interface EventFilter {
  /** Only those of this object. */
  key?: string
  /** Milliseconds since the epoch: only later ones. */
  since?: number
  limit?: number
}

/** What a driver needs of the outside world. */
export interface StorePorts {
  clock: Clock
  random: Random
  /** Absent: nothing in Azure can be opened. */
  azure?: AzurePorts
}

/**
 * Where the records live. One record per object, every write compare-and-swap. A not-found is a value; a throttle is a
 * `backoff` error (`Throttled`), a lost compare-and-swap `conflict(key)`: neither ever reads as "no state".
 *
 * A record that cannot be read (corrupt, or of a newer schema) is left as it is: `get` throws a `stalled` error with
 * reason `UnreadableRecord`, `list` goes on past it, `unreadable` names it, a `put` over it with version 0 conflicts.
 * `due` names it like any other, so that a step runs into it and says so; once `get` has thrown, this store object
 * leaves the key out of `due` and `nextDueAt` for ten minutes, so that nobody spins on it.
 */
export interface Store {
  /** Strongly consistent. */
  get(key: string): Promise<Stored | undefined>
  /**
   * Writes the record if its version is still `expectedVersion` (0: if there is none) and answers the new version.
   * A write of ours that landed although the answer was lost is recognised and counts as success.
   * Throws `conflict(key)`; a record above 350 KB is refused as `stalled`, `RecordTooLarge`.
   */
  put(record: ObjectRecord, expectedVersion: number): Promise<number>
  /** Throws `conflict(key)` when the version differs; deleting what is not there succeeds only with version 0. */
  delete(key: string, expectedVersion: number): Promise<void>
  /** All readable records whose key starts with `prefix`, in key order. Strongly consistent. */
  list(prefix: string): Promise<Stored[]>
  /** The records under `prefix` that are there but cannot be read: for people, and for whoever counts what exists. */
  unreadable(prefix: string): Promise<UnreadableRecord[]>
  /** Keys of the records with `dueAt <= before`, the longest due first; may lag behind a write by a moment. */
  due(before: number, limit: number): Promise<string[]>
  /** The earliest `dueAt` of all, so that a daemon can sleep until then. */
  nextDueAt(): Promise<number | undefined>
  /** Adds to the history; an event with the same id is written once, the first one stays. Kept seven days. */
  append(events: readonly ObjectEvent[]): Promise<void>
  events(filter: EventFilter): Promise<ObjectEvent[]>
  /** True for the first caller with this id until `expiresAt` (milliseconds since the epoch): a webhook's delivery id. */
  claim(id: string, expiresAt: number): Promise<boolean>
  close(): Promise<void>
}
