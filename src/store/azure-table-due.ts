import type { Entity, TableCalls } from './azure-table-call.ts'
import { ascendingTime, escapeKey, partitions, rangeFilter } from './azure-table-layout.ts'

/** A key and when it is due. */
export interface DueEntry {
  key: string
  /** Milliseconds since the epoch. */
  at: number
}

/** A due entity that no record names is taken away when it is older than this, in milliseconds: no write takes so long. */
const strayAfterMs = 3_600_000

/** How many records are looked at at once. */
const readsAtOnce = 20

/** The row key of a due entity: what is due first comes first. Pure. */
export function dueRowOf({ key, at }: DueEntry, nonce: string): string {
  return `${ascendingTime(at)}:${escapeKey(key)}:${nonce}`
}

/** Writes a due entity of this write alone and answers its row key. */
export async function insertDue(
  calls: TableCalls,
  due: DueEntry,
  { nonce, now }: { nonce: string; now: number },
): Promise<string> {
  const rowKey = dueRowOf(due, nonce)
  // `exists` is our own insert whose answer was lost: nobody else has this nonce.
  await calls.insert({
    partitionKey: partitions.due,
    rowKey,
    key: due.key,
    at: String(due.at),
    madeAt: String(now),
  })
  return rowKey
}

/** What reading the index needs. */
export interface DueQuery {
  before: number
  limit: number
  now: number
  /** Keys that are left out. */
  quiet: ReadonlySet<string>
  /** The due entity that a key's record names now. */
  currentRow: (key: string) => Promise<string | undefined>
}

/** What is due, the longest due first: a range of the index, each entry checked against its record. */
export async function readDue(calls: TableCalls, query: DueQuery): Promise<DueEntry[]> {
  const { before, limit, quiet } = query
  if (before < 0 || limit < 1) return []
  const found: DueEntry[] = []
  const filter = rangeFilter(partitions.due, '', ascendingTime(before))
  for await (const page of calls.pages(filter, { pageSize: Math.min(limit + quiet.size + 1, 1000) })) {
    const wanted = page.flatMap((entity) => {
      const entry = entryOf(entity)
      return entry.at > before || quiet.has(entry.key) ? [] : [{ ...entry, row: entity.rowKey ?? '' }]
    })
    found.push(...(await currentOnes(calls, wanted, query)))
    if (found.length >= limit) break
  }
  return found.sort((a, b) => a.at - b.at).slice(0, limit)
}

interface IndexEntry extends DueEntry {
  row: string
  madeAt: number
}

function entryOf(entity: Entity): Omit<IndexEntry, 'row'> {
  return { key: String(entity['key']), at: Number(entity['at']), madeAt: Number(entity['madeAt']) }
}

/** Those that their records name; strays go, once they are old. */
async function currentOnes(
  calls: TableCalls,
  entries: readonly IndexEntry[],
  { currentRow, now }: DueQuery,
): Promise<DueEntry[]> {
  const current: DueEntry[] = []
  for (let i = 0; i < entries.length; i += readsAtOnce) {
    const some = entries.slice(i, i + readsAtOnce)
    const rows = await Promise.all(some.map(({ key }) => currentRow(key)))
    for (const [n, { key, at, row, madeAt }] of some.entries()) {
      if (rows[n] === row) current.push({ key, at })
      else if (madeAt < now - strayAfterMs) await calls.remove(partitions.due, row)
    }
  }
  return current
}
