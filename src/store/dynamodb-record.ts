import { GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb'
import type { UpdateItemCommandInput } from '@aws-sdk/client-dynamodb'
import { conflict } from '../api/errors.ts'
import { keyOf } from '../api/record.ts'
import type { ObjectRecord } from '../api/record.ts'
import { encodeRecord } from './codec.ts'
import { numberOf, textOf } from './dynamodb-call.ts'
import type { Connection, Item } from './dynamodb-call.ts'
import { dueLane, expiryOf, recordPartition } from './dynamodb-table.ts'
import type { Row } from './reading.ts'

/** How long the last version of a deleted key is remembered, in milliseconds: far longer than any step lasts. */
const tombstoneRetentionMs = 7 * 24 * 3_600_000

/*
 * A record is written under compare-and-swap, and every write leaves its own nonce:
 *
 *   writer A   get v7 ── put(v7, nonce a) ─✕ answer lost        put(v7, nonce a) ─▶ condition fails: v8 stands, nonce a
 *   table      v7 ──────────────────────▶ v8, nonce a ───────────────────────────▶ v8: that was us, success
 *
 *   writer A   get v7 ── put(v7, nonce a) ─✕ lost on the way    put(v7, nonce a) ─▶ condition fails: v8 stands, nonce b
 *   writer B   get v7 ──────────────────── put(v7, nonce b) ─▶ v8: success
 *   table      v7 ────────────────────────▶ v8, nonce b ─────────────────────────▶ v8: somebody else, conflict
 *
 *   deleter    delete(v8, nonce d) ─▶ v8 without a body: a tombstone. The next create goes on with v9, so that
 *   sleeper    who still holds v1 … v8 loses. The TTL takes tombstones away after a week.
 *
 * A repeated write that arrives late finds its version gone and does nothing.
 */
const clauses = {
  /** There is no record: nothing was ever there, or a tombstone is. */
  recordIsAbsent: 'attribute_not_exists(#body)',
  recordIsPresent: 'attribute_exists(#body)',
  versionIsExpected: '#version = :expected',
}

const createCondition = clauses.recordIsAbsent
const changeCondition = `${clauses.recordIsPresent} AND ${clauses.versionIsExpected}`

const names = {
  '#version': 'version',
  '#nonce': 'nonce',
  '#body': 'body',
  '#lane': 'lane',
  '#at': 'at',
  '#expiresAt': 'expiresAt',
}

function primaryKey(key: string): Item {
  return { pk: { S: recordPartition(key) }, sk: { S: key } }
}

/** A record's item as the driver reads it; undefined for nothing and for a tombstone. */
export function rowOf(item: Item | undefined): Row | undefined {
  const key = textOf(item?.['sk'])
  const body = textOf(item?.['body'])
  const version = numberOf(item?.['version'])
  return key === undefined || body === undefined || version === undefined ? undefined : { key, version, body }
}

/** Strongly consistent. */
export async function readRow({ client, calls }: Connection, key: string): Promise<Row | undefined> {
  const command = { TableName: calls.table, Key: primaryKey(key), ConsistentRead: true }
  const answer = await calls.send(() => client.send(new GetItemCommand(command)))
  return rowOf(answer.Item)
}

/** Writes a record and answers its version; throws `conflict(key)`. */
export async function writeRecord(
  connection: Connection,
  record: ObjectRecord,
  { expectedVersion, nonce }: { expectedVersion: number; nonce: string },
): Promise<number> {
  const key = keyOf(record)
  const isNew = expectedVersion === 0
  const { dueAt } = record
  const set = ['#version = if_not_exists(#version, :zero) + :one', '#nonce = :nonce', '#body = :body']
  // A record that comes back after a deletion must lose the tombstone's TTL, or it would vanish with it.
  const remove = ['#expiresAt']
  if (dueAt === undefined) remove.push('#lane', '#at')
  else set.push('#lane = :lane', '#at = :at')
  const stands = await update(connection, key, nonce, {
    UpdateExpression: `SET ${set.join(', ')} REMOVE ${remove.join(', ')}`,
    ConditionExpression: isNew ? createCondition : changeCondition,
    ExpressionAttributeValues: {
      ':zero': { N: '0' },
      ':one': { N: '1' },
      ':nonce': { S: nonce },
      ':body': { S: encodeRecord(record) },
      ...(dueAt === undefined ? {} : { ':lane': { S: dueLane }, ':at': { N: String(dueAt) } }),
      ...(isNew ? {} : { ':expected': { N: String(expectedVersion) } }),
    },
    // What a tombstone counted; asking for the new values would send the body back.
    ReturnValues: isNew ? 'UPDATED_OLD' : 'NONE',
  })
  return (stands.before ?? expectedVersion) + 1
}

/** Leaves a tombstone in the place of a record; throws `conflict(key)`. */
export async function buryRecord(
  connection: Connection,
  key: string,
  { expectedVersion, nonce, now }: { expectedVersion: number; nonce: string; now: number },
): Promise<void> {
  await update(connection, key, nonce, {
    UpdateExpression: 'SET #nonce = :nonce, #expiresAt = :expiresAt REMOVE #body, #lane, #at',
    ConditionExpression: changeCondition,
    ExpressionAttributeValues: {
      ':nonce': { S: nonce },
      ':expiresAt': expiryOf(now + tombstoneRetentionMs),
      ':expected': { N: String(expectedVersion) },
    },
  })
}

type RecordUpdate = Pick<
  UpdateItemCommandInput,
  'UpdateExpression' | 'ConditionExpression' | 'ExpressionAttributeValues' | 'ReturnValues'
>

/**
 * One conditional update. Answers the version that stood before it, as far as that is known. A failed condition that
 * shows our own nonce is our own write.
 */
async function update(
  { client, calls }: Connection,
  key: string,
  nonce: string,
  input: RecordUpdate,
): Promise<{ before: number | undefined }> {
  const command = {
    ...input,
    TableName: calls.table,
    Key: primaryKey(key),
    ExpressionAttributeNames: names,
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
  }
  const outcome = await calls.write(() => client.send(new UpdateItemCommand(command)))
  if (outcome.written) return { before: numberOf(outcome.attributes['version']) }
  if (textOf(outcome.item?.['nonce']) !== nonce) throw conflict(key)
  const landed = numberOf(outcome.item?.['version'])
  return { before: landed === undefined ? undefined : landed - 1 }
}
