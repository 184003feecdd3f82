import { keyOf, type ObjectRecord } from '../api/record.ts'
import type { Store } from '../store/store.ts'
import type { ObjectColumns } from './columns.ts'
import type { Io } from './io.ts'
import { listObjects, type ObjectQuery } from './objects.ts'
import { formatTable, tableWidths, type Cell } from './table.ts'

/** How often a watched store is looked at, in milliseconds. */
export const watchIntervalMs = 1000

/** Prints a line for every object whose line changed, until the signal aborts. What is gone gets a last line. */
export async function watchObjects(options: {
  io: Io
  store: Store
  query: ObjectQuery
  columns: ObjectColumns
  records: readonly ObjectRecord[]
  noHeader: boolean
}): Promise<void> {
  const { io, store, query, columns } = options
  // Rows are compared as they read at one moment: an age that grows is no change.
  const startedAt = io.clock.now()
  const linesOf = (records: readonly ObjectRecord[]) =>
    new Map(
      records.map((record) => [keyOf(record), { record, text: textOf(columns.row(record, startedAt)) }]),
    )
  let shown = linesOf(options.records)
  const drawn = options.records.map((record) => columns.row(record, startedAt))
  let widths = tableWidths(columns.headers, drawn, { noHeader: options.noHeader })
  // A named object may be deleted while it is watched: that is a line, not an error.
  while (await pause(io, watchIntervalMs)) {
    const now = io.clock.now()
    const records = await listObjects(store, { ...query, kind: query.kind?.split('/')[0], names: [] }, now)
    const next = linesOf(records.filter((record) => shown.has(keyOf(record)) || isAsked(query, record)))
    const changed = [...next]
      .filter(([key, { text }]) => shown.get(key)?.text !== text)
      .map(([, { record }]) => columns.row(record, now))
    const gone = [...shown]
      .filter(([key]) => !next.has(key))
      .map(([, { record }]): Cell[] => [...columns.row(record, now).slice(0, -1), 'gone'])
    const rows = [...changed, ...gone]
    widths = tableWidths(columns.headers, rows, { noHeader: true, widths })
    if (rows.length > 0) io.stdout(formatTable(columns.headers, rows, { noHeader: true, widths }))
    shown = next
  }
}

function isAsked({ kind, names }: ObjectQuery, record: ObjectRecord): boolean {
  if (names.length > 0) return names.includes(record.name)
  const [, ...rest] = kind?.split('/') ?? []
  return rest.length === 0 || rest.at(-1) === record.name
}

/** Sleeps; false when the person had enough. */
export async function pause(io: Pick<Io, 'clock' | 'signal'>, ms: number): Promise<boolean> {
  try {
    await io.clock.sleep(ms, io.signal)
    return io.signal?.aborted !== true
  } catch (error) {
    if (io.signal?.aborted === true) return false
    throw error
  }
}

/** A row as one text. */
function textOf(row: readonly Cell[]): string {
  return JSON.stringify(row.map((cell) => (typeof cell === 'string' ? cell : cell.text)))
}
