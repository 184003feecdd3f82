import { type Expression, literal } from '../syntax.ts'
import {
  type Deferred,
  type Value,
  defer,
  hasDeferred,
  isDeferred,
  isList,
  isObject,
  isSame,
  member,
  originOf,
  withOrigin,
} from '../value.ts'
import {
  type Context,
  type FunctionTable,
  any,
  integerAt,
  listAt,
  outer,
  refuseArgument,
  refuseCall,
  whole,
} from './function.ts'

/** What ARM allows `range` to make, and arrays to grow to. */
const MAX_RANGE = 10_000

/** Functions that make and take apart arrays; many take strings and objects too. */
export const arrayFunctions: FunctionTable = {
  array: outer(1, 1, ([value]) => (isList(value) ? value : [value ?? null])),
  createArray: any(0, Infinity, (args) => args),
  concat: outer(0, Infinity, concat),
  contains: outer(2, 2, contains),
  distinct: whole(1, 1, (args, context) => unique(listAt(args, 0, context))),
  empty: outer(1, 1, ([value], context) => (value === null ? true : lengthOf(value, context) === 0)),
  first: outer(1, 1, ([value], context) => {
    if (typeof value === 'string') return value.slice(0, 1)
    return isList(value)
      ? itemOf('first', value, 0)
      : refuseArgument(context, 0, 'an array or a string', value)
  }),
  flatten: outer(1, 1, (args, context) => {
    const items = listAt(args, 0, context)
    if (items.some((item) => hasDeferred(item) && !isList(item))) return undefined
    return items.flatMap((item) => (isList(item) ? item : refuseCall(context, 'expects an array of arrays')))
  }),
  indexFromEnd: outer(2, 2, (args, context) => {
    const items = listAt(args, 0, context)
    const index = integerAt(args, 1, context)
    return index >= 1 && index <= items.length
      ? (items[items.length - index] ?? null)
      : refuseCall(context, `has no item ${index} from the end of an array of ${items.length}`)
  }),
  intersection: whole(2, Infinity, intersection),
  last: outer(1, 1, ([value], context) => {
    if (typeof value === 'string') return value.slice(-1)
    return isList(value)
      ? itemOf('last', value, -1)
      : refuseArgument(context, 0, 'an array or a string', value)
  }),
  length: outer(1, 1, ([value], context) => lengthOf(value, context)),
  range: whole(2, 2, range),
  skip: outer(2, 2, (args, context) => {
    const count = Math.max(0, integerAt(args, 1, context))
    return sliceable(args[0], context).slice(count)
  }),
  take: outer(2, 2, (args, context) => {
    const count = Math.max(0, integerAt(args, 1, context))
    return sliceable(args[0], context).slice(0, count)
  }),
  tryIndexFromEnd: outer(2, 2, (args, context) => {
    const [items] = args
    const index = integerAt(args, 1, context)
    return isList(items) && index >= 1 ? (items[items.length - index] ?? null) : null
  }),
  union: outer(2, Infinity, union),
}

/** An item of a list; one that stands for part of a resource may have more members there than are written. */
function itemOf(name: string, list: readonly Value[], index: number): Value {
  const item = list.at(index) ?? null
  const origin = originOf(list)
  if (origin === undefined || !(isObject(item) || isList(item)) || originOf(item) !== undefined) return item
  return withOrigin(item, { ...origin, expression: { kind: 'call', name, args: [literal(list)] } })
}

function concat(args: readonly Value[], context: Context): Value {
  if (args.length > 0 && args.every(isList)) return args.flat()
  return args.map((value) => concatText(value, context)).join('')
}

function concatText(value: Value, context: Context): string {
  if (typeof value === 'string') return value
  if (typeof value === 'number') return String(value)
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  return refuseCall(context, 'joins either strings, numbers and booleans, or arrays, not both, nothing else')
}

function contains([container, wanted]: readonly Value[], context: Context): Value | undefined {
  if (typeof container === 'string' && typeof wanted === 'string') return container.includes(wanted)
  if (isList(container)) {
    if (container.some((item) => !hasDeferred(item) && isSame(item, wanted ?? null))) return true
    return container.some(hasDeferred) || hasDeferred(wanted ?? null) ? undefined : false
  }
  if (isObject(container) && typeof wanted === 'string') return member(container, wanted) !== undefined
  return refuseCall(
    context,
    'looks for a key in an object, an item in an array or a part in a string; its arguments are none of these',
  )
}

function lengthOf(value: Value | undefined, context: Context): number {
  if (typeof value === 'string' || isList(value)) return value.length
  if (isObject(value)) return Object.keys(value).length
  return refuseArgument(context, 0, 'an array, an object or a string', value)
}

function sliceable(value: Value | undefined, context: Context): string | readonly Value[] {
  return typeof value === 'string' || isList(value)
    ? value
    : refuseArgument(context, 0, 'an array or a string', value)
}

function unique(items: readonly Value[]): Value[] {
  const kept: Value[] = []
  for (const item of items) if (!kept.some((other) => isSame(other, item))) kept.push(item)
  return kept
}

function range(args: readonly Value[], context: Context): Value {
  const start = integerAt(args, 0, context)
  const count = integerAt(args, 1, context)
  if (count < 0 || count > MAX_RANGE || start + count > 2_147_483_647)
    return refuseCall(
      context,
      `counts from 0 to ${MAX_RANGE} and below 2147483647, not ${count} from ${start}`,
    )
  return Array.from({ length: count }, (_, index) => start + index)
}

function intersection(args: readonly Value[], context: Context): Value {
  const [first, ...others] = args
  if (isList(first)) {
    const lists = others.map((_, index) => listAt(args, index + 1, context))
    return unique(first.filter((item) => lists.every((list) => list.some((other) => isSame(other, item)))))
  }
  if (!isObject(first)) return refuseArgument(context, 0, 'an array or an object', first)
  return others.reduce<Value>(
    (kept, _, index) => intersectObjects(kept, args[index + 1] ?? null, context),
    first,
  )
}

function intersectObjects(a: Value, b: Value, context: Context): Value {
  if (!isObject(a) || !isObject(b)) return refuseCall(context, 'takes either arrays or objects, not both')
  return Object.fromEntries(
    Object.entries(a).filter(([key, value]) => Object.hasOwn(b, key) && isSame(b[key] ?? null, value)),
  )
}

function union(args: readonly Value[], context: Context): Value | undefined {
  if (args.every(isList)) return args.some(hasDeferred) ? undefined : unique(args.flat())
  const objects = args.map((value, index) =>
    isObject(value) ? value : refuseArgument(context, index, 'an object, as the others are,', value),
  )
  try {
    return objects.reduce<Value>((merged, object) => merge(merged, object), {})
  } catch (error) {
    if (error === unknownMerge) return undefined
    throw error
  }
}

/** Thrown where it is unknown whether two members are objects that merge, or the later one wins. */
const unknownMerge = new Error('an unknown value meets an object')

function merge(a: Value, b: Value): Value {
  if (b === null) return a
  if (isDeferred(b)) return mergeUnknown(a, b)
  if (isDeferred(a) && isObject(b)) throw unknownMerge
  if (!isObject(a) || !isObject(b)) return b
  const names = new Map(Object.keys(a).map((key) => [key.toLowerCase(), key]))
  const members = new Map(Object.entries(a))
  for (const [key, value] of Object.entries(b)) {
    const same = names.get(key.toLowerCase())
    const earlier = same === undefined ? undefined : members.get(same)
    if (same !== undefined && same !== key) members.delete(same)
    members.set(key, earlier === undefined ? value : merge(earlier, value))
    names.set(key.toLowerCase(), key)
  }
  return Object.fromEntries(members)
}

/** What is unknown wins unless it comes to null. */
function mergeUnknown(a: Value, b: Deferred): Value {
  const earlier = literal(a)
  const later = literal(b)
  const merged: Expression = isObject(a) ? { kind: 'call', name: 'union', args: [earlier, later] } : later
  const isNull: Expression = {
    kind: 'call',
    name: 'equals',
    args: [later, { kind: 'call', name: 'null', args: [] }],
  }
  return defer({ kind: 'call', name: 'if', args: [isNull, earlier, merged] })
}
