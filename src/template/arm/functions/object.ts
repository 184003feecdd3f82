import {
  type Value,
  defer,
  deferredExpression,
  hasDeferred,
  isDeferred,
  isList,
  isObject,
  isSame,
  isSurelyOther,
  member,
  objectOf,
} from '../value.ts'
import { invalid } from '../problem.ts'
import { unknownKey } from '../render.ts'
import { type Expression, literal } from '../syntax.ts'
import { parseJson } from '../json-text.ts'
import {
  type Context,
  type FunctionTable,
  any,
  lazy,
  listAt,
  objectAt,
  outer,
  refuseCall,
  textAt,
  whole,
} from './function.ts'

/** Functions that make and take apart objects. */
export const objectFunctions: FunctionTable = {
  createObject: any(0, Infinity, createObject),
  items: outer(1, 1, (args, context) =>
    sorted(objectAt(args, 0, context)).map(([key, value]) => ({ key, value })),
  ),
  json: whole(1, 1, (args, context) => {
    const parsed = parseJson(textAt(args, 0, context))
    return parsed === undefined ? refuseCall(context, 'was given text that is not JSON') : parsed.value
  }),
  null: whole(0, 0, () => null),
  objectKeys: outer(1, 1, (args, context) => sorted(objectAt(args, 0, context)).map(([key]) => key)),
  shallowMerge: outer(1, 1, (args, context) => {
    const objects = listAt(args, 0, context)
    if (objects.some(isDeferred)) return undefined
    return objectOf(
      objects.flatMap((object) =>
        isObject(object) ? Object.entries(object) : refuseCall(context, 'expects an array of objects'),
      ),
    )
  }),
  tryGet: lazy(2, Infinity, (call, frame, evaluate) => {
    const args = call.args.map((arg) => evaluate(arg, frame))
    return tryGet(args, call.name)
  }),
  equals: any(2, 2, ([a = null, b = null]) => {
    if (!hasDeferred(a) && !hasDeferred(b)) return isSame(a, b)
    return isSurelyOther(a, b) ? false : undefined
  }),
}

function createObject(args: readonly Value[], context: Context): Value | undefined {
  if (args.length % 2 !== 0) return refuseCall(context, 'expects a value for every key')
  const members: [string, Value][] = []
  for (let index = 0; index < args.length; index += 2) {
    const key = args[index]
    members.push([isDeferred(key) ? unknownKey(key) : textAt(args, index, context), args[index + 1] ?? null])
  }
  return objectOf(members)
}

/** Members in the order of their names, letter case aside. */
function sorted(object: object & { readonly [key: string]: Value }): [string, Value][] {
  return Object.entries(object).sort(([a], [b]) => compareTexts(a.toLowerCase(), b.toLowerCase()))
}

function compareTexts(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}

/** Follows keys and indexes; null where the first leads nowhere. The others must lead somewhere, as after a dot. */
function tryGet([start, ...keys]: readonly Value[], name: string): Value {
  let value: Value = start ?? null
  for (const [index, key] of keys.entries()) {
    const rest = keys.slice(index)
    if (isDeferred(value)) return deferTry(name, deferredExpression(value), rest)
    if (isDeferred(key)) return deferTry(name, literal(value), rest)
    const next = step(value, key)
    if (index === 0 && (next ?? null) === null) return null
    if (next === undefined) return invalid(`the value has no member ${JSON.stringify(key)}`)
    value = next
  }
  return value
}

function step(value: Value, key: Value): Value | undefined {
  if (isObject(value) && typeof key === 'string') return member(value, key)
  return isList(value) && typeof key === 'number' ? value[key] : undefined
}

function deferTry(name: string, target: Expression, keys: readonly Value[]): Value {
  return defer({ kind: 'call', name, args: [target, ...keys.map((key) => literal(key))] })
}
