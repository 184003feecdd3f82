import type { UserFunction } from './frame.ts'
import { parseExpression } from './parse-expression.ts'
import type { ArmTemplate, Json } from './types.ts'
import { isJsonList, isJsonObject, jsonMember } from './value.ts'

/** The functions that a template defines, by `namespace.name` in lower case. */
export function readUserFunctions(template: ArmTemplate): ReadonlyMap<string, UserFunction> {
  const functions = new Map<string, UserFunction>()
  const groups = jsonMember(template, 'functions')
  for (const group of isJsonList(groups) ? groups : []) {
    const namespace = jsonMember(group, 'namespace')
    const members = jsonMember(group, 'members')
    if (typeof namespace !== 'string' || !isJsonObject(members)) continue
    for (const [name, json] of Object.entries(members))
      functions.set(`${namespace}.${name}`.toLowerCase(), readFunction(json))
  }
  return functions
}

function readFunction(json: Json): UserFunction {
  const parameters = jsonMember(json, 'parameters')
  const value = jsonMember(jsonMember(json, 'output'), 'value')
  const names = (isJsonList(parameters) ? parameters : []).map((parameter) => {
    const name = jsonMember(parameter, 'name')
    return typeof name === 'string' ? name : ''
  })
  const isExpression = typeof value === 'string' && /^\[(?!\[).*\]$/s.test(value)
  return isExpression
    ? { parameters: names, output: parseExpression(value.slice(1, -1)), value: undefined }
    : { parameters: names, output: undefined, value }
}
