import type { Evaluate, Frame } from '../frame.ts'
import { invalid } from '../problem.ts'
import { unknownKey } from '../render.ts'
import { settle } from '../settle.ts'
import { type Call, type Expression, literal } from '../syntax.ts'
import { type Value, defer, isDeferred, isList, isObject, objectOf, typeName } from '../value.ts'
import { type FunctionTable, lazy, refuseArgument } from './function.ts'

/** Deeper than any template that a person or compiler writes. */
const MAX_DEPTH = 64

/** Functions that take a lambda, and what a lambda sees. */
export const lambdaFunctions: FunctionTable = {
  lambdaVariables: lazy(1, 1, (call, frame, evaluate) => {
    const name = evaluate(call.args[0] ?? literal(null), frame)
    const value = typeof name === 'string' ? frame.lambdas.get(name.toLowerCase()) : undefined
    return value === undefined ? invalid(`no lambda has a variable ${JSON.stringify(name)} here`) : value
  }),
  map: lazy(2, 2, (call, frame, evaluate) => {
    const list = subject(call, frame, evaluate)
    if (!isList(list)) return list
    const lambda = lambdaAt(call, 1, 1, 2)
    return list.map((item, index) => apply(lambda, [item, index], frame, evaluate))
  }),
  filter: lazy(2, 2, (call, frame, evaluate) => {
    const list = subject(call, frame, evaluate)
    if (!isList(list)) return list
    const lambda = lambdaAt(call, 1, 1, 2)
    const chosen = list.map((item, index) => apply(lambda, [item, index], frame, evaluate))
    if (chosen.some(isDeferred)) return later(call, list, frame, evaluate)
    return list.filter((_, index) => truth(chosen[index] ?? null, call, frame))
  }),
  sort: lazy(2, 2, (call, frame, evaluate) => {
    const list = subject(call, frame, evaluate)
    if (!isList(list)) return list
    return sort(list, call, frame, evaluate)
  }),
  reduce: lazy(3, 3, (call, frame, evaluate) => {
    const list = subject(call, frame, evaluate)
    if (!isList(list)) return list
    const lambda = lambdaAt(call, 2, 2, 3)
    const start = evaluate(call.args[1] ?? literal(null), frame)
    let value = start
    for (const [index, item] of list.entries()) {
      value = apply(lambda, [value, item, index], frame, evaluate)
      if (isDeferred(value)) return later(call, list, frame, evaluate)
    }
    return value
  }),
  groupBy: lazy(2, 3, (call, frame, evaluate) => {
    const list = subject(call, frame, evaluate)
    if (!isList(list)) return list
    const keys = list.map((item) => apply(lambdaAt(call, 1, 1, 1), [item], frame, evaluate))
    if (keys.some(isDeferred)) return later(call, list, frame, evaluate)
    const groups = new Map<string, Value[]>()
    for (const [index, item] of list.entries()) {
      const key = keyText(keys[index] ?? null, call)
      const value = call.args.length > 2 ? apply(lambdaAt(call, 2, 1, 1), [item], frame, evaluate) : item
      groups.set(key, [...(groups.get(key) ?? []), value])
    }
    return objectOf(groups)
  }),
  toObject: lazy(2, 3, toObject),
  mapValues: lazy(2, 2, (call, frame, evaluate) => {
    const object = evaluate(call.args[0] ?? literal(null), frame)
    if (isDeferred(object)) return later(call, object, frame, evaluate)
    if (!isObject(object)) return refuseArgument({ name: call.name, frame }, 0, 'an object', object)
    const lambda = lambdaAt(call, 1, 1, 1)
    return Object.fromEntries(
      Object.entries(object).map(([key, value]) => [key, apply(lambda, [value], frame, evaluate)]),
    )
  }),
}

interface Lambda {
  readonly variables: readonly string[]
  readonly body: Expression
}

/** The list that a function works on, or the whole call where the list is unknown. */
function subject(call: Call, frame: Frame, evaluate: Evaluate): readonly Value[] | ReturnType<typeof defer> {
  const list = evaluate(call.args[0] ?? literal(null), frame)
  if (isDeferred(list)) return later(call, list, frame, evaluate)
  return isList(list) ? list : refuseArgument({ name: call.name, frame }, 0, 'an array', list)
}

/** A call for the time when its first argument is known; its lambdas stay. */
function later(call: Call, subject: Value, frame: Frame, evaluate: Evaluate): ReturnType<typeof defer> {
  const rest = call.args.slice(1).map((arg) => settle(arg, frame, evaluate))
  return defer({ kind: 'call', name: call.name, args: [literal(subject), ...rest] })
}

function lambdaAt(call: Call, index: number, min: number, max: number): Lambda {
  const arg = call.args[index]
  if (arg?.kind !== 'call' || arg.name.toLowerCase() !== 'lambda')
    return invalid(`the function '${call.name}' expects a lambda as argument ${index + 1}`)
  const body = arg.args.at(-1)
  const variables = arg.args.slice(0, -1).map((name) => {
    if (name.kind === 'value' && typeof name.value === 'string') return name.value.toLowerCase()
    return invalid('the variables of a lambda are strings')
  })
  if (body === undefined || variables.length < min || variables.length > max)
    return invalid(
      `the lambda of '${call.name}' takes ${min === max ? min : `${min} to ${max}`} variables, not ${variables.length}`,
    )
  return { variables, body }
}

function apply(lambda: Lambda, values: readonly Value[], frame: Frame, evaluate: Evaluate): Value {
  if (frame.depth > MAX_DEPTH)
    return invalid(`lambdas and functions are nested deeper than ${MAX_DEPTH} levels`)
  const lambdas = new Map(frame.lambdas)
  for (const [index, name] of lambda.variables.entries()) lambdas.set(name, values[index] ?? null)
  return evaluate(lambda.body, { ...frame, lambdas, depth: frame.depth + 1 })
}

function truth(value: Value, call: Call, frame: Frame): boolean {
  return typeof value === 'boolean'
    ? value
    : refuseArgument({ name: call.name, frame }, 1, 'a boolean', value)
}

function keyText(value: Value, call: Call): string {
  return typeof value === 'string'
    ? value
    : invalid(`the lambda of '${call.name}' must return a string, not ${typeName(value)}`)
}

/** Merges sorted halves; the lambda says whether its first item may stand before its second. */
function sort(list: readonly Value[], call: Call, frame: Frame, evaluate: Evaluate): Value {
  const lambda = lambdaAt(call, 1, 2, 2)
  let isUnknown = false
  const before = (a: Value, b: Value): boolean => {
    const value = apply(lambda, [a, b], frame, evaluate)
    if (!isDeferred(value)) return truth(value, call, frame)
    isUnknown = true
    return true
  }
  const sorted = [...list].sort((a, b) => (before(a, b) ? -1 : before(b, a) ? 1 : 0))
  return isUnknown ? later(call, list, frame, evaluate) : sorted
}

function toObject(call: Call, frame: Frame, evaluate: Evaluate): Value {
  const list = subject(call, frame, evaluate)
  if (!isList(list)) return list
  const keys = list.map((item) => apply(lambdaAt(call, 1, 1, 1), [item], frame, evaluate))
  const seen = new Set<string>()
  return Object.fromEntries(
    list.map((item, index) => {
      const found = keys[index] ?? null
      const key = isDeferred(found) ? unknownKey(found) : keyText(found, call)
      if (seen.has(key.toLowerCase()))
        return invalid(
          `the function '${call.name}' came to the key '${key}' twice; letter case makes no difference`,
        )
      seen.add(key.toLowerCase())
      return [key, call.args.length > 2 ? apply(lambdaAt(call, 2, 1, 1), [item], frame, evaluate) : item]
    }),
  )
}
