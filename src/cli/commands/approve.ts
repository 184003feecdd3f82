import { Command } from 'commander'
import type { ObjectRecord } from '../../api/record.ts'
import { keyOf } from '../../api/record.ts'
import { displayKey } from '../../api/reference.ts'
import type { Store } from '../../store/store.ts'
import { confirm } from '../confirm.ts'
import { editStored, personOf, recordDeed } from '../edit.ts'
import { refusal } from '../exit.ts'
import { printable, type Io } from '../io.ts'
import { withStore } from '../open.ts'
import { paintFor } from '../paint.ts'
import { addNamespaceOption, addStoreOption, type ScopeOptions } from '../scope.ts'
import { referenceOf, requireRecord } from '../select.ts'

/** `headwater approve KIND NAME` */
export function createApproveCommand(io: Io): Command {
  const command = new Command('approve')
    .description(
      'Says yes to what is held: when many objects left git at once, nothing is removed until a person agrees; a deployment with a gate is not made before. Shows what would happen; asks on a terminal.',
    )
    .argument('<object...>', 'KIND NAME or KIND/NAME of what is held')
    .option('-y, --yes', 'do not ask')
    .addHelpText(
      'after',
      '\nExamples:\n  headwater approve kustomization fleet -n headwater-system\n  headwater approve azure landing -n we',
    )
  addStoreOption(addNamespaceOption(command))
  return command.action((words: string[], options: ScopeOptions & { yes?: boolean }) =>
    approve(words, options, io),
  )
}

async function approve(words: string[], options: ScopeOptions & { yes?: boolean }, io: Io): Promise<void> {
  const reference = referenceOf(words, options)
  await withStore(io, options, async (store) => {
    const { record } = await requireRecord(store, reference)
    const name = displayKey(keyOf(record))
    const { held } = record.status
    if (held === undefined) throw refusal(`nothing of ${name} is held`)

    const { lines } = held
    if (lines !== undefined) {
      io.stdout(`${name} would change:\n${lines.map((line) => `  ${printable(line)}\n`).join('')}`)
      if (!(await confirm(io, 'do that?', options.yes))) throw refusal('not approved; nothing changed')
      await write({ store, io, record, token: held.token, what: 'plan' })
      return
    }

    io.stdout(`${name} wants to let go of ${held.keys.length} objects:\n`)
    let deletions = 0
    for (const key of held.keys) {
      const fate = fateOf((await store.get(key))?.record)
      if (fate.isDeleted) deletions++
      io.stdout(`  - ${displayKey(key)}: ${printable(fate.words)}\n`)
    }
    const what =
      deletions === 0 ? 'no cloud resources are deleted' : `${deletions} of them DELETED in the cloud`
    if (!(await confirm(io, `let them go (${what})?`, options.yes)))
      throw refusal('not approved; nothing changed')

    await write({ store, io, record, token: held.token, what: 'removal' })
  })
}

async function write({
  store,
  io,
  record,
  token,
  what,
}: {
  store: Store
  io: Io
  record: ObjectRecord
  token: string
  what: 'plan' | 'removal'
}): Promise<void> {
  const now = io.clock.now()
  const by = personOf(io)
  // The token is of the set that was shown: what is held anew meanwhile is not approved by this.
  const next = await editStored(store, keyOf(record), (fresh) => ({
    ...fresh,
    approval: { token, by, at: now },
    dueAt: now,
  }))
  if (next === undefined) throw refusal(`${displayKey(keyOf(record))} is gone`)
  await recordDeed({ store, io }, next, { reason: 'Approved', message: `${what} approved by ${by}` })
  io.stdout(`${paintFor(io).good('✔')} approved; it goes on at the next pass\n`)
}

/** What leaving means for an object, in words. */
function fateOf(record: ObjectRecord | undefined): { words: string; isDeleted: boolean } {
  if (record === undefined) return { words: 'is gone already', isDeleted: false }
  const stack = record.status.identity?.['stackId']
  if (record.spec['deletionPolicy'] === 'Delete') {
    return { words: `DELETED${stack === undefined ? '' : `, with its stack ${stack}`}`, isDeleted: true }
  }
  if (record.kind === 'Kustomization')
    return { words: 'leaves, and lets go of what it declares', isDeleted: true }
  return { words: 'forgotten; its cloud resources stay (deletionPolicy Retain)', isDeleted: false }
}
