import { eventRetentionMs } from '../api/event.ts'
import type { ObjectEvent } from '../api/event.ts'
import type { Entity, TableCalls } from './azure-table-call.ts'
import { descendingTime, escapeKey, eventPartition, partitions, rangeFilter } from './azure-table-layout.ts'
import type { EventFilter } from './store.ts'

/** How many events are written at once. */
const writesAtOnce = 10

/** Writes events, each once: the first one with an id stays. */
export async function appendEvents(calls: TableCalls, events: readonly ObjectEvent[]): Promise<void> {
  for (let i = 0; i < events.length; i += writesAtOnce)
    await Promise.all(events.slice(i, i + writesAtOnce).map((event) => appendOne(calls, event)))
}

/** The object's own copy decides; its place in the timeline is made from that, also by one who comes a second time. */
async function appendOne(calls: TableCalls, event: ObjectEvent): Promise<void> {
  const own = { partitionKey: eventPartition(event.key), rowKey: escapeKey(event.id) }
  const outcome = await calls.insert({ ...own, event: JSON.stringify(event) })
  const stands = outcome === 'exists' ? eventIn(await calls.get(own.partitionKey, own.rowKey))[0] : event
  if (stands === undefined) return
  await calls.insert({
    partitionKey: partitions.timeline,
    rowKey: timelineRow(stands),
    event: JSON.stringify(stands),
  })
}

function timelineRow({ at, key, id }: ObjectEvent): string {
  return `${descendingTime(at)}:${escapeKey(id)}:${escapeKey(key)}`
}

/** Events, newest first: of one object from its own partition, of all from the timeline, no further than asked. */
export async function readEvents(
  calls: TableCalls,
  { key, since, limit = Number.POSITIVE_INFINITY }: EventFilter,
  now: number,
): Promise<ObjectEvent[]> {
  const after = Math.max(since ?? 0, now - eventRetentionMs)
  const found: ObjectEvent[] = []
  const filter =
    key === undefined
      ? rangeFilter(partitions.timeline, '', descendingTime(after))
      : rangeFilter(eventPartition(key), '', '')
  for await (const page of calls.pages(filter)) {
    found.push(...page.flatMap(eventIn).filter(({ at }) => at > after))
    // Only the timeline is in the order of time; a moment that a page cuts in two is read to its end.
    if (key === undefined && found.length >= limit && found.at(-1)?.at !== found[limit - 1]?.at) break
  }
  return found.sort((a, b) => b.at - a.at || (a.id < b.id ? 1 : a.id > b.id ? -1 : 0)).slice(0, limit)
}

function eventIn(entity: Entity | undefined): ObjectEvent[] {
  const text = entity?.['event']
  return typeof text === 'string' ? [JSON.parse(text) as ObjectEvent] : []
}

/** True for the first who claims an id until its time; a claim of ours whose answer was lost is known by its nonce. */
export async function claimOnce(
  calls: TableCalls,
  id: string,
  { expiresAt, nonce, now }: { expiresAt: number; nonce: string; now: number },
): Promise<boolean> {
  const entity = { partitionKey: partitions.claim, rowKey: escapeKey(id), until: String(expiresAt), nonce }
  if ((await calls.insert(entity)) === 'written') return true
  const stands = await calls.get(partitions.claim, entity.rowKey)
  if (stands?.['nonce'] === nonce) return true
  if (stands === undefined || Number(stands['until']) > now) return false
  if ((await calls.replace(entity, stands.etag)) === 'written') return true
  return (await calls.get(partitions.claim, entity.rowKey))?.['nonce'] === nonce
}
