import { PutItemCommand } from '@aws-sdk/client-dynamodb'
import { eventRetentionMs } from '../api/event.ts'
import type { ObjectEvent } from '../api/event.ts'
import { queryAll, textOf } from './dynamodb-call.ts'
import type { Connection, Item } from './dynamodb-call.ts'
import { eventLane, eventPartition, expiryOf, timelineIndex } from './dynamodb-table.ts'
import type { EventFilter } from './store.ts'

const dayMs = 24 * 3_600_000

/** How many events are written at once. */
const writesAtOnce = 10

/** Writes events, each once: the first one with an id stays. */
export async function appendEvents(connection: Connection, events: readonly ObjectEvent[]): Promise<void> {
  for (let i = 0; i < events.length; i += writesAtOnce)
    await Promise.all(events.slice(i, i + writesAtOnce).map((event) => appendOne(connection, event)))
}

async function appendOne({ client, calls }: Connection, event: ObjectEvent): Promise<void> {
  const command = {
    TableName: calls.table,
    Item: {
      pk: { S: eventPartition(event.key) },
      sk: { S: event.id },
      event: { S: JSON.stringify(event) },
      lane: { S: eventLane(event.at) },
      at: { N: String(event.at) },
      expiresAt: expiryOf(event.at + eventRetentionMs),
    },
    ConditionExpression: 'attribute_not_exists(pk)',
  }
  await calls.write(() => client.send(new PutItemCommand(command)))
}

/**
 * Events, newest first. Those of one object are few and read from its own partition; those of all are read from the
 * timeline, day by day backwards, no further than asked. The TTL takes an event away up to two days late, so its age is
 * looked at here too.
 */
export async function readEvents(
  connection: Connection,
  { key, since, limit = Number.POSITIVE_INFINITY }: EventFilter,
  now: number,
): Promise<ObjectEvent[]> {
  const after = Math.max(since ?? 0, now - eventRetentionMs)
  if (key !== undefined) return newestFirst(await eventsOf(connection, key, after)).slice(0, limit)
  const found: ObjectEvent[] = []
  // From tomorrow: the writer's clock may be ahead.
  for (let day = now + dayMs; eventLane(day) >= eventLane(after) && found.length < limit; day -= dayMs)
    found.push(
      ...newestFirst(await eventsInLane(connection, eventLane(day), { after, limit: limit - found.length })),
    )
  return found.slice(0, limit)
}

async function eventsOf(connection: Connection, key: string, after: number): Promise<ObjectEvent[]> {
  const items = await queryAll(connection, {
    ConsistentRead: true,
    KeyConditionExpression: '#pk = :pk',
    FilterExpression: '#at > :after',
    ExpressionAttributeNames: { '#pk': 'pk', '#at': 'at' },
    ExpressionAttributeValues: { ':pk': { S: eventPartition(key) }, ':after': { N: String(after) } },
  })
  return items.flatMap(eventIn)
}

async function eventsInLane(
  connection: Connection,
  lane: string,
  { after, limit }: { after: number; limit: number },
): Promise<ObjectEvent[]> {
  const items = await queryAll(
    connection,
    {
      IndexName: timelineIndex,
      ScanIndexForward: false,
      KeyConditionExpression: '#lane = :lane AND #at > :after',
      ExpressionAttributeNames: { '#lane': 'lane', '#at': 'at' },
      ExpressionAttributeValues: { ':lane': { S: lane }, ':after': { N: String(after) } },
      ...(Number.isFinite(limit) ? { Limit: Math.max(1, limit) } : {}),
    },
    (found) => found.length >= limit,
  )
  return items.flatMap(eventIn)
}

function eventIn(item: Item): ObjectEvent[] {
  const text = textOf(item['event'])
  return text === undefined ? [] : [JSON.parse(text) as ObjectEvent]
}

function newestFirst(events: ObjectEvent[]): ObjectEvent[] {
  return events.sort((a, b) => b.at - a.at || (a.id < b.id ? 1 : a.id > b.id ? -1 : 0))
}

/** True for the first who claims an id until its time; a claim of ours whose answer was lost is known by its nonce. */
export async function claimOnce(
  { client, calls }: Connection,
  id: string,
  { expiresAt, nonce, now }: { expiresAt: number; nonce: string; now: number },
): Promise<boolean> {
  const command = {
    TableName: calls.table,
    Item: {
      pk: { S: `claim#${id}` },
      sk: { S: 'claim' },
      nonce: { S: nonce },
      until: { N: String(expiresAt) },
      expiresAt: expiryOf(expiresAt),
    },
    ConditionExpression: 'attribute_not_exists(#pk) OR #until <= :now',
    ExpressionAttributeNames: { '#pk': 'pk', '#until': 'until' },
    ExpressionAttributeValues: { ':now': { N: String(now) } },
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
  }
  const outcome = await calls.write(() => client.send(new PutItemCommand(command)))
  return outcome.written || textOf(outcome.item?.['nonce']) === nonce
}
