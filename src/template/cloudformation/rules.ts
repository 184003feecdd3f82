import type { Evaluation } from './evaluation.ts'
import { functionOf } from './functions.ts'
import { type TemplatePath, isObject, isScalar, scalarText } from './value.ts'

type Asked = Pick<Evaluation, 'template' | 'context' | 'evaluate'>

/** A rule whose assertion does not hold for the parameters. */
export interface BrokenRule {
  rule: string
  /** The template's own words for it. */
  description?: string
}

/** The first assertion in the template's Rules that the parameters break; undefined when all hold. */
export function brokenRule(evaluation: Asked): BrokenRule | undefined {
  const rules = evaluation.template.source['Rules']
  for (const [rule, definition] of Object.entries(isObject(rules) ? rules : {})) {
    if (!isObject(definition)) continue
    const path = ['Rules', rule]
    const condition = definition['RuleCondition']
    if (condition !== undefined && !holds(evaluation, condition, [...path, 'RuleCondition'])) continue
    const assertions: readonly unknown[] = Array.isArray(definition['Assertions'])
      ? definition['Assertions']
      : []
    for (const [index, assertion] of assertions.entries()) {
      if (!isObject(assertion)) continue
      if (holds(evaluation, assertion['Assert'], [...path, 'Assertions', index, 'Assert'])) continue
      const description = assertion['AssertDescription']
      return { rule, ...(typeof description === 'string' ? { description } : {}) }
    }
  }
  return undefined
}

/** What is not known here, as the attributes of a parameter's VPC, is taken to hold. */
function holds(evaluation: Asked, value: unknown, path: TemplatePath): boolean {
  const call = functionOf(value)
  if (call === undefined) return value !== false && value !== 'false'
  const inside = [...path, call.name]
  const items: readonly unknown[] = Array.isArray(call.argument) ? call.argument : []
  const truths = (): boolean[] => items.map((item, index) => holds(evaluation, item, [...inside, index]))
  const sides = items.map((item, index) => members(evaluation, item, [...inside, index]))
  const [left, right] = sides
  switch (call.name) {
    case 'Fn::And':
      return truths().every(Boolean)
    case 'Fn::Or':
      return truths().some(Boolean)
    case 'Fn::Not':
      return !truths()[0]
    default:
      if (left === undefined || right === undefined) return true
      return compare(call.name, left, right)
  }
}

function compare(name: string, left: readonly string[], right: readonly string[]): boolean {
  switch (name) {
    case 'Fn::Equals':
      return left.length === right.length && left.every((text, index) => text === right[index])
    case 'Fn::Contains':
      return left.includes(right[0] ?? '')
    case 'Fn::EachMemberEquals':
      return left.every((text) => text === right[0])
    case 'Fn::EachMemberIn':
      return left.every((text) => right.includes(text))
    default:
      return true
  }
}

/** The texts that an operand stands for; undefined when only AWS could tell. */
function members(evaluation: Asked, value: unknown, path: TemplatePath): string[] | undefined {
  const call = functionOf(value)
  if (call?.name === 'Fn::ValueOf' || call?.name === 'Fn::ValueOfAll') return undefined
  if (call?.name === 'Fn::RefAll')
    return [...evaluation.context.parameters.values()]
      .filter(({ declaration }) => declaration.type === call.argument)
      .map(({ text }) => text)
  if (call !== undefined && BOOLEAN.includes(call.name)) return undefined
  const found = evaluation.evaluate(value, path)
  return (Array.isArray(found) ? found : [found]).map((item) => (isScalar(item) ? scalarText(item) : ''))
}

const BOOLEAN = [
  'Fn::And',
  'Fn::Or',
  'Fn::Not',
  'Fn::Equals',
  'Fn::Contains',
  'Fn::EachMemberEquals',
  'Fn::EachMemberIn',
]
