import { eventRetentionMs } from '../api/event.ts'
import type { ObjectEvent } from '../api/event.ts'
import type { Entity, TableCalls } from './azure-table-call.ts'
import { descendingTime, escapeKey, eventPartition, partitions, rangeFilter } from './azure-table-layout.ts'

/** How often the table is swept, by whichever process comes first, in milliseconds. */
export const sweepEveryMs = 6 * 3_600_000

/** How long the last version of a deleted key is remembered, in milliseconds: far longer than any step lasts. */
const tombstoneRetentionMs = 7 * 24 * 3_600_000

/** Most entities that one sweep takes away of each sort; the rest is the next one's. */
const maxRemoved = 2_000

const removalsAtOnce = 20

/**
 * Takes away what has had its time: events and tombstones after seven days, claims after their own. A table does not do so
 * itself. Every removal names the ETag that was read, so nothing that came back goes.
 */
export async function sweepTable(calls: TableCalls, now: number): Promise<void> {
  const oldest = rangeFilter(partitions.timeline, descendingTime(now - eventRetentionMs), '')
  await removeAll(calls, oldest, () => true, ownCopyOf)
  await removeAll(calls, rangeFilter(partitions.claim, '', ''), ({ until }) => Number(until) <= now)
  await removeAll(
    calls,
    `${rangeFilter(partitions.record, '', '')} and parts eq 0`,
    ({ deletedAt }) => Number(deletedAt) <= now - tombstoneRetentionMs,
  )
}

/** The object's own copy of an event goes before its place in the timeline, by which it is found. */
async function ownCopyOf(calls: TableCalls, entity: Entity): Promise<void> {
  const { key, id } = JSON.parse(String(entity['event'])) as ObjectEvent
  await calls.remove(eventPartition(key), escapeKey(id))
}

async function removeAll(
  calls: TableCalls,
  filter: string,
  isOver: (entity: Entity) => boolean,
  before?: (calls: TableCalls, entity: Entity) => Promise<void>,
): Promise<void> {
  let removed = 0
  for await (const page of calls.pages(filter)) {
    const over = page.filter(isOver).slice(0, maxRemoved - removed)
    for (let i = 0; i < over.length; i += removalsAtOnce)
      await Promise.all(
        over.slice(i, i + removalsAtOnce).map(async (entity) => {
          await before?.(calls, entity)
          await calls.remove(String(entity.partitionKey), String(entity.rowKey), entity.etag)
        }),
      )
    removed += over.length
    if (removed >= maxRemoved) return
  }
}
