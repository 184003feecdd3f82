import type { ParameterValue } from './parameters.ts'
import type { Template } from './template.ts'
import { type TemplatePath, isObject } from './value.ts'

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

/**
 * Stands for what only the deployment will tell (an attribute of a resource that is not there yet), in AWS's own
 * spelling. A function over it gives it again as a whole: `Fn::Sub` with one unknown part is unknown altogether.
 */
export const KNOWN_AFTER_APPLY = '{{changeSet:KNOWN_AFTER_APPLY}}'

/** What a function needs to be worked out. */
export interface Evaluation {
  template: Template
  context: EvaluationContext
  languageExtensions: boolean
  /** Undefined for one that is not declared (or, while conditions are worked out, not known yet). */
  condition(name: string): boolean | undefined
  evaluate(value: unknown, path: TemplatePath): unknown
}

/** Whether a value is, or holds, what is only known after the deployment. */
export function isUnknown(value: unknown): boolean {
  if (typeof value === 'string') return value.includes(KNOWN_AFTER_APPLY)
  if (Array.isArray(value)) return value.some(isUnknown)
  return isObject(value) && Object.values(value).some(isUnknown)
}
