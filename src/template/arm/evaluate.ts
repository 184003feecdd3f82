import { didYouMean } from '../../api/did-you-mean.ts'
import type { Frame, Place } from './frame.ts'
import type { ArmFunction, Context, EagerFunction } from './functions/function.ts'
import { callList, findFunction, functionNames, isListFunction } from './functions/index.ts'
import { ArmEvaluationError, invalid, located, unknown } from './problem.ts'
import { renderExpression } from './render.ts'
import { type Call, type Expression, literal } from './syntax.ts'
import type { ArmPath, Json } from './types.ts'
import {
  type Value,
  type ValueObject,
  defer,
  deferredExpression,
  hasDeferred,
  isDeferred,
  isJsonList,
  isJsonObject,
  isList,
  isObject,
  member,
  objectOf,
  originOf,
  withOrigin,
} from './value.ts'

/** Deeper than any template that a person or compiler writes. */
const MAX_DEPTH = 64

/** Works an expression out; refuses with ArmEvaluationError. */
export function evaluate(expression: Expression, frame: Frame): Value {
  switch (expression.kind) {
    case 'value':
      return expression.value
    case 'call':
      return call(expression, frame)
    case 'access':
      return access(evaluate(expression.target, frame), evaluate(expression.key, frame))
  }
}

function call(expression: Call, frame: Frame): Value {
  const { name } = expression
  if (name.includes('.')) return callUser(expression, frame)
  const found = findFunction(name)
  if (found === undefined) {
    if (!isListFunction(name)) return unknownFunction(name)
    const args = expression.args.map((arg) => evaluate(arg, frame))
    return callList(name, args, frame)
  }
  checkArity(found, expression)
  requirePlace(name, frame.place)
  if (found.kind === 'lazy') return found.run(expression, frame, evaluate)
  const args = expression.args.map((arg) => evaluate(arg, frame))
  const context: Context = { name, frame }
  const value = isReady(found.needs, args) ? found.run(args, context) : undefined
  return value === undefined ? defer({ kind: 'call', name, args: args.map(literal) }) : value
}

function isReady(needs: EagerFunction['needs'], args: readonly Value[]): boolean {
  if (needs === 'nothing') return true
  return needs === 'whole' ? !args.some(hasDeferred) : !args.some(isDeferred)
}

function unknownFunction(name: string): never {
  throw new ArmEvaluationError(
    'UnknownFunction',
    `the template function '${name}' is not known here${didYouMean(name, functionNames)}`,
  )
}

function checkArity({ min, max }: ArmFunction, { name, args }: Call): void {
  if (args.length >= min && args.length <= max) return
  const wanted = min === max ? String(min) : max === Infinity ? `at least ${min}` : `${min} to ${max}`
  invalid(`the function '${name}' takes ${wanted} arguments, not ${args.length}`)
}

/** ARM works these out once, when it reads the parameters. */
function requirePlace(name: string, place: Place): void {
  if (place === 'parameter' || !/^(utcnow|newguid)$/i.test(name)) return
  invalid(`the function '${name}' stands only in the default value of a parameter`)
}

function callUser({ name, args }: Call, frame: Frame): Value {
  const found = frame.world.functions.get(name.toLowerCase())
  if (found === undefined)
    throw new ArmEvaluationError(
      'UnknownFunction',
      `the template defines no function '${name}'${didYouMean(name, frame.world.functions.keys())}`,
    )
  if (args.length !== found.parameters.length)
    return invalid(`the function '${name}' takes ${found.parameters.length} arguments, not ${args.length}`)
  if (frame.depth > MAX_DEPTH) return invalid(`functions call each other deeper than ${MAX_DEPTH} levels`)
  const given = new Map(
    args.map((arg, index) => [(found.parameters[index] ?? '').toLowerCase(), evaluate(arg, frame)]),
  )
  const inner: Frame = {
    ...frame,
    arguments: given,
    lambdas: new Map(),
    copies: [],
    depth: frame.depth + 1,
  }
  return found.output === undefined
    ? evaluateJson(found.value ?? null, inner, [])
    : evaluate(found.output, inner)
}

/** `target.key` and `target[key]`. */
function access(target: Value, key: Value): Value {
  if (isDeferred(target))
    return defer({ kind: 'access', target: deferredExpression(target), key: literal(key) })
  if (isDeferred(key)) return defer({ kind: 'access', target: literal(target), key: deferredExpression(key) })
  if (isList(target)) {
    if (typeof key !== 'number')
      return invalid(`an array has no member ${JSON.stringify(key)}, only items by integer`)
    return known(target, key, target[key], () =>
      invalid(`an array of ${target.length} items has no item ${key}`),
    )
  }
  if (!isObject(target) || typeof key !== 'string')
    return invalid(`a value that is no object has no member ${JSON.stringify(key)}`)
  return known(target, key, member(target, key), () => refuseMember(Object.keys(target), key))
}

/** What was found; of something that stands for an expression, what is not there is unknown. */
function known(
  target: ValueObject | readonly Value[],
  key: string | number,
  value: Value | undefined,
  refuse: () => never,
): Value {
  const origin = originOf(target)
  if (origin === undefined) return value === undefined ? refuse() : value
  const expression: Expression = { kind: 'access', target: origin.expression, key: literal(key) }
  if (value === undefined) return defer(expression)
  // What a resource will have in place of an expression that is unknown itself, only the resource can tell.
  if (isDeferred(value)) return origin.isFilled ? value : defer(expression)
  // Nor does a template that writes null into a member say what the resource will have there.
  if (value === null && typeof key === 'string' && !origin.isFilled) return defer(expression)
  const isOpen = (isObject(value) || isList(value)) && originOf(value) === undefined
  return isOpen ? withOrigin(value, { ...origin, expression }) : value
}

function refuseMember(names: readonly string[], key: string): never {
  const known = names.length === 0 ? 'it has none' : `it has ${names.slice(0, 20).join(', ')}`
  return invalid(`an object has no member '${key}'${didYouMean(key, names)}; ${known}`)
}

/** Works every expression in a piece of a template out, names of members and `copy` of properties too. */
export function evaluateJson(json: Json, frame: Frame, path: ArmPath): Value {
  if (typeof json === 'string') return evaluateText(json, frame, path)
  if (isJsonList(json)) return json.map((item, index) => evaluateJson(item, frame, [...path, index]))
  if (!isJsonObject(json)) return json
  const members: [string, Value][] = []
  for (const [key, value] of Object.entries(json)) {
    const inside = [...path, key]
    if (key === 'copy' && isJsonList(value)) members.push(...expandCopies(value, frame, inside))
    else members.push([nameText(key, frame, inside), evaluateJson(value, frame, inside)])
  }
  return objectOf(members)
}

/** A text of a template worked out; problems are given its path. */
export function evaluateText(text: string, frame: Frame, path: ArmPath): Value {
  return located(path, () => {
    const read = frame.world.parse(text)
    return 'text' in read ? read.text : evaluate(read.expression, frame)
  })
}

function nameText(key: string, frame: Frame, path: ArmPath): string {
  if (!key.startsWith('[')) return key
  const value = evaluateText(key, frame, path)
  if (typeof value === 'string') return value
  if (isDeferred(value)) return `[${renderExpression(deferredExpression(value))}]`
  return invalid(`the name of a member must come to a string: ${key}`, path)
}

function expandCopies(copies: readonly Json[], frame: Frame, path: ArmPath): [string, Value][] {
  return copies.map((copy, index) => {
    const inside = [...path, index]
    const loop = readLoop(copy, frame, inside)
    return [loop.name, runLoop(loop, frame, false)]
  })
}

/** A `copy` that makes an array of values. */
export interface ValueLoop {
  readonly name: string
  readonly count: number
  readonly input: Json
  readonly path: ArmPath
}

/** Reads `{name, count, input}`. */
export function readLoop(copy: Json, frame: Frame, path: ArmPath): ValueLoop {
  if (!isJsonObject(copy)) return invalid('a copy is an object with name, count and input', path)
  const part = (key: string): Json | undefined =>
    Object.entries(copy).find(([name]) => name.toLowerCase() === key)?.[1]
  const name = evaluateJson(part('name') ?? null, frame, [...path, 'name'])
  if (typeof name !== 'string') return invalid('a copy needs a name, a string', path)
  return { name, count: readCount(part('count'), frame, path), input: part('input') ?? null, path }
}

/** The `count` of a copy: an integer that must be known. */
export function readCount(count: Json | undefined, frame: Frame, path: ArmPath): number {
  const value = evaluateJson(count ?? null, frame, [...path, 'count'])
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MAX_LOOP) return value
  const at = [...path, 'count']
  return isDeferred(value)
    ? unknown('the count of a copy must be known before the deployment starts', at)
    : invalid(`the count of a copy is an integer from 0 to ${MAX_LOOP}, not ${JSON.stringify(value)}`, at)
}

/** More than ARM ever makes of one loop. */
const MAX_LOOP = 10_000

/** Every turn of a loop. */
export function runLoop({ name, count, input, path }: ValueLoop, frame: Frame, isResource: boolean): Value[] {
  return Array.from({ length: count }, (_, index) =>
    evaluateJson(input, { ...frame, copies: [...frame.copies, { name, index, isResource }] }, [
      ...path,
      'input',
    ]),
  )
}
