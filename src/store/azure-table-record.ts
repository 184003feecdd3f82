import { conflict } from '../api/errors.ts'
import { keyOf } from '../api/record.ts'
import type { ObjectRecord } from '../api/record.ts'
import type { Entity, TableCalls, WriteOutcome } from './azure-table-call.ts'
import { dueRowOf, insertDue } from './azure-table-due.ts'
import { bodyOf, bodyProperties, escapeKey, partitions, rangeFilter } from './azure-table-layout.ts'
import { encodeRecord } from './codec.ts'
import type { Row } from './reading.ts'

/*
 * A record is written under compare-and-swap by ETag, and every write leaves its own nonce. What is due is an entity of
 * its own, in another partition, where no transaction reaches; so it is written first and taken away last:
 *
 *   1 read    version, ETag, the due entity that the record names (R1)     another version: conflict
 *   2 insert  due entity R2, of this write alone                           killed here: R2 is named by no record
 *   3 replace record, If-Match ETag: version + 1, nonce, dueRow = R2       412: our nonce stands there? success : conflict
 *   4 delete  R1                                                           killed here: R1 is named by no record
 *
 * So a record with a time has its due entity always; one that no record names is passed over by whoever reads what is
 * due, and taken away once it is older than any write takes. A write whose record keeps its time keeps R1 too.
 *
 * A deletion leaves a tombstone, so that the next create goes on with the version.
 */

/** All but the body. */
const headProperties = ['version', 'nonce', 'parts', 'dueRow'] as const

/** What stands in a record's place, a tombstone too. */
interface Head {
  etag: string
  version: number
  nonce: string
  hasBody: boolean
  dueRow: string | undefined
}

/** What a write needs besides the record. */
export interface WriteOptions {
  expectedVersion: number
  nonce: string
  now: number
}

/** The entity of a record, as the driver reads it; undefined for nothing and for a tombstone. */
function rowOf(key: string, entity: Entity | undefined): Row | undefined {
  const version = entity?.['version']
  const body = entity === undefined ? undefined : bodyOf(entity)
  return body === undefined || typeof version !== 'number' ? undefined : { key, version, body }
}

/** Strongly consistent, as every read of a table is. */
export async function readRow(calls: TableCalls, key: string): Promise<Row | undefined> {
  return rowOf(key, await calls.get(partitions.record, escapeKey(key)))
}

/** Every record under a prefix, in key order. */
export async function readRows(calls: TableCalls, prefix: string): Promise<Row[]> {
  const rows: Row[] = []
  const escaped = escapeKey(prefix)
  for await (const page of calls.pages(rangeFilter(partitions.record, escaped, escaped)))
    rows.push(...page.flatMap((entity) => rowOf(String(entity['key']), entity) ?? []))
  return rows.sort((a, b) => (a.key < b.key ? -1 : 1))
}

/** The due entity that a record names now; undefined when it names none. */
export async function readDueRow(calls: TableCalls, key: string): Promise<string | undefined> {
  return (await readHead(calls, key))?.dueRow
}

async function readHead(calls: TableCalls, key: string): Promise<Head | undefined> {
  const entity = await calls.get(partitions.record, escapeKey(key), headProperties)
  if (entity === undefined) return undefined
  const { version, nonce, parts, dueRow } = entity
  return {
    etag: entity.etag,
    version: typeof version === 'number' ? version : 0,
    nonce: typeof nonce === 'string' ? nonce : '',
    hasBody: typeof parts === 'number' && parts > 0,
    dueRow: typeof dueRow === 'string' ? dueRow : undefined,
  }
}

/** Reads what stands there; throws `conflict(key)` when it is not what the writer thinks. */
async function expectHead(
  calls: TableCalls,
  key: string,
  expectedVersion: number,
): Promise<Head | undefined> {
  const head = await readHead(calls, key)
  const stands = head?.hasBody === true ? head.version : 0
  if (stands !== expectedVersion) throw conflict(key)
  return head
}

/** Writes a record and answers its version; throws `conflict(key)`. */
export async function writeRecord(
  calls: TableCalls,
  record: ObjectRecord,
  { expectedVersion, nonce, now }: WriteOptions,
): Promise<number> {
  const key = keyOf(record)
  const body = bodyProperties(encodeRecord(record))
  const head = await expectHead(calls, key, expectedVersion)
  const dueRow = await keepOrInsertDue(calls, record, { kept: head?.dueRow, nonce, now })
  const version = (head?.version ?? 0) + 1
  await swap(calls, head, {
    partitionKey: partitions.record,
    rowKey: escapeKey(key),
    key,
    version,
    nonce,
    ...body,
    ...(dueRow === undefined ? {} : { dueRow }),
  })
  if (head?.dueRow !== undefined && head.dueRow !== dueRow) await calls.remove(partitions.due, head.dueRow)
  return version
}

async function keepOrInsertDue(
  calls: TableCalls,
  record: ObjectRecord,
  { kept, nonce, now }: { kept: string | undefined; nonce: string; now: number },
): Promise<string | undefined> {
  const { dueAt } = record
  if (dueAt === undefined) return undefined
  const due = { key: keyOf(record), at: dueAt }
  if (kept !== undefined && Number.isInteger(dueAt) && kept.startsWith(dueRowOf(due, ''))) return kept
  return insertDue(calls, due, { nonce, now })
}

/** Leaves a tombstone in the place of a record; throws `conflict(key)`. */
export async function buryRecord(
  calls: TableCalls,
  key: string,
  { expectedVersion, nonce, now }: WriteOptions,
): Promise<void> {
  const head = await expectHead(calls, key, expectedVersion)
  if (head === undefined) return
  await swap(calls, head, {
    partitionKey: partitions.record,
    rowKey: escapeKey(key),
    key,
    version: head.version,
    nonce,
    parts: 0,
    deletedAt: String(now),
  })
  if (head.dueRow !== undefined) await calls.remove(partitions.due, head.dueRow)
}

/** The one write that counts. A condition that failed where our own nonce stands is our own write. */
async function swap(
  calls: TableCalls,
  head: Head | undefined,
  entity: { partitionKey: string; rowKey: string; key: string; nonce: string } & Record<
    string,
    string | number | Uint8Array
  >,
): Promise<void> {
  const outcome: WriteOutcome =
    head === undefined ? await calls.insert(entity) : await calls.replace(entity, head.etag)
  if (outcome === 'written') return
  const stands = await readHead(calls, entity.key)
  if (stands?.nonce !== entity.nonce) throw conflict(entity.key)
}
