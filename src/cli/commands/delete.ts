import { Command } from 'commander'
import type { ObjectRecord } from '../../api/record.ts'
import { keyOf } from '../../api/record.ts'
import { displayKey } from '../../api/reference.ts'
import type { SettingFlags, Settings } from '../../compose/settings.ts'
import { confirmOrRefuse } from '../confirm.ts'
import { editStored, personOf, recordDeed } from '../edit.ts'
import { refusal } from '../exit.ts'
import { partingOf, type Parting } from '../parting.ts'
import { printable, type Io } from '../io.ts'
import { addSettingOptions, settingsOf, withStore } from '../open.ts'
import { paintFor } from '../paint.ts'
import { addNamespaceOption, type ScopeOptions } from '../scope.ts'
import { listRecords, referenceOf, requireRecord } from '../select.ts'
import type { Store } from '../../store/store.ts'
import { fateInCloud, lossesOf } from '../losses/index.ts'

type DeleteOptions = ScopeOptions & SettingFlags & { yes?: boolean }

/** `headwater delete KIND NAME` */
export function createDeleteCommand(io: Io): Command {
  const command = new Command('delete')
    .description(
      'Lets go of an object that git declares no more. What that means is said by its own deletionPolicy: Delete deletes its stack or deployment, Retain (the default) only forgets it. Shows what would be lost, and asks.',
    )
    .argument('<object...>', 'KIND NAME or KIND/NAME')
    .option('-y, --yes', 'do not ask')
    .addHelpText('after', help)
  addNamespaceOption(command)
  addSettingOptions(command, ['store', 'blobs'])
  return command.action((words: string[], options: DeleteOptions) => remove(words, options, io))
}

const help = `
Examples:
  headwater delete stack old -n eu
  headwater delete stack/old -n eu --yes

An object that git still declares is not deleted: remove its document instead, the controller does the rest. To take
one away for good all the same, suspend the Kustomization that declares it first.

Exit codes: 0 it leaves; 1 not found, refused, or the answer was no; 2 could not look.`

async function remove(words: string[], options: DeleteOptions, io: Io): Promise<void> {
  const reference = referenceOf(words, options)
  const settings = await settingsOf(io, options)
  await withStore(io, options, async (store) => {
    const { record } = await requireRecord(store, reference)
    const parting = partingOf(record, await listRecords(store), io.clock.now())
    if (parting.type === 'refused') throw refusal(`${displayKey(keyOf(record))} ${parting.why}`)

    for (const line of await warningLines(parting, record, settings, io)) io.stdout(`${line}\n`)
    const question = parting.type === 'deleted' ? 'delete it in the cloud?' : 'forget it?'
    if (!(await confirmOrRefuse(io, question, options.yes))) {
      throw refusal(
        io.ask === undefined
          ? 'nobody is there to ask; --yes stands for a yes'
          : 'not deleted; nothing changed',
      )
    }
    await carryOut({ store, io, record, parting })
  })
}

async function warningLines(
  parting: Parting,
  record: ObjectRecord,
  settings: Settings,
  io: Io,
): Promise<string[]> {
  const name = displayKey(keyOf(record))
  if (parting.type !== 'deleted')
    return [`${name} is forgotten; its cloud resources stay and are no longer looked after`]
  const fate = fateInCloud(record)
  const paint = paintFor(io)
  if (fate === undefined) return [`${name} has nothing in its cloud yet; nothing is lost`]
  const losses = await lossesOf(record, settings, io)
  return [
    `${paint.bad('DELETED')} with ${name}: ${printable(fate)}`,
    ...losses.map((line) => `  ${printable(line)}`),
  ]
}

async function carryOut(options: {
  store: Store
  io: Io
  record: ObjectRecord
  parting: Parting
}): Promise<void> {
  const { store, io, record, parting } = options
  const now = io.clock.now()
  const key = keyOf(record)
  const mark = paintFor(io).good('✔')
  const by = personOf(io)
  if (parting.type === 'deleted') {
    const deletion = { requestedAt: now, revision: record.status.lastAppliedRevision ?? '', after: [] }
    const next = await editStored(store, key, (fresh) => ({ ...fresh, deletion, dueAt: now }))
    if (next !== undefined)
      await recordDeed({ store, io }, next, { reason: 'Deleting', message: `deletion asked for by ${by}` })
    io.stdout(`${mark} ${displayKey(key)} is on its way out; a running controller deletes it\n`)
    return
  }
  const stored = await store.get(key)
  if (stored !== undefined) await store.delete(key, stored.version)
  await recordDeed({ store, io }, record, {
    reason: 'Orphaned',
    message: `forgotten by ${by}; its cloud resources stay`,
  })
  io.stdout(`${mark} ${displayKey(key)} is forgotten\n`)
}
