import type { ParameterValue } from './parameters.ts'
import type { Template } from './template.ts'
import type { TemplatePath } from './value.ts'

/**
 * Stands for what only the deployment will tell (an attribute of a resource that is not there yet), in AWS's own
 * spelling. A function over it gives it again as a whole: `Fn::Sub` with one unknown part is unknown altogether.
 */
export const KNOWN_AFTER_APPLY = '{{changeSet:KNOWN_AFTER_APPLY}}'

/** What the pseudo parameters answer. */
export interface PseudoParameters {
  accountId: string
  region: string
  partition: string
  urlSuffix: string
  stackId: string
  stackName: string
  notificationArns: readonly string[]
}

/** `{{resolve:service:key}}`. */
export interface DynamicReference {
  service: string
  /** All that stands after the service. */
  key: string
  /** As it stands in the template. */
  text: string
}

/** What evaluation may ask about the world; each refuses (throws) by itself where it must. */
export interface EvaluationContext {
  parameters: ReadonlyMap<string, ParameterValue>
  pseudo: PseudoParameters
  /** What Ref of a resource answers; KNOWN_AFTER_APPLY where it is not there yet. */
  ref(logicalId: string): unknown
  getAtt(logicalId: string, attribute: string): unknown
  /** The value behind an export's name; undefined when nobody exports it. */
  importValue?(name: string): string | undefined
  /** Default: `<region>a` to `<region>c`. */
  availabilityZones?(region: string): readonly string[]
  /** Resolves `{{resolve:…}}`; undefined (or no function) leaves it as it stands. */
  dynamicReference?(reference: DynamicReference): string | undefined
}

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
  void template
  void context
  return {
    conditions: new Map(),
    isActive: () => false,
    evaluate: (value) => value,
    prune: (value) => value,
  }
}
