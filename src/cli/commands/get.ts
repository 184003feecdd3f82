import { Command } from 'commander'
import type { ObjectRecord } from '../../api/record.ts'
import { displayKey } from '../../api/reference.ts'
import type { Store } from '../../store/store.ts'
import { exitCodes, usageError } from '../exit.ts'
import { printable } from '../io.ts'
import type { Io } from '../io.ts'
import { toList, toManifest } from '../manifest.ts'
import { listObjects } from '../objects.ts'
import { withStore } from '../open.ts'
import { outputOption, printData, type OutputFormat } from '../output.ts'
import { addScopeOptions, addStoreOption, type ScopeOptions } from '../scope.ts'
import { parseSelector, type StatusSelector } from '../status-selector.ts'
import { formatTable } from '../table.ts'
import { objectColumns } from '../columns.ts'
import { kindOf } from '../select.ts'
import { sourceColumns } from '../source-columns.ts'
import { watchObjects } from '../watch.ts'

/** Options of `get`. */
export interface GetOptions extends ScopeOptions {
  output?: OutputFormat
  watch?: boolean
  header: boolean
  statusSelector?: string
}

/** `headwater get [KIND] [NAME…]` */
export function createGetCommand(io: Io): Command {
  const command = new Command('get')
    .description('Shows what there is: every object, or those of a kind, and whether it is Ready.')
    .argument('[kind]', 'all (default), or a kind: stacks, ks, sources; also KIND/NAME')
    .argument('[name...]', 'only these')
    .addOption(outputOption())
    .option('-w, --watch', 'keep watching and print what changes, until ctrl-c')
    .option('--no-header', 'leave the line of column names out')
    .option(
      '--status-selector <condition>',
      'only objects of which this is true: ready=false, drifted=true, suspended=true',
    )
    .addHelpText('after', help)
  addStoreOption(addScopeOptions(command))
  return command.action((kind: string | undefined, names: string[], options: GetOptions) =>
    get(kind, names, options, io),
  )
}

const help = `
Examples:
  headwater get all -A
  headwater get stacks -n eu -w
  headwater get sources -A -o wide
  headwater get stack web -n eu -o yaml
  headwater get all -A --status-selector ready=false --no-header -o name

Exit codes: 0 printed, 1 a named object does not exist, 2 could not look.`

async function get(kind: string | undefined, names: string[], options: GetOptions, io: Io): Promise<void> {
  const selector = parseSelector(options.statusSelector)
  const { output = 'table' } = options
  const isData = output === 'json' || output === 'yaml'
  if (options.watch && (isData || output === 'name'))
    throw usageError('--watch draws a table; leave -o json, yaml and name out')
  await withStore(io, options, async (store) => {
    const query = { kind, names, scope: options, selector }
    const records = await listObjects(store, query, io.clock.now())
    if (names.length === 0) await sayUnreadable(store, io)
    if (isData) {
      const [only] = records
      const isOne = names.length === 1 || (kind?.includes('/') === true && names.length === 0)
      await printData(io, output, isOne && only !== undefined ? toManifest(only) : toList(records))
      return
    }
    if (output === 'name') {
      io.stdout(records.map((record) => `${nameLine(record, options)}\n`).join(''))
      return
    }
    const shape = { io, isWide: output === 'wide', hasNamespace: options.allNamespaces === true }
    const columns = isSources(kind) ? sourceColumns(shape) : objectColumns({ ...shape, hasKind: isAll(kind) })
    if (records.length === 0 && !options.watch) {
      await sayNothing(
        io,
        await listObjects(store, { kind, names: [], scope: { allNamespaces: true } }, 0),
        options,
        selector,
      )
      return
    }
    const rows = records.map((record) => columns.row(record, io.clock.now()))
    io.stdout(formatTable(columns.headers, rows, { noHeader: !options.header }))
    if (options.watch) await watchObjects({ io, store, query, columns, records, noHeader: !options.header })
  })
}

/** A record that cannot be read is no row, but never hidden. */
async function sayUnreadable(store: Store, io: Io): Promise<void> {
  for (const { key, message } of await store.unreadable('')) {
    io.stderr(`${printable(displayKey(key))} cannot be shown: ${printable(message)}\n`)
  }
}

function isAll(kind: string | undefined): boolean {
  return kind === undefined || kind === 'all'
}

/** Sources have columns of their own. */
function isSources(kind: string | undefined): boolean {
  return kind !== undefined && !isAll(kind) && kindOf(kind.split('/')[0] ?? kind).kind === 'GitRepository'
}

function nameLine(record: ObjectRecord, { allNamespaces }: GetOptions): string {
  const kind = record.kind.toLowerCase()
  return allNamespaces ? `${kind}/${record.namespace}/${record.name}` : `${kind}/${record.name}`
}

async function sayNothing(
  io: Io,
  everywhere: readonly { namespace: string }[],
  options: GetOptions,
  selector: StatusSelector | undefined,
): Promise<void> {
  const namespaces = [...new Set(everywhere.map(({ namespace }) => namespace))]
  if (everywhere.length === 0) {
    io.stderr('no objects; headwater run follows a repository, headwater demo shows how that looks\n')
  } else if (selector !== undefined) {
    io.stderr(`no object with ${selector.text}\n`)
  } else if (!options.allNamespaces) {
    const where = options.namespace ?? 'default'
    io.stderr(`no objects in namespace ${where}; there are some in ${namespaces.join(', ')} (-A shows all)\n`)
  }
  io.exitWith(exitCodes.ok)
}
