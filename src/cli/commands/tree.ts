import { Command } from 'commander'
import type { ObjectRecord } from '../../api/record.ts'
import { keyOf } from '../../api/record.ts'
import { sourceKeyOf } from '../../reconcile/repository.ts'
import { byKindAndName, describe } from '../describe.ts'
import { printable, type Io } from '../io.ts'
import { withStore } from '../open.ts'
import { paintFor, paintReady } from '../paint.ts'
import { addNamespaceOption, addStoreOption, type ScopeOptions } from '../scope.ts'
import { listRecords, referenceOf, requireRecord } from '../select.ts'

/** `headwater tree [KIND NAME]` */
export function createTreeCommand(io: Io): Command {
  const command = new Command('tree')
    .description('Shows sources, the Kustomizations that read from them and what those declare, as a tree.')
    .argument('[object...]', 'only what hangs on this: KIND NAME or KIND/NAME')
    .addHelpText('after', '\nExamples:\n  headwater tree\n  headwater tree ks fleet -n headwater-system')
  addStoreOption(addNamespaceOption(command))
  return command.action(async (words: string[], options: ScopeOptions) => {
    const reference = words.length === 0 ? undefined : referenceOf(words, options)
    await withStore(io, options, async (store) => {
      const start = reference === undefined ? undefined : (await requireRecord(store, reference)).record
      const records = await listRecords(store)
      if (records.length === 0) io.stderr('no objects yet\n')
      const keys = new Set(records.map(keyOf))
      const isRoot = (record: ObjectRecord) => !keys.has(parentOf(record, records) ?? '')
      const roots = start === undefined ? records.filter(isRoot) : [start]
      for (const root of roots.toSorted(byKindAndName)) draw(root, { io, records, indent: '', lead: '' })
    })
  })
}

/**
 * What an object hangs on: a Kustomization on its source, anything else on the Kustomization that declares it. A source
 * that is declared by what reads from it hangs on nothing, or both would be below each other.
 */
function parentOf(record: ObjectRecord, records: readonly ObjectRecord[]): string | undefined {
  if (record.kind === 'Kustomization') return sourceKeyOf(record)
  const owner = records.find((other) => keyOf(other) === record.owner)
  const isOwnSource = owner?.kind === 'Kustomization' && sourceKeyOf(owner) === keyOf(record)
  return isOwnSource ? undefined : record.owner
}

function draw(
  record: ObjectRecord,
  { io, records, indent, lead }: { io: Io; records: readonly ObjectRecord[]; indent: string; lead: string },
): void {
  const { typedName, namespace, ready, message } = describe(record, io.clock.now())
  const marks = { True: '✔', False: '✗', Unknown: '◎' }
  const mark = paintReady(paintFor(io), ready)(marks[ready])
  const words = ready === 'True' ? '' : `  ${printable(message)}`
  io.stdout(`${indent}${lead}${mark} ${typedName} (${namespace})${words}\n`)
  const children = records
    .filter((other) => parentOf(other, records) === keyOf(record))
    .toSorted(byKindAndName)
  const below = indent + (lead === '' ? '' : lead === '└─ ' ? '   ' : '│  ')
  for (const [index, child] of children.entries()) {
    draw(child, { io, records, indent: below, lead: index === children.length - 1 ? '└─ ' : '├─ ' })
  }
}
