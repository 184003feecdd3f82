import { didYouMean } from '../../api/did-you-mean.ts'
import type { Dialect } from './dialect.ts'
import { conditionNameOf, functionOf, isLoop } from './functions.ts'
import { RULE_FUNCTIONS, shapeProblem } from './function-shapes.ts'
import type { Report } from './problem.ts'
import { referencesIn } from './references.ts'
import type { Template } from './template.ts'
import { type TemplatePath, isObject } from './value.ts'

/** Checks the shape of every function and that the conditions and maps it names are there. */
export function checkFunctions(template: Template, dialect: Dialect, report: Report): void {
  const check = (value: unknown, path: TemplatePath): void => {
    if (Array.isArray(value)) return value.forEach((item, index) => check(item, [...path, index]))
    if (!isObject(value)) return
    const call = functionOf(value)
    if (call === undefined) {
      for (const [key, child] of Object.entries(value)) if (!isLoop(key)) check(child, [...path, key])
      return
    }
    // A null is reported already.
    if (call.argument === null) return
    const inside = [...path, call.name]
    const problem = shapeProblemIn(dialect, call.name, call.argument)
    if (problem === undefined) {
      checkNames(template, dialect, call.name, call.argument, inside, report)
      check(call.argument, inside)
    } else report({ path: inside, message: problem, advice: adviceOf(problem) })
  }
  for (const [name, condition] of template.conditions) {
    check(condition, ['Conditions', name])
    if (calls(condition, ['Fn::ImportValue']))
      report({
        path: ['Conditions', name],
        message: 'Template error: Cannot use Fn::ImportValue in Conditions.',
        advice: 'a condition cannot use Fn::ImportValue; pass the value in as a parameter',
      })
    checkConditionNames(template, condition, ['Conditions', name], report)
  }
  for (const [logicalId, { definition, condition }] of template.resources) {
    const path = ['Resources', logicalId]
    if (condition !== undefined && !template.conditions.has(condition) && !dialect.rewritten)
      report(unresolvedCondition(template, condition, [...path, 'Condition'], 'Resources'))
    for (const key of ['Metadata', 'CreationPolicy', 'UpdatePolicy', 'Properties'])
      check(definition[key], [...path, key])
  }
  for (const [name, { value, exportName, condition }] of template.outputs) {
    const path = ['Outputs', name]
    if (condition !== undefined && !template.conditions.has(condition) && !dialect.rewritten)
      report(unresolvedCondition(template, condition, [...path, 'Condition'], 'Outputs'))
    check(value, [...path, 'Value'])
    check(exportName, [...path, 'Export', 'Name'])
  }
}

/** With the language extensions most arguments may be functions: the transform looks at them. */
function shapeProblemIn(dialect: Dialect, name: string, argument: unknown): string | undefined {
  if (RULE_FUNCTIONS.includes(name) || dialect.rewritten) return undefined
  const problem = shapeProblem(name, argument, dialect)
  return dialect.languageExtensions && problem !== undefined && holdsFunction(argument) ? undefined : problem
}

function holdsFunction(value: unknown): boolean {
  if (functionOf(value) !== undefined) return true
  return Array.isArray(value) && value.some(holdsFunction)
}

function checkNames(
  template: Template,
  dialect: Dialect,
  name: string,
  argument: unknown,
  path: TemplatePath,
  report: Report,
): void {
  const items: readonly unknown[] = Array.isArray(argument) ? argument : []
  const [first] = items
  if (dialect.rewritten) return
  if (name === 'Fn::ImportValue' && hangsOnResources(template, argument)) report(importProblem(path))
  if (typeof first !== 'string') return
  if (name === 'Fn::If' && !template.conditions.has(first) && !hasLoop(template, 'Conditions'))
    report({
      path,
      message: `Template error: unresolved condition dependency ${first} in Fn::If`,
      advice: `the condition "${first}" is not declared${didYouMean(first, template.conditions.keys())}; add it to Conditions`,
    })
  if (
    name === 'Fn::FindInMap' &&
    !template.mappings.has(first) &&
    items.length === 3 &&
    !hasInclude(template)
  )
    report({
      path,
      message: `Template error: Mapping named '${first}' is not present in the 'Mappings' section of template.`,
      advice: `there is no mapping "${first}"${didYouMean(first, template.mappings.keys())}`,
    })
}

/** What is imported must be known before anything is made. */
function hangsOnResources(template: Template, argument: unknown): boolean {
  return (
    [...referencesIn(argument)].some(({ name }) => template.resources.has(name)) ||
    calls(argument, ['Fn::ImportValue', 'Fn::GetAZs'])
  )
}

function calls(value: unknown, names: readonly string[]): boolean {
  const call = functionOf(value)
  if (call !== undefined) return names.includes(call.name) || calls(call.argument, names)
  return (Array.isArray(value) ? value : isObject(value) ? Object.values(value) : []).some((child) =>
    calls(child, names),
  )
}

function importProblem(path: TemplatePath) {
  return {
    path,
    message:
      'Template error: the attribute in Fn::ImportValue must not depend on any resources, imported values, or Fn::GetAZs',
    advice:
      'the name to import must not depend on resources, other imports or Fn::GetAZs; make it of texts and parameters',
  }
}

function checkConditionNames(template: Template, value: unknown, path: TemplatePath, report: Report): void {
  const name = conditionNameOf(value)
  if (name !== undefined && !template.conditions.has(name) && !hasLoop(template, 'Conditions'))
    report(unresolvedCondition(template, name, path, 'Conditions'))
  if (Array.isArray(value))
    value.forEach((item, index) => checkConditionNames(template, item, [...path, index], report))
  else if (isObject(value))
    for (const [key, child] of Object.entries(value))
      checkConditionNames(template, child, [...path, key], report)
}

function unresolvedCondition(template: Template, condition: string, path: TemplatePath, block: string) {
  return {
    path,
    message:
      block === 'Conditions'
        ? `Template format error: Unresolved dependencies [${condition}]. Cannot reference resources in the Conditions block of the template`
        : `Template format error: Condition ${condition} is not defined.`,
    advice: `the condition "${condition}" is not declared${didYouMean(condition, template.conditions.keys())}; add it to Conditions`,
  }
}

function hasLoop(template: Template, section: string): boolean {
  const value = template.source[section]
  return isObject(value) && Object.keys(value).some((key) => isLoop(key) || key === 'Fn::Transform')
}

function hasInclude(template: Template): boolean {
  return hasLoop(template, 'Mappings')
}

/** CloudFormation's sentence as one of ours. */
function adviceOf(message: string): string {
  return message.replace(/^Template error: /i, '').replace(/\.$/, '')
}
