import type { Evaluation } from './evaluation.ts'
import { conditionNameOf, functionOf } from './functions.ts'
import { refuse } from './problem.ts'
import { type TemplatePath, isScalar, scalarText } from './value.ts'

/** Works out all conditions of a template, each once, whatever their order. Refuses a condition that asks itself. */
export function evaluateConditions(evaluation: Evaluation): ReadonlyMap<string, boolean> {
  const results = new Map<string, boolean>()
  const asking: string[] = []

  function named(name: string, path: TemplatePath): boolean {
    const known = results.get(name)
    if (known !== undefined) return known
    if (!evaluation.template.conditions.has(name))
      return refuse({
        path,
        message: `Template format error: Unresolved dependencies [${name}]. Cannot reference resources in the Conditions block of the template`,
        advice: `the condition "${name}" is not declared`,
      })
    if (asking.includes(name))
      return refuse({
        path,
        message: `Template error: Found circular condition dependency between ${asking.at(-1)} and ${name}`,
        advice: `the conditions ask each other: ${[...asking.slice(asking.indexOf(name)), name].join(' → ')}`,
      })
    asking.push(name)
    const result = truth(evaluation.template.conditions.get(name), ['Conditions', name])
    asking.pop()
    results.set(name, result)
    return result
  }

  function truth(value: unknown, path: TemplatePath): boolean {
    const name = conditionNameOf(value)
    if (name !== undefined) return named(name, path)
    const call = functionOf(value)
    const items: readonly unknown[] = Array.isArray(call?.argument) ? call.argument : []
    const truths = () => items.map((item, index) => truth(item, [...path, call?.name ?? '', index]))
    switch (call?.name) {
      case 'Fn::And':
        return truths().every(Boolean)
      case 'Fn::Or':
        return truths().some(Boolean)
      case 'Fn::Not':
        return !truths()[0]
      case 'Fn::Equals':
        return equal(items, [...path, call.name])
      default:
        return value === true || value === 'true'
    }
  }

  function equal(items: readonly unknown[], path: TemplatePath): boolean {
    const [left, right] = items.map((item, index) => comparable(evaluation.evaluate(item, [...path, index])))
    return left === right
  }

  for (const name of evaluation.template.conditions.keys()) named(name, ['Conditions', name])
  return results
}

/** CloudFormation compares texts, so `true` equals "true" and 5 equals "5"; a list equals a list item by item. */
function comparable(value: unknown): string {
  return isScalar(value) ? scalarText(value) : JSON.stringify(value ?? null)
}
