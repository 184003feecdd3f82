import type { Expression } from './syntax.ts'
import type { Json } from './types.ts'

/**
 * A value while it is worked out: JSON, with parts that are not known yet. Objects may carry the expression that they
 * stand for (see `withOrigin`).
 */
export type Value = null | boolean | number | string | readonly Value[] | ValueObject | Deferred

/** An object of values; its members are found in any letter case, as ARM finds them. */
export interface ValueObject {
  readonly [key: string]: Value
}

const deferredMark = Symbol('deferred')
const originMark = Symbol('origin')

/** What is known only while the deployment runs, as the expression that would work it out then. */
export interface Deferred {
  readonly [deferredMark]: Expression
}

/** A value that is not known yet. */
export function defer(expression: Expression): Deferred {
  return { [deferredMark]: expression }
}

/** Whether the value itself is unknown; an object with unknown members is known. */
export function isDeferred(value: Value | undefined): value is Deferred {
  return typeof value === 'object' && value !== null && deferredMark in value
}

/** The expression of a value that is not known yet. */
export function deferredExpression(value: Deferred): Expression {
  return value[deferredMark]
}

/** Whether anything in a value is unknown. */
export function hasDeferred(value: Value): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (isDeferred(value)) return true
  if (isList(value)) return value.some(hasDeferred)
  return Object.values(value).some(hasDeferred)
}

/** A list of values. */
export function isList(value: Value | undefined): value is readonly Value[] {
  return Array.isArray(value)
}

/** A known object, not a list, not null, not unknown. */
export function isObject(value: Value | undefined): value is ValueObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isDeferred(value)
}

/** What an object or list stands for. */
export interface Origin {
  readonly expression: Expression
  /** Whether its unknown members say themselves what they are; else they are what the expression will find. */
  readonly isFilled: boolean
}

/** A known object or list that stands for an expression: a member it lacks is not missing but unknown. */
export function withOrigin<Known extends ValueObject | readonly Value[]>(
  value: Known,
  origin: Origin,
): Known {
  const copy = Array.isArray(value)
    ? [...(value as readonly Value[])]
    : Object.fromEntries(Object.entries(value))
  Object.defineProperty(copy, originMark, { value: origin, enumerable: false })
  return copy as unknown as Known
}

/** What an object or list stands for, if it does. */
export function originOf(value: ValueObject | readonly Value[]): Origin | undefined {
  return (value as { [originMark]?: Origin })[originMark]
}

/** The name under which an object holds a member, in any letter case. */
export function memberName(object: object, name: string): string | undefined {
  if (Object.hasOwn(object, name)) return name
  const wanted = name.toLowerCase()
  return Object.keys(object).find((key) => key.toLowerCase() === wanted)
}

/** An object's member, its name in any letter case; undefined when it has none. */
export function member(object: ValueObject, name: string): Value | undefined {
  const key = memberName(object, name)
  return key === undefined ? undefined : object[key]
}

/** A member of plain JSON; undefined when there is none, or the value is no object. */
export function jsonMember(value: Json | undefined, name: string): Json | undefined {
  if (!isJsonObject(value)) return undefined
  const key = memberName(value, name)
  return key === undefined ? undefined : value[key]
}

/** A plain JSON object. */
export function isJsonObject(value: Json | undefined): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A plain JSON list. */
export function isJsonList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value)
}

/** An object from its members; of two that differ in letter case alone the first name and the last value stay. */
export function objectOf(members: Iterable<readonly [string, Value]>): ValueObject {
  const found = new Map<string, readonly [string, Value]>()
  for (const [key, value] of members) {
    const same = key.toLowerCase()
    found.set(same, [found.get(same)?.[0] ?? key, value])
  }
  return Object.fromEntries(found.values())
}

/** What ARM calls the type of a value. */
export function typeName(value: Value): string {
  if (value === null) return 'Null'
  if (typeof value === 'string') return 'String'
  if (typeof value === 'boolean') return 'Boolean'
  if (typeof value === 'number') return Number.isInteger(value) ? 'Integer' : 'Float'
  return isList(value) ? 'Array' : 'Object'
}

/** Whether two known values are the same, members in any order and with names in any letter case. */
export function isSame(a: Value, b: Value): boolean {
  if (a === b) return true
  if (isList(a) && isList(b))
    return a.length === b.length && a.every((item, index) => isSame(item, b[index] ?? null))
  if (!isObject(a) || !isObject(b)) return false
  const keys = Object.keys(a)
  if (keys.length !== Object.keys(b).length) return false
  return keys.every((key) => {
    const other = member(b, key)
    return other !== undefined && isSame(a[key] ?? null, other)
  })
}

/** Whether two values differ whatever comes of their unknown parts. */
export function isSurelyOther(a: Value, b: Value): boolean {
  if (isDeferred(a) || isDeferred(b)) return false
  if (isList(a) && isList(b))
    return a.length !== b.length || a.some((item, index) => isSurelyOther(item, b[index] ?? null))
  if (!isObject(a) || !isObject(b)) return !isSame(a, b)
  return Object.entries(a).some(([key, item]) => {
    const other = member(b, key)
    return other !== undefined && isSurelyOther(item, other)
  })
}
