import { Command } from 'commander'
import { formatDuration } from '../../api/duration.ts'
import { shortRevision } from '../../api/revision.ts'
import type { HistoryEntry } from '../../api/status.ts'
import { brief, formatAgo } from '../describe.ts'
import type { Io } from '../io.ts'
import { withStore } from '../open.ts'
import { outputOption, printData } from '../output.ts'
import { paintFor, type Paint } from '../paint.ts'
import { addNamespaceOption, addStoreOption, type ScopeOptions } from '../scope.ts'
import { referenceOf, requireRecord } from '../select.ts'
import { formatTable, type Cell } from '../table.ts'

interface HistoryOptions extends ScopeOptions {
  output?: 'wide' | 'json' | 'yaml'
  header: boolean
}

/** `headwater history KIND NAME` */
export function createHistoryCommand(io: Io): Command {
  const command = new Command('history')
    .description(
      'Shows the last operations of an object, newest first: what was applied, when, and how it ended.',
    )
    .argument('<object...>', 'KIND NAME or KIND/NAME')
    .option('--no-header', 'leave the line of column names out')
    .addOption(outputOption(['wide', 'json', 'yaml']))
    .addHelpText(
      'after',
      '\nExamples:\n  headwater history stack web -n eu\n  headwater history stack/web -n eu -o json',
    )
  addStoreOption(addNamespaceOption(command))
  return command.action((words: string[], options: HistoryOptions) => showHistory(words, options, io))
}

async function showHistory(words: string[], options: HistoryOptions, io: Io): Promise<void> {
  const reference = referenceOf(words, options)
  await withStore(io, options, async (store) => {
    const { record } = await requireRecord(store, reference)
    const history = record.status.history ?? []
    if (options.output === 'json' || options.output === 'yaml') return printData(io, options.output, history)
    if (history.length === 0) {
      io.stderr(`${reference.kind} ${reference.namespace}/${reference.name} has no finished operation yet\n`)
      return undefined
    }
    const isWide = options.output === 'wide'
    const headers = ['STARTED', 'REVISION', 'OUTCOME', 'TOOK', ...(isWide ? ['DIGEST'] : []), 'MESSAGE']
    const paint = paintFor(io)
    const rows = history.map((entry) => rowOf(entry, { paint, isWide, now: io.clock.now() }))
    io.stdout(formatTable(headers, rows, { noHeader: !options.header }))
    return undefined
  })
}

function rowOf(
  entry: HistoryEntry,
  { paint, isWide, now }: { paint: Paint; isWide: boolean; now: number },
): Cell[] {
  const started = Date.parse(entry.startedAt)
  return [
    formatAgo(started, now),
    shortRevision(entry.revision),
    { text: entry.outcome, paint: entry.outcome === 'Succeeded' ? paint.good : paint.bad },
    formatDuration(Date.parse(entry.finishedAt) - started),
    ...(isWide ? [entry.digest.slice(0, 12)] : []),
    brief(entry.message),
  ]
}
