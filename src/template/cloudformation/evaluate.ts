import { evaluateConditions } from './conditions.ts'
import { NO_VALUE, functionOf } from './functions.ts'
import type { Evaluation, EvaluationContext } from './evaluation.ts'
import { callFunction } from './intrinsics.ts'
import { refuse } from './problem.ts'
import { LANGUAGE_EXTENSIONS, type Template } from './template.ts'
import { type JsonObject, type TemplatePath, isObject } from './value.ts'

export {
  type DynamicReference,
  type EvaluationContext,
  KNOWN_AFTER_APPLY,
  type PseudoParameters,
} from './evaluation.ts'

/** A template under one set of parameter values. */
export interface Evaluator {
  readonly conditions: ReadonlyMap<string, boolean>
  /** Whether a resource, by its condition, is part of the stack. False for an unknown id. */
  isActive(logicalId: string): boolean
  /**
   * Resolves every function in a value. Members and items that come to AWS::NoValue are left out; undefined if the
   * whole does. Scalars keep the type the template gives them. Refuses with TemplateError.
   */
  evaluate(value: unknown, path: TemplatePath): unknown
  /** Only chooses the branches of Fn::If; everything else stays as it is. Undefined for AWS::NoValue. */
  prune(value: unknown, path: TemplatePath): unknown
}

/** Evaluates the conditions at once; refuses with TemplateError where one cannot be. */
export function createEvaluator(template: Template, context: EvaluationContext): Evaluator {
  const conditions = new Map<string, boolean>()
  const evaluation: Evaluation = {
    template,
    context,
    languageExtensions: template.transforms.includes(LANGUAGE_EXTENSIONS),
    condition: (name) => conditions.get(name),
    evaluate,
  }
  for (const [name, value] of evaluateConditions(evaluation)) conditions.set(name, value)

  function evaluate(value: unknown, path: TemplatePath): unknown {
    if (typeof value === 'string') return dynamic(value, context)
    const call = functionOf(value)
    return call === undefined
      ? children(value, path, evaluate)
      : callFunction(evaluation, call, [...path, call.name])
  }

  function prune(value: unknown, path: TemplatePath): unknown {
    const call = functionOf(value)
    if (call === undefined) return children(value, path, prune)
    if (call.name === 'Ref' && call.argument === NO_VALUE) return undefined
    const inside = [...path, call.name]
    if (call.name !== 'Fn::If') return { [call.name]: children(call.argument, inside, prune) }
    const branch = chosenBranch(conditions, call.argument, inside)
    return branch === undefined ? value : prune(branch.value, [...inside, branch.index])
  }

  return {
    conditions,
    isActive(logicalId) {
      const resource = template.resources.get(logicalId)
      if (resource === undefined) return false
      return resource.condition === undefined || conditions.get(resource.condition) === true
    },
    evaluate,
    prune,
  }
}

/** A value's members or items, each worked out; what comes to nothing is left out. */
function children(
  value: unknown,
  path: TemplatePath,
  each: (value: unknown, path: TemplatePath) => unknown,
): unknown {
  if (Array.isArray(value))
    return value.map((item, index) => each(item, [...path, index])).filter((item) => item !== undefined)
  if (!isObject(value)) return value
  const object: JsonObject = {}
  for (const [key, child] of Object.entries(value)) {
    const result = each(child, [...path, key])
    if (result !== undefined) object[key] = result
  }
  return object
}

function chosenBranch(
  conditions: ReadonlyMap<string, boolean>,
  argument: unknown,
  path: TemplatePath,
): { value: unknown; index: number } | undefined {
  const [name, ...branches]: readonly unknown[] = Array.isArray(argument) ? argument : []
  if (typeof name !== 'string' || branches.length !== 2) return undefined
  const condition = conditions.get(name)
  if (condition === undefined)
    return refuse({
      path,
      message: `Template error: unresolved condition dependency ${name} in Fn::If`,
      advice: `the condition "${name}" is not declared`,
    })
  return { value: branches[condition ? 0 : 1], index: condition ? 1 : 2 }
}

/** `{{resolve:ssm:/name:1}}` anywhere in a text, where somebody can tell what it stands for. */
function dynamic(text: string, context: EvaluationContext): string {
  if (context.dynamicReference === undefined || !text.includes('{{resolve:')) return text
  return text.replaceAll(/\{\{resolve:([a-z-]+):([^{}]*)\}\}/g, (reference, service: string, key: string) => {
    return context.dynamicReference?.({ service, key, text: reference }) ?? reference
  })
}
