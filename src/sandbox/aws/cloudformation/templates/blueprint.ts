import {
  type DynamicReference,
  type EvaluationContext,
  type Evaluator,
  KNOWN_AFTER_APPLY,
  createEvaluator,
} from '../../../../template/cloudformation/evaluate.ts'
import { checkActiveReferences } from '../../../../template/cloudformation/check-active.ts'
import { creationOrder, dependencyGraph } from '../../../../template/cloudformation/graph.ts'
import {
  type GivenParameter,
  type ParameterValue,
  resolveParameters,
} from '../../../../template/cloudformation/parameters.ts'
import { brokenRule } from '../../../../template/cloudformation/rules.ts'
import type { ResourceDeclaration, Template } from '../../../../template/cloudformation/template.ts'
import { validationError } from '../errors.ts'
import { partitionOf, urlSuffixOf } from '../ids.ts'
import { isObject } from '../input.ts'
import type { JsonObject, StackOutput, StackParameter } from '../model.ts'
import type { Place, World } from '../world.ts'
import { checkAttributes, checkTypes } from './attributes.ts'
import { resolveReference, ssmParameter } from './references.ts'
import { availabilityZones } from './zones.ts'

/** What a template's references to resources and other stacks stand for at one moment of a deployment. */
export interface Lookup {
  ref(logicalId: string): unknown
  getAtt(logicalId: string, attribute: string): unknown
  /** Undefined when nobody exports it. */
  importValue(name: string): string | undefined
}

/** A template with its parameters filled in: which resources there are, in what order, and what they shall be. */
export interface Blueprint {
  template: Template
  parameters: StackParameter[]
  /** Parameter values as Ref answers them, by name. */
  values: ReadonlyMap<string, ParameterValue>
  conditions: ReadonlyMap<string, boolean>
  /** The resources whose condition holds, each after those it needs. */
  resources: ReadonlyMap<string, ResourceDeclaration>
  /** Logical ids that each resource needs first. */
  dependencies: ReadonlyMap<string, readonly string[]>
  /** Names that Fn::ImportValue asks for, as far as they can be told before the deployment. */
  imports: readonly string[]
  properties(logicalId: string, lookup: Lookup): JsonObject
  /** Another member of the resource's entry, evaluated: Metadata, CreationPolicy. */
  member(logicalId: string, name: string, lookup: Lookup): unknown
  /** The template's value at a resource's property, with conditions chosen but nothing else resolved. */
  pruned(logicalId: string): JsonObject
  outputs(lookup: Lookup): StackOutput[]
}

/** What a blueprint is made from. */
export interface BlueprintRequest {
  world: World
  place: Place
  stackId: string
  stackName: string
  template: Template
  given: readonly GivenParameter[]
  /** The stack's parameters so far, for UsePreviousValue; left out for a new stack. */
  previous?: readonly StackParameter[]
  notificationArns: readonly string[]
}

/** Nothing that a deployment makes is known yet. */
export const NOTHING_KNOWN: Lookup = {
  ref: () => KNOWN_AFTER_APPLY,
  getAtt: () => KNOWN_AFTER_APPLY,
  importValue: () => KNOWN_AFTER_APPLY,
}

/**
 * Fills a template in. Everything that can be refused on the call is refused here, in AWS's words: parameters,
 * conditions, references into inactive parts, functions that cannot be worked out.
 */
export function createBlueprint(request: BlueprintRequest): Blueprint {
  const { world, place, template } = request
  const values = resolveParameters(template, {
    given: request.given,
    ssm: (name) => ssmParameter(world, place, name),
    ...(request.previous === undefined
      ? {}
      : { previous: new Map(request.previous.map((parameter) => [parameter.key, parameter.value])) }),
  })
  let lookup = NOTHING_KNOWN
  const imports = new Set<string>()
  const context: EvaluationContext = {
    parameters: values,
    pseudo: {
      accountId: place.account,
      region: place.region,
      partition: partitionOf(place.region),
      urlSuffix: urlSuffixOf(place.region),
      stackId: request.stackId,
      stackName: request.stackName,
      notificationArns: request.notificationArns,
    },
    ref: (logicalId) => lookup.ref(logicalId),
    getAtt: (logicalId, attribute) => lookup.getAtt(logicalId, attribute),
    importValue(name) {
      imports.add(name)
      return lookup.importValue(name)
    },
    availabilityZones,
    dynamicReference: (reference: DynamicReference) => resolveReference(world, place, reference),
  }
  const evaluator = createEvaluator(template, context)
  checkRules(template, context, evaluator)
  checkActiveReferences(template, evaluator)
  checkTypes(template, world.facts)
  checkAttributes(template, world.facts)
  const graph = dependencyGraph(template, evaluator)
  const resources = new Map<string, ResourceDeclaration>()
  for (const logicalId of creationOrder(graph)) {
    const declaration = template.resources.get(logicalId)
    if (declaration !== undefined && evaluator.isActive(logicalId)) resources.set(logicalId, declaration)
  }

  function under<Result>(now: Lookup, evaluate: () => Result): Result {
    const before = lookup
    lookup = now
    try {
      return evaluate()
    } finally {
      lookup = before
    }
  }

  const blueprint: Blueprint = {
    template,
    values,
    parameters: [...values.values()].map(stackParameter),
    conditions: evaluator.conditions,
    resources,
    dependencies: graph,
    imports: [],
    properties(logicalId, now) {
      const properties = resources.get(logicalId)?.properties ?? {}
      const value = under(now, () => evaluator.evaluate(properties, ['Resources', logicalId, 'Properties']))
      return isObject(value) ? (scalarsAsText(value) as JsonObject) : {}
    },
    member(logicalId, name, now) {
      const value = resources.get(logicalId)?.definition[name]
      if (value === undefined) return undefined
      return under(now, () => scalarsAsText(evaluator.evaluate(value, ['Resources', logicalId, name])))
    },
    pruned(logicalId) {
      const properties = resources.get(logicalId)?.properties ?? {}
      const value = evaluator.prune(properties, ['Resources', logicalId, 'Properties'])
      return isObject(value) ? value : {}
    },
    outputs: (now) =>
      under(now, () => {
        const outputs: StackOutput[] = []
        for (const [key, output] of template.outputs) {
          if (output.condition !== undefined && evaluator.conditions.get(output.condition) !== true) continue
          const value = evaluator.evaluate(output.value, ['Outputs', key, 'Value'])
          const name = evaluator.evaluate(output.exportName, ['Outputs', key, 'Export', 'Name'])
          if (value === undefined) continue
          outputs.push({
            key,
            value: outputText(key, value),
            ...(output.description === undefined ? {} : { description: output.description }),
            ...(name === undefined ? {} : { exportName: outputText(key, name) }),
          })
        }
        return outputs
      }),
  }
  for (const logicalId of resources.keys()) blueprint.properties(logicalId, NOTHING_KNOWN)
  blueprint.outputs(NOTHING_KNOWN)
  return { ...blueprint, imports: [...imports] }
}

function checkRules(template: Template, context: EvaluationContext, evaluator: Evaluator): void {
  const broken = brokenRule({ template, context, evaluate: (value, path) => evaluator.evaluate(value, path) })
  if (broken !== undefined) throw validationError(broken.description ?? `Rule ${broken.rule} failed`)
}

function stackParameter(value: ParameterValue): StackParameter {
  return {
    key: value.name,
    value: value.text,
    noEcho: value.declaration.noEcho,
    ...(value.resolvedText === undefined ? {} : { resolved: value.resolvedText }),
  }
}

function outputText(key: string, value: unknown): string {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return String(value)
  throw validationError(
    `Template format error: Output ${key} is malformed. The Value field of every Outputs member must evaluate to a String.`,
  )
}

/** CloudFormation keeps every number and boolean of a template as text. */
export function scalarsAsText(value: unknown): unknown {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (Array.isArray(value)) return value.map(scalarsAsText)
  if (!isObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, scalarsAsText(child)]))
}
