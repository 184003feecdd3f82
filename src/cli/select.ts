import { keyOf, type ObjectRecord } from '../api/record.ts'
import { kindByWord, kinds, type Kind } from '../api/kinds/index.ts'
import { defaultNamespace, formatKey, type ObjectReference } from '../api/reference.ts'
import type { Store, Stored } from '../store/store.ts'
import { refusal, usageError } from './exit.ts'

/** Which namespaces a command is about. */
export interface Scope {
  namespace?: string
  allNamespaces?: boolean
}

/** The kind a person means; the error lists the words there are. */
export function kindOf(word: string): Kind {
  const kind = kindByWord(word)
  if (kind !== undefined) return kind
  const known = kinds.map(({ kind, shortNames }) => `${kind.toLowerCase()} (${shortNames.join(', ')})`)
  throw usageError(`"${word}" is no kind of object; known: ${known.join(', ')}`)
}

/**
 * The objects that words name: `KIND NAME…`, `KIND/NAME…`, `KIND/NAMESPACE/NAME…`. A namespace in the word wins over
 * the option's.
 */
export function referencesOf(words: readonly string[], scope: Scope): ObjectReference[] {
  const [first, ...rest] = words
  if (first === undefined) throw usageError('name an object: KIND NAME or KIND/NAME')
  if (first.includes('/')) return words.map((word) => slashed(word, scope))
  const { kind } = kindOf(first)
  if (rest.length === 0) throw usageError(`name one: ${first} NAME, or ${first}/NAME`)
  return rest.map((word) => {
    const [name = '', second, ...more] = word.split('/')
    if (more.length > 0) throw usageError(`"${word}" is no name; write NAME or NAMESPACE/NAME`)
    return second === undefined
      ? { kind, namespace: scope.namespace ?? defaultNamespace, name }
      : { kind, namespace: name, name: second }
  })
}

/** The one object that words name. */
export function referenceOf(words: readonly string[], scope: Scope): ObjectReference {
  const [reference, ...rest] = referencesOf(words, scope)
  if (reference === undefined || rest.length > 0) throw usageError('name one object: KIND NAME or KIND/NAME')
  return reference
}

function slashed(word: string, scope: Scope): ObjectReference {
  const [kindWord = '', second, third, ...rest] = word.split('/')
  if (second === undefined || second === '' || rest.length > 0) {
    throw usageError(`"${word}" names no object; write KIND/NAME or KIND/NAMESPACE/NAME`)
  }
  const { kind } = kindOf(kindWord)
  if (third !== undefined) return { kind, namespace: second, name: third }
  return { kind, namespace: scope.namespace ?? defaultNamespace, name: second }
}

/** The record of a reference; when there is none, the error says where one of that name is. */
export async function requireRecord(store: Store, reference: ObjectReference): Promise<Stored> {
  const stored = await store.get(formatKey(reference))
  if (stored !== undefined) return stored
  const { kind, namespace, name } = reference
  const alike = (await store.list(`${kind}/`)).map(({ record }) => record)
  const elsewhere = alike.filter((record) => record.name === name)
  throw refusal(
    `${kind.toLowerCase()} "${name}" not found in namespace "${namespace}"${hint(elsewhere, alike)}`,
  )
}

function hint(elsewhere: readonly ObjectRecord[], alike: readonly ObjectRecord[]): string {
  if (elsewhere.length > 0) {
    return `; there is one in ${elsewhere.map(({ namespace }) => `-n ${namespace}`).join(', ')}`
  }
  if (alike.length === 0) return '; there is none of this kind yet'
  const names = alike.slice(0, 5).map(({ namespace, name }) => `${namespace}/${name}`)
  return `; there are ${names.join(', ')}${alike.length > names.length ? ', …' : ''}`
}

/** Whether a record lies in the scope of a command. */
export function isInScope(record: Pick<ObjectRecord, 'namespace'>, scope: Scope): boolean {
  return scope.allNamespaces === true || record.namespace === (scope.namespace ?? defaultNamespace)
}

/** The whole of the store, sorted by key, or one kind of it. */
export async function listRecords(store: Store, kind?: string): Promise<ObjectRecord[]> {
  const stored = await store.list(kind === undefined ? '' : `${kind}/`)
  return stored.map(({ record }) => record).toSorted((left, right) => (keyOf(left) < keyOf(right) ? -1 : 1))
}
