import type { ObjectEvent } from '../api/event.ts'
import type { ObjectRecord } from '../api/record.ts'

/** A record and the version that the next writer must name. Versions only grow; 0 stands for "does not exist". */
export interface Stored {
  record: ObjectRecord
  version: number
}

/** Which events to read; newest first. */
export interface EventFilter {
  /** Only those of this object. */
  key?: string
  /** Milliseconds since the epoch: only later ones. */
  since?: number
  limit?: number
}

/**
 * Where the records live. One record per object, every write compare-and-swap. A not-found is a value; a throttle is a
 * `backoff` error, a lost compare-and-swap `conflict(key)`: neither ever reads as "no state". A record that cannot be
 * read (corrupt, or of a newer schema) makes `get` throw a `stalled` error with reason `UnreadableRecord`; `list` and
 * `due` go on past it.
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
  /** All records whose key starts with `prefix`, in key order. */
  list(prefix: string): Promise<Stored[]>
  /** Keys of the records with `dueAt <= before`, the longest due first. */
  due(before: number, limit: number): Promise<string[]>
  /** The earliest `dueAt` of all, so that a daemon can sleep until then. */
  nextDueAt(): Promise<number | undefined>
  /** Adds to the history; an event with the same id is written once. */
  append(events: readonly ObjectEvent[]): Promise<void>
  events(filter: EventFilter): Promise<ObjectEvent[]>
  /** True for the first caller with this id until `expiresAt` (milliseconds since the epoch): a webhook's delivery id. */
  claim(id: string, expiresAt: number): Promise<boolean>
  close(): Promise<void>
}
