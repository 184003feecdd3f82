import { didYouMean } from '../../api/did-you-mean.ts'
import type { Place } from './frame.ts'
import { findFunction, functionNames, isListFunction } from './functions/index.ts'
import { readText } from './parse-expression.ts'
import { problemOf } from './problem.ts'
import type { Call, Expression } from './syntax.ts'
import type { ArmPath, ArmProblem, Json } from './types.ts'
import { isJsonList, isJsonObject } from './value.ts'

/** The names that expressions of a part of a template may use. */
export interface Names {
  readonly parameters: readonly string[]
  readonly variables: readonly string[]
  /** User functions with the number of their parameters, by `namespace.name`. */
  readonly functions: ReadonlyMap<string, number>
  readonly place: Place | 'any'
}

/** Every expression in a piece of a template: whether it parses, calls what exists with as many arguments, where it may. */
export function checkExpressions(json: Json, path: ArmPath, names: Names): ArmProblem[] {
  if (typeof json === 'string') return checkText(json, path, names)
  if (isJsonList(json)) return json.flatMap((item, index) => checkExpressions(item, [...path, index], names))
  if (!isJsonObject(json)) return []
  return Object.entries(json).flatMap(([key, value]) => {
    const inside = [...path, key]
    return [...checkText(key, inside, names), ...checkExpressions(value, inside, names)]
  })
}

function checkText(text: string, path: ArmPath, names: Names): ArmProblem[] {
  if (!text.startsWith('[')) return []
  try {
    const read = readText(text)
    return 'text' in read ? [] : checkExpression(read.expression, path, names)
  } catch (error) {
    return [problemOf(error, path)]
  }
}

/** The calls of one expression. */
export function checkExpression(expression: Expression, path: ArmPath, names: Names): ArmProblem[] {
  switch (expression.kind) {
    case 'value':
      return []
    case 'access':
      return [
        ...checkExpression(expression.target, path, names),
        ...checkExpression(expression.key, path, names),
      ]
    case 'call':
      return [
        ...checkCall(expression, path, names),
        ...expression.args.flatMap((arg) => checkExpression(arg, path, names)),
      ]
  }
}

function checkCall(call: Call, path: ArmPath, names: Names): ArmProblem[] {
  const lower = call.name.toLowerCase()
  if (lower === 'lambda') return []
  if (lower.includes('.')) return checkUserCall(call, path, names)
  const found = findFunction(call.name)
  if (found === undefined && !isListFunction(call.name))
    return [
      problem(
        'UnknownFunction',
        `the template function '${call.name}' is not known here${didYouMean(call.name, functionNames)}`,
        path,
      ),
    ]
  const count = call.args.length
  const { min, max } = found ?? { min: 1, max: 3 }
  if (count < min || count > max)
    return [problem('InvalidTemplate', `the function '${call.name}' cannot take ${count} arguments`, path)]
  return [...checkPlace(lower, call, path, names), ...checkName(lower, call, path, names)]
}

function checkUserCall({ name, args }: Call, path: ArmPath, { functions }: Names): ArmProblem[] {
  const key = [...functions.keys()].find((known) => known.toLowerCase() === name.toLowerCase())
  const count = key === undefined ? undefined : functions.get(key)
  if (count === undefined)
    return [
      problem(
        'UnknownFunction',
        `the template defines no function '${name}'${didYouMean(name, functions.keys())}`,
        path,
      ),
    ]
  return count === args.length
    ? []
    : [
        problem(
          'InvalidTemplate',
          `the function '${name}' takes ${count} arguments, not ${args.length}`,
          path,
        ),
      ]
}

function checkPlace(lower: string, { name }: Call, path: ArmPath, { place }: Names): ArmProblem[] {
  if (place === 'any') return []
  const isRuntime = /^references?$/.test(lower) || isListFunction(name)
  if (isRuntime && place !== 'body' && place !== 'output')
    return [
      problem(
        'InvalidTemplate',
        `the function '${name}' stands only in the properties of a resource and in outputs: it reads what exists once the deployment runs`,
        path,
      ),
    ]
  if (/^(utcnow|newguid)$/.test(lower) && place !== 'parameter')
    return [
      problem(
        'InvalidTemplate',
        `the function '${name}' stands only in the default value of a parameter`,
        path,
      ),
    ]
  return []
}

function checkName(lower: string, { args }: Call, path: ArmPath, names: Names): ArmProblem[] {
  const [arg] = args
  if (arg?.kind !== 'value' || typeof arg.value !== 'string') return []
  const wanted = arg.value
  const isIn = (list: readonly string[]): boolean =>
    list.some((name) => name.toLowerCase() === wanted.toLowerCase())
  if (lower === 'parameters' && !isIn(names.parameters))
    return [
      problem(
        'UnknownName',
        `there is no parameter '${wanted}'${didYouMean(wanted, names.parameters)}`,
        path,
      ),
    ]
  if (lower === 'variables' && !isIn(names.variables))
    return [
      problem('UnknownName', `there is no variable '${wanted}'${didYouMean(wanted, names.variables)}`, path),
    ]
  return []
}

function problem(code: string, message: string, path: ArmPath): ArmProblem {
  return { code, message, document: 'template', path, severity: 'error' }
}
