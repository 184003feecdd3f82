import { createHash } from 'node:crypto'
import { isObject } from '../input.ts'
import type { JsonObject } from '../model.ts'

/** The members of a resource's entry that its context shows, in AWS's order. */
const MEMBERS = [
  'Metadata',
  'CreationPolicy',
  'UpdatePolicy',
  'UpdateReplacePolicy',
  'DeletionPolicy',
] as const

/**
 * A resource before or after a change, as AWS encodes it: a JSON text of its properties and the other members that it
 * has. The properties stand in the order of a Java HashMap of their size, because AWS's do.
 */
export function contextOf(properties: JsonObject, members: JsonObject): string {
  const context: JsonObject = { Properties: hashOrdered(properties) }
  for (const member of MEMBERS) if (members[member] !== undefined) context[member] = members[member]
  return JSON.stringify(context)
}

/** Values longer than this are told by their digest. AWS says that there is a limit, not where it is. */
const LONGEST_VALUE = 4096

/** A value as Target.BeforeValue and AfterValue show it: text as it is, all else as JSON, a digest if it is long. */
export function valueText(value: unknown): string | undefined {
  if (value === undefined) return undefined
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.length > LONGEST_VALUE
    ? `(Truncated-Signature):${createHash('sha256').update(text).digest('hex')}`
    : text
}

/** The same object with its keys in the order that a Java HashMap sized for it would list them, on every level. */
export function hashOrdered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(hashOrdered)
  if (!isObject(value)) return value
  const keys = Object.keys(value)
  const expected = keys.length < 3 ? keys.length + 1 : Math.floor(keys.length / 0.75 + 1)
  const buckets = 2 ** Math.ceil(Math.log2(expected))
  const ordered = keys
    .map((key, index) => ({ key, index, bucket: javaHash(key) & (buckets - 1) }))
    .toSorted((a, b) => a.bucket - b.bucket || a.index - b.index)
  return Object.fromEntries(ordered.map(({ key }) => [key, hashOrdered(value[key])]))
}

/** HashMap's spread of String.hashCode. */
function javaHash(text: string): number {
  let hash = 0
  for (let index = 0; index < text.length; index += 1)
    hash = (Math.imul(31, hash) + text.charCodeAt(index)) | 0
  return (hash ^ (hash >>> 16)) >>> 0
}
