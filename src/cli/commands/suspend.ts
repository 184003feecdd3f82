import { Command } from 'commander'
import type { ObjectRecord, Suspension } from '../../api/record.ts'
import { keyOf } from '../../api/record.ts'
import { displayKey } from '../../api/reference.ts'
import { suspendedMessage } from '../../reconcile/suspend.ts'
import type { Store } from '../../store/store.ts'
import { editStored, personOf, recordDeed } from '../edit.ts'
import { printable, type Io } from '../io.ts'
import { withStore } from '../open.ts'
import { paintFor } from '../paint.ts'
import { addScopeOptions, addStoreOption, type ScopeOptions } from '../scope.ts'
import { chosenRecords } from '../chosen.ts'
import { parseMoment } from '../when.ts'

interface SuspendOptions extends ScopeOptions {
  reason?: string
  until?: string
  all?: boolean
}

/** `headwater suspend KIND NAME…` */
export function createSuspendCommand(io: Io): Command {
  const command = new Command('suspend')
    .description(
      'Starts no new work on an object until it is resumed. What runs already is watched to its end, not cancelled; new commits change nothing in its cloud meanwhile.',
    )
    .argument('<object...>', 'KIND NAME… or KIND/NAME…')
    .option('--reason <text>', 'why; everybody sees it in `get`')
    .option('--until <moment>', 'ends by itself then: 2h, 3d, 2026-12-01, 2026-12-01T09:00:00Z')
    .option('--all', 'every object of the kind in the namespace (with -A: in all)')
    .addHelpText('after', help)
  addStoreOption(addScopeOptions(command))
  return command.action((words: string[], options: SuspendOptions) => suspend(words, options, io))
}

const help = `
Examples:
  headwater suspend stack web -n eu --reason migration --until 3d
  headwater suspend ks --all -A --reason "release freeze"`

async function suspend(words: string[], options: SuspendOptions, io: Io): Promise<void> {
  const now = io.clock.now()
  const suspension: Suspension = {
    by: personOf(io),
    at: now,
    ...(options.reason === undefined ? {} : { reason: options.reason }),
    ...(options.until === undefined ? {} : { until: parseMoment(options.until, now) }),
  }
  await withStore(io, options, async (store) => {
    for (const record of await chosenRecords(store, words, options)) {
      await suspendOne({ store, io, record, suspension })
    }
  })
}

async function suspendOne(options: {
  store: Store
  io: Io
  record: ObjectRecord
  suspension: Suspension
}): Promise<void> {
  const { store, io, record, suspension } = options
  const { good } = paintFor(io)
  // Due, so that the object's own message says it; the loop starts nothing.
  const next = await editStored(store, keyOf(record), (fresh) => ({
    ...fresh,
    suspension,
    dueAt: suspension.at,
  }))
  if (next === undefined) return
  const message = suspendedMessage(next)
  await recordDeed({ store, io }, next, { reason: 'Suspended', message })
  const running = next.operation === undefined ? '' : '; its running operation goes on'
  io.stdout(`${good('✔')} ${displayKey(keyOf(next))} ${printable(message)}${running}\n`)
}
