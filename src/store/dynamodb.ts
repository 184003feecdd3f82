import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { awsClientConfig } from '../api/aws-client.ts'
import type { AwsLocation } from '../api/aws-client.ts'
import { conflict } from '../api/errors.ts'
import { keyOf } from '../api/record.ts'
import { createTableCalls, numberOf, queryAll, textOf } from './dynamodb-call.ts'
import type { Connection } from './dynamodb-call.ts'
import { appendEvents, claimOnce, readEvents } from './dynamodb-history.ts'
import { buryRecord, readRow, rowOf, writeRecord } from './dynamodb-record.ts'
import { allRecordPartitions, dueLane, ensureTable, timelineIndex } from './dynamodb-table.ts'
import { createOwnWrites } from './own-writes.ts'
import type { DueTime } from './own-writes.ts'
import { createReading } from './reading.ts'
import type { Row } from './reading.ts'
import type { Store, StorePorts } from './store.ts'

/** Which table, and where. */
export interface DynamodbStoreOptions extends StorePorts, AwsLocation {
  table: string
  /** Makes the table when it is missing. */
  create?: boolean
  /** Longest time for one call, in milliseconds; default 5,000. */
  requestTimeoutMs?: number
}

/**
 * A store in one DynamoDB table, for many processes anywhere. Records are read strongly consistent; only `due`,
 * `nextDueAt` and the events of all objects come from an index, which lags a little.
 */
export async function createDynamodbStore(options: DynamodbStoreOptions): Promise<Store> {
  const { table, clock, random } = options
  const client = new DynamoDBClient(awsClientConfig(options, options.requestTimeoutMs ?? 5_000))
  const connection: Connection = { client, calls: createTableCalls(table) }
  if (options.create === true) await ensureTable(client, table, clock)
  const reading = createReading(clock)
  const ownWrites = createOwnWrites(clock)

  const dueTimes = async (before: number, limit: number): Promise<DueTime[]> => {
    const quiet = new Set(reading.quiet())
    const found = await readDue(connection, before, limit + quiet.size + ownWrites.size())
    return ownWrites.overlay(found).filter(({ key, dueAt }) => dueAt <= before && !quiet.has(key))
  }

  return {
    get: async (key) => {
      const row = await readRow(connection, key)
      return row && reading.one(row)
    },
    put: async (record, expectedVersion) => {
      const nonce = random.uuid()
      const version = await writeRecord(connection, record, { expectedVersion, nonce })
      const key = keyOf(record)
      reading.forget(key)
      ownWrites.note(key, record.dueAt)
      return version
    },
    delete: async (key, expectedVersion) => {
      if (expectedVersion === 0) {
        if ((await readRow(connection, key)) !== undefined) throw conflict(key)
        return
      }
      await buryRecord(connection, key, { expectedVersion, nonce: random.uuid(), now: clock.now() })
      reading.forget(key)
      ownWrites.note(key, undefined)
    },
    list: async (prefix) => reading.readable(await readRows(connection, prefix)),
    unreadable: async (prefix) => reading.unreadable(await readRows(connection, prefix)),
    due: async (before, limit) => (await dueTimes(before, limit)).slice(0, limit).map(({ key }) => key),
    nextDueAt: async () => reading.nextDueAt((await dueTimes(Number.MAX_SAFE_INTEGER, 1))[0]?.dueAt),
    append: (events) => appendEvents(connection, events),
    events: (filter) => readEvents(connection, filter, clock.now()),
    claim: (id, expiresAt) =>
      claimOnce(connection, id, { expiresAt, nonce: random.uuid(), now: clock.now() }),
    close: async () => client.destroy(),
  }
}

async function readRows(connection: Connection, prefix: string): Promise<Row[]> {
  const partitions = await Promise.all(
    allRecordPartitions.map((partition) =>
      queryAll(connection, {
        ConsistentRead: true,
        KeyConditionExpression: prefix === '' ? '#pk = :pk' : '#pk = :pk AND begins_with(#sk, :prefix)',
        FilterExpression: 'attribute_exists(#body)',
        ExpressionAttributeNames: { '#pk': 'pk', '#body': 'body', ...(prefix === '' ? {} : { '#sk': 'sk' }) },
        ExpressionAttributeValues: {
          ':pk': { S: partition },
          ...(prefix === '' ? {} : { ':prefix': { S: prefix } }),
        },
      }),
    ),
  )
  return partitions
    .flat()
    .flatMap((item) => rowOf(item) ?? [])
    .sort((a, b) => (a.key < b.key ? -1 : 1))
}

async function readDue(connection: Connection, before: number, limit: number): Promise<DueTime[]> {
  const items = await queryAll(
    connection,
    {
      IndexName: timelineIndex,
      KeyConditionExpression: '#lane = :lane AND #at <= :before',
      ExpressionAttributeNames: { '#lane': 'lane', '#at': 'at' },
      ExpressionAttributeValues: { ':lane': { S: dueLane }, ':before': { N: String(before) } },
      Limit: limit,
    },
    (found) => found.length >= limit,
  )
  return items.flatMap((item) => {
    const key = textOf(item['sk'])
    const dueAt = numberOf(item['at'])
    return key === undefined || dueAt === undefined ? [] : [{ key, dueAt }]
  })
}
