import { CreateTableCommand, DescribeTableCommand, UpdateTimeToLiveCommand } from '@aws-sdk/client-dynamodb'
import type { AttributeValue, CreateTableCommandInput, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { fromAwsError, awsErrorName } from '../api/aws-error.ts'
import type { Clock } from '../api/clock.ts'
import { transient } from '../api/errors.ts'

/**
 * One table for everything. `infra/aws` and `serverless.yml` declare the same.
 *
 * | item | pk | sk | more |
 * |---|---|---|---|
 * | record | `record#<0–3>` | the key | `version`, `nonce`, `body`; `lane = due` and `at = dueAt` when it has one |
 * | deleted record | as before | as before | `version`, `nonce`, `expiresAt` |
 * | event | `event#<object's key>` | the event's id | `event`, `lane = event#<UTC day>`, `at`, `expiresAt` |
 * | claim | `claim#<id>` | `claim` | `until`, `nonce`, `expiresAt` |
 *
 * `timeline` is a sparse index over `lane` and `at`: it holds what can become due, and events by day. A partition takes
 * 1,000 write units a second; records are spread over four, while 10,000 objects that are looked at every ten minutes
 * write the index's `due` lane 17 times a second, so one is enough. `expiresAt` is the table's TTL, in seconds.
 */
export const timelineIndex = 'timeline'

/** The lane of the timeline in which records wait for their time. */
export const dueLane = 'due'

/** Part of every stored key: never to be changed. */
const recordPartitions = 4

/** The partition key of a record. */
export function recordPartition(key: string): string {
  // FNV-1a, 32 bit: spreads keys that differ in their last letters only.
  let hash = 0x811c9dc5
  for (const byte of Buffer.from(key)) hash = Math.imul(hash ^ byte, 0x01000193)
  return `record#${(hash >>> 0) % recordPartitions}`
}

/** All partition keys that hold records. */
export const allRecordPartitions = Array.from({ length: recordPartitions }, (_, i) => `record#${i}`)

/** The partition key of an object's events. */
export function eventPartition(key: string): string {
  return `event#${key}`
}

/** The lane of the events of one day, for a time in milliseconds since the epoch. */
export function eventLane(atMs: number): string {
  return `event#${new Date(atMs).toISOString().slice(0, 10)}`
}

/** A time in milliseconds as the TTL attribute wants it: seconds, not earlier than it. */
export function expiryOf(atMs: number): AttributeValue {
  return { N: String(Math.ceil(atMs / 1000)) }
}

/** The table's definition, for `CreateTable`. */
export function tableDefinition(table: string): CreateTableCommandInput {
  return {
    TableName: table,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [
      { AttributeName: 'pk', AttributeType: 'S' },
      { AttributeName: 'sk', AttributeType: 'S' },
      { AttributeName: 'lane', AttributeType: 'S' },
      { AttributeName: 'at', AttributeType: 'N' },
    ],
    KeySchema: [
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ],
    GlobalSecondaryIndexes: [
      {
        IndexName: timelineIndex,
        KeySchema: [
          { AttributeName: 'lane', KeyType: 'HASH' },
          { AttributeName: 'at', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['event'] },
      },
    ],
  }
}

/** Longest wait for a new table to become usable, in milliseconds. */
const tableTimeoutMs = 60_000

/**
 * Makes the table with its index and TTL if there is none, and waits until it can be used. For trying things out and for
 * tests: an installation has its table from a template.
 */
export async function ensureTable(client: DynamoDBClient, table: string, clock: Clock): Promise<void> {
  const describe = async () => {
    try {
      return (await client.send(new DescribeTableCommand({ TableName: table }))).Table?.TableStatus
    } catch (error) {
      if (awsErrorName(error) === 'ResourceNotFoundException') return 'MISSING'
      throw error
    }
  }
  try {
    if ((await describe()) === 'ACTIVE') return
    await client.send(new CreateTableCommand(tableDefinition(table))).catch((error: unknown) => {
      // Another process was quicker.
      if (awsErrorName(error) !== 'ResourceInUseException') throw error
    })
    const until = clock.now() + tableTimeoutMs
    while ((await describe()) !== 'ACTIVE') {
      if (clock.now() >= until) throw transient('Unavailable', `the table ${table} is still being made`)
      await clock.sleep(500)
    }
    const ttl = { AttributeName: 'expiresAt', Enabled: true }
    await client.send(new UpdateTimeToLiveCommand({ TableName: table, TimeToLiveSpecification: ttl }))
  } catch (error) {
    throw fromAwsError(error, `table ${table}`)
  }
}
