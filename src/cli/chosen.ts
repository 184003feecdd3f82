import type { ObjectRecord } from '../api/record.ts'
import type { Store } from '../store/store.ts'
import { refusal, usageError } from './exit.ts'
import { isInScope, kindOf, listRecords, referencesOf, requireRecord, type Scope } from './select.ts'

/** The objects that a changing command is about: named ones, or with `--all` every one of a kind in scope. */
export async function chosenRecords(
  store: Store,
  words: readonly string[],
  options: Scope & { all?: boolean },
): Promise<ObjectRecord[]> {
  const [first = '', ...rest] = words
  if (options.all !== true) {
    if (options.allNamespaces === true)
      throw usageError('-A needs --all; name the namespace of one object with -n')
    const references = referencesOf(words, options)
    return Promise.all(references.map(async (reference) => (await requireRecord(store, reference)).record))
  }
  if (rest.length > 0 || first.includes('/')) throw usageError('--all takes a kind and no names')
  const records = (await listRecords(store, kindOf(first).kind)).filter((record) =>
    isInScope(record, options),
  )
  if (records.length === 0)
    throw refusal(`there is no ${first} in scope (-n names a namespace, -A means all)`)
  return records
}
