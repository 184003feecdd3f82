import type { ObjectRecord } from '../api/record.ts'
import type { Store } from '../store/store.ts'
import { byKindAndName } from './describe.ts'
import { isInScope, kindOf, listRecords, referencesOf, requireRecord, type Scope } from './select.ts'
import type { StatusSelector } from './status-selector.ts'

/** What a person asked to see. */
export interface ObjectQuery {
  /** A word for a kind, `all`, or `KIND/NAME`. */
  kind?: string | undefined
  names: readonly string[]
  scope: Scope
  selector?: StatusSelector | undefined
}

/** The records of a query, sources first. Throws when one that is named does not exist. */
export async function listObjects(store: Store, query: ObjectQuery, now: number): Promise<ObjectRecord[]> {
  const found = await findRecords(store, query)
  return found.filter((record) => query.selector?.matches(record, now) ?? true).toSorted(byKindAndName)
}

async function findRecords(store: Store, { kind, names, scope }: ObjectQuery): Promise<ObjectRecord[]> {
  const isNamed = names.length > 0 || kind?.includes('/') === true
  if (kind !== undefined && isNamed) {
    const references = referencesOf([kind, ...names], scope)
    return Promise.all(references.map(async (reference) => (await requireRecord(store, reference)).record))
  }
  const kindName = kind === undefined || kind === 'all' ? undefined : kindOf(kind).kind
  return (await listRecords(store, kindName)).filter((record) => isInScope(record, scope))
}
