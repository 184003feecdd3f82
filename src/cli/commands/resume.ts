import { Command } from 'commander'
import type { ObjectRecord } from '../../api/record.ts'
import { keyOf } from '../../api/record.ts'
import { displayKey } from '../../api/reference.ts'
import type { Store } from '../../store/store.ts'
import { chosenRecords } from '../chosen.ts'
import { editStored, personOf, recordDeed } from '../edit.ts'
import { exitCodes } from '../exit.ts'
import type { Io } from '../io.ts'
import { withStore } from '../open.ts'
import { paintFor } from '../paint.ts'
import { addScopeOptions, addStoreOption, type ScopeOptions } from '../scope.ts'

/** `headwater resume KIND NAME…` */
export function createResumeCommand(io: Io): Command {
  const command = new Command('resume')
    .description(
      'Ends a suspension. The object is looked at again at once; what git says by then is applied.',
    )
    .argument('<object...>', 'KIND NAME… or KIND/NAME…')
    .option('--all', 'every suspended object of the kind in the namespace (with -A: in all)')
    .addHelpText('after', '\nExamples:\n  headwater resume stack web -n eu\n  headwater resume ks --all -A')
  addStoreOption(addScopeOptions(command))
  return command.action((words: string[], options: ScopeOptions & { all?: boolean }) =>
    withStore(io, options, async (store) => {
      for (const record of await chosenRecords(store, words, options)) await resumeOne(store, io, record)
    }),
  )
}

async function resumeOne(store: Store, io: Io, record: ObjectRecord): Promise<void> {
  const { good, bad } = paintFor(io)
  const name = displayKey(keyOf(record))
  const wasSuspended = record.suspension !== undefined
  const next = await editStored(store, keyOf(record), (fresh) => {
    if (fresh.suspension === undefined) return fresh
    const { suspension: _over, ...rest } = fresh
    return { ...rest, dueAt: io.clock.now() }
  })
  if (next === undefined) return
  if (next.spec['suspend'] === true) {
    const where = next.origin === undefined ? 'git' : `${next.origin.file}:${next.origin.line}`
    io.stderr(
      `${bad('✗')} ${name} is suspended by its own declaration (spec.suspend in ${where}); change it there\n`,
    )
    io.exitWith(exitCodes.no)
    return
  }
  if (!wasSuspended) {
    io.stdout(`  ${name} was not suspended\n`)
    return
  }
  await recordDeed({ store, io }, next, { reason: 'Resumed', message: `resumed by ${personOf(io)}` })
  io.stdout(`${good('✔')} ${name} resumed\n`)
}
