import { Command, InvalidArgumentError } from 'commander'
import type { ObjectEvent } from '../../api/event.ts'
import { formatKey, parseKey } from '../../api/reference.ts'
import type { Store } from '../../store/store.ts'
import { brief, formatAge } from '../describe.ts'
import type { Io } from '../io.ts'
import { withStore } from '../open.ts'
import { outputOption, printData } from '../output.ts'
import { paintFor } from '../paint.ts'
import { addScopeOptions, addStoreOption, type ScopeOptions } from '../scope.ts'
import { isInScope, referenceOf } from '../select.ts'
import { formatTable, tableWidths, type Cell } from '../table.ts'
import { usageError } from '../exit.ts'
import { pause, watchIntervalMs } from '../watch.ts'

interface EventsOptions extends ScopeOptions {
  for?: string
  watch?: boolean
  header: boolean
  limit: number
  types?: string
  output?: 'json' | 'yaml'
}

/** `headwater events` */
export function createEventsCommand(io: Io): Command {
  const command = new Command('events')
    .description('Shows what happened, newest first. Events are kept for seven days.')
    .option('--for <kind/name>', 'only those of one object')
    .option('-w, --watch', 'oldest first, and go on with what happens, until ctrl-c')
    .option('--types <type>', 'only Normal or Warning')
    .option('--limit <count>', 'at most this many', count, 100)
    .option('--no-header', 'leave the line of column names out')
    .addOption(outputOption(['json', 'yaml']))
    .addHelpText('after', help)
  addStoreOption(addScopeOptions(command))
  return command.action((options: EventsOptions) => showEvents(options, io))
}

const help = `
Examples:
  headwater events -A
  headwater events --for stack/web -n eu
  headwater events -A --types Warning -w`

async function showEvents(options: EventsOptions, io: Io): Promise<void> {
  const key = options.for === undefined ? undefined : formatKey(referenceOf([options.for], options))
  const wanted = wantedBy(options, key)
  if (options.watch && options.output) throw usageError('--watch draws a table; leave -o out')
  await withStore(io, options, async (store) => {
    const events = await readEvents(store, { key, wanted, limit: options.limit })
    if (options.output !== undefined) {
      const items = events.map(({ at, ...event }) => ({ ...event, at: new Date(at).toISOString() }))
      return printData(io, options.output, items)
    }
    if (events.length === 0 && !options.watch) {
      io.stderr(
        `no events${key === undefined && !options.allNamespaces ? ' in this namespace (-A looks into all)' : ''}\n`,
      )
      return undefined
    }
    const headers = ['LAST SEEN', 'TYPE', 'REASON', ...(key === undefined ? ['OBJECT'] : []), 'MESSAGE']
    const row = (event: ObjectEvent) =>
      rowOf(event, { io, now: io.clock.now(), hasObject: key === undefined, options })
    const ordered = options.watch ? events.toReversed() : events
    const rows = ordered.map(row)
    io.stdout(formatTable(headers, rows, { noHeader: !options.header }))
    if (!options.watch) return undefined

    let widths = tableWidths(headers, rows)
    let seen = new Set(events.map(({ id }) => id))
    while (await pause(io, watchIntervalMs)) {
      const latest = await readEvents(store, { key, wanted, limit: 200 })
      const fresh = latest
        .filter(({ id }) => !seen.has(id))
        .toReversed()
        .map(row)
      widths = tableWidths(headers, fresh, { widths })
      if (fresh.length > 0) io.stdout(formatTable(headers, fresh, { noHeader: true, widths }))
      seen = new Set([...seen, ...latest.map(({ id }) => id)])
    }
    return undefined
  })
}

function wantedBy(options: EventsOptions, key: string | undefined): (event: ObjectEvent) => boolean {
  const type = options.types?.toLowerCase()
  return (event) => {
    const isInPlace = key !== undefined || isInScope(parseKey(event.key), options)
    return isInPlace && (type === undefined || event.type.toLowerCase() === type)
  }
}

/** The newest events that are wanted: the store knows only keys, so it is asked for more until there are enough. */
async function readEvents(
  store: Store,
  { key, wanted, limit }: { key: string | undefined; wanted: (event: ObjectEvent) => boolean; limit: number },
): Promise<ObjectEvent[]> {
  const pageLimit = 10_000
  const events = await store.events({
    ...(key === undefined ? {} : { key }),
    limit: key === undefined ? pageLimit : limit * 4,
  })
  return events.filter(wanted).slice(0, limit)
}

function rowOf(
  event: ObjectEvent,
  { io, now, hasObject, options }: { io: Io; now: number; hasObject: boolean; options: EventsOptions },
): Cell[] {
  const paint = paintFor(io)
  const { kind, namespace, name } = parseKey(event.key)
  const object = options.allNamespaces
    ? `${kind.toLowerCase()}/${namespace}/${name}`
    : `${kind.toLowerCase()}/${name}`
  return [
    formatAge(event.at, now),
    event.type === 'Warning' ? { text: event.type, paint: paint.bad } : event.type,
    event.reason,
    ...(hasObject ? [object] : []),
    brief(event.message),
  ]
}

/** A number of things, at least one. */
function count(text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('write a whole number, 1 or more')
  return value
}
