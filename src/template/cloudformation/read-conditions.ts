import type { Dialect } from './dialect.ts'
import { conditionNameOf, functionOf, isLoop } from './functions.ts'
import type { Report } from './problem.ts'
import { checkName, readSection } from './sections.ts'
import type { JsonObject } from './value.ts'

/** The template's conditions, not evaluated. */
export function readConditions(
  source: JsonObject,
  dialect: Dialect,
  report: Report,
): ReadonlyMap<string, unknown> {
  const conditions = new Map<string, unknown>()
  for (const [name, value] of Object.entries(readSection(source, 'Conditions', report))) {
    if (isLoop(name) || name === 'Fn::Transform') continue
    const path = ['Conditions', name]
    checkName('Conditions', name, path, report)
    if (value !== null && !isBoolean(value) && !dialect.rewritten)
      report({
        path,
        message:
          'Template format error: Conditions can only be boolean operations on parameters and other conditions',
        advice: 'a condition is one of !Equals, !And, !Or, !Not or !Condition',
      })
    conditions.set(name, value)
  }
  return conditions
}

const BOOLEAN: readonly string[] = ['Fn::And', 'Fn::Equals', 'Fn::Not', 'Fn::Or', 'Fn::Transform']

function isBoolean(value: unknown): boolean {
  return conditionNameOf(value) !== undefined || BOOLEAN.includes(functionOf(value)?.name ?? '')
}
