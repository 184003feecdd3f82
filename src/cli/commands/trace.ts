import { Command } from 'commander'
import type { Io } from '../io.ts'
import { withStore } from '../open.ts'
import { outputOption, printData } from '../output.ts'
import { paintFor } from '../paint.ts'
import { addNamespaceOption, addStoreOption, type ScopeOptions } from '../scope.ts'
import { listRecords, referenceOf, requireRecord } from '../select.ts'
import { traceLines, traceOf } from '../trace.ts'

/** `headwater trace KIND NAME` */
export function createTraceCommand(io: Io): Command {
  const command = new Command('trace')
    .description(
      'Shows where an object comes from (file, line, commit, author), what applied it, what it depends on and who waits for it.',
    )
    .argument('<object...>', 'KIND NAME or KIND/NAME')
    .addOption(outputOption(['json', 'yaml']))
    .addHelpText(
      'after',
      '\nExamples:\n  headwater trace stack web -n eu\n  headwater trace stack/web -n eu -o json',
    )
  addStoreOption(addNamespaceOption(command))
  return command.action(async (words: string[], options: ScopeOptions & { output?: 'json' | 'yaml' }) => {
    const reference = referenceOf(words, options)
    await withStore(io, options, async (store) => {
      const { record } = await requireRecord(store, reference)
      const trace = traceOf(record, await listRecords(store))
      if (options.output !== undefined) return printData(io, options.output, trace)
      io.stdout(
        traceLines(trace, { paint: paintFor(io), now: io.clock.now() })
          .map((line) => `${line}\n`)
          .join(''),
      )
      return undefined
    })
  })
}
