import {
  type Deployment,
  type OutputValue,
  evaluateBody,
  evaluateOutputs,
  evaluateShell,
  isDeployed,
  openDeployment,
} from './deployment.ts'
import type { Draft } from './draft.ts'
import type { Answers } from './frame.ts'
import { isDeploymentType, nestsTemplate, openNested } from './nested.ts'
import { ArmEvaluationError, problemOf } from './problem.ts'
import { renderExpression, toJson, toJsonWhole } from './render.ts'
import { type Expression, literal } from './syntax.ts'
import type { ArmProblem, DeploymentInput, JsonObject, Plan, PlannedResource } from './types.ts'
import {
  type Value,
  defer,
  deferredExpression,
  isDeferred,
  isObject,
  member,
  objectOf,
  withOrigin,
} from './value.ts'

/**
 * What a deployment would do, as far as it shows offline. References to resources of the deployment are answered by
 * what the template writes into them, references to nested deployments by their outputs; the rest stays as text.
 */
export function plan(input: DeploymentInput): Plan {
  const { template, parameters, surroundings } = input
  const planner = createPlanner()
  const root = openDeployment({
    template,
    given: parameters,
    surroundings,
    deploymentName: surroundings.deploymentName,
    deploymentLocation: surroundings.location,
    level: 0,
  })
  planner.visit(root, true)
  const outputs = planner.outputs(root)
  return {
    problems: planner.problems,
    resources: planner.resources,
    outputs: Object.fromEntries(outputs.map(([name, { value }]) => [name, toJsonWhole(value)])),
  }
}

/** A resource as far as the plan has worked it out. */
interface Predicted {
  readonly apiVersion: string
  properties(): Value | undefined
}

function createPlanner(): {
  readonly problems: ArmProblem[]
  readonly resources: PlannedResource[]
  visit(deployment: Deployment, condition: Value): void
  outputs(deployment: Deployment): [string, OutputValue][]
} {
  const problems: ArmProblem[] = []
  const resources: PlannedResource[] = []
  const predicted = new Map<string, Predicted>()
  const answers: Answers = {
    reference: (id, apiVersion, full) => answer(predicted.get(id.toLowerCase()), id, apiVersion, full),
    list: () => undefined,
  }

  function visit(deployment: Deployment, condition: Value): void {
    problems.push(...deployment.problems)
    const seen = new Set<Draft>()
    const go = (draft: Draft): void => {
      if (seen.has(draft)) return
      seen.add(draft)
      for (const other of dependencies(deployment, draft)) go(other)
      try {
        if (isDeployed(draft)) planOne(deployment, draft, both(condition, draft.condition))
      } catch (error) {
        problems.push(problemOf(error, draft.raw.path))
      }
    }
    deployment.drafts.forEach(go)
  }

  function planOne(deployment: Deployment, draft: Draft, condition: Value): void {
    if (isDeploymentType(draft.type)) return planNested(deployment, draft, condition)
    const body = evaluateBody(draft, answers)
    if (isObject(body))
      predicted.set(draft.id.toLowerCase(), {
        apiVersion: draft.apiVersion,
        properties: () => member(body, 'properties'),
      })
    resources.push({
      id: draft.id,
      type: draft.type,
      apiVersion: draft.apiVersion,
      name: draft.nameText,
      body: {
        ...(toJson(body) as JsonObject),
        ...(condition === true ? {} : { condition: toJson(condition) }),
      },
    })
  }

  function planNested(deployment: Deployment, draft: Draft, condition: Value): void {
    const nested = nestsTemplate(draft) ? openNested(deployment, draft, answers) : undefined
    if (nested === undefined) {
      problems.push(notOpened(draft))
      return
    }
    visit(nested, condition)
    const shell = evaluateShell(draft, answers)
    const outputs = objectOf(outputsOf(nested).map(([name, output]) => [name, outputObject(output)]))
    const properties = isObject(shell) ? member(shell, 'properties') : undefined
    predicted.set(draft.id.toLowerCase(), {
      apiVersion: draft.apiVersion,
      properties: () =>
        objectOf([...Object.entries(isObject(properties) ? properties : {}), ['outputs', outputs]]),
    })
  }

  function outputsOf(deployment: Deployment): [string, OutputValue][] {
    try {
      return evaluateOutputs(deployment, answers)
    } catch (error) {
      problems.push(problemOf(error, ['outputs']))
      return []
    }
  }

  return { problems, resources, visit, outputs: outputsOf }
}

/** Drafts that come before another one: what it depends on, and what its references name. */
function dependencies(deployment: Deployment, draft: Draft): Draft[] {
  const named = draft.dependsOn.flatMap((name) => deployment.index.find(dependencyText(name)))
  const read = new Set<string>()
  try {
    evaluateShell(draft, undefined, (id) => read.add(id))
  } catch (error) {
    // The same error comes again when the resource itself is planned.
    if (!(error instanceof ArmEvaluationError)) throw error
  }
  return [...named, ...Array.from(read).flatMap((id) => deployment.index.find(id))]
}

/** A name in `dependsOn` as the index knows it. */
export function dependencyText(name: Value): string {
  if (isDeferred(name)) return `[${renderExpression(deferredExpression(name))}]`
  return typeof name === 'string' ? name : ''
}

function answer(
  found: Predicted | undefined,
  id: string,
  apiVersion: string | undefined,
  full: boolean,
): Value | undefined {
  if (found === undefined || (apiVersion !== undefined && apiVersion !== found.apiVersion)) return undefined
  const properties = found.properties()
  if (!isObject(properties)) return undefined
  const args = [id, apiVersion ?? found.apiVersion, ...(full ? ['Full'] : [])]
  const origin: Expression = { kind: 'call', name: 'reference', args: args.map(literal) }
  return withOrigin(full ? { properties } : properties, origin)
}

function outputObject({ type, value }: OutputValue): Value {
  return { type: type.slice(0, 1).toUpperCase() + type.slice(1), value }
}

/** Two conditions that both must hold. */
function both(a: Value, b: Value): Value {
  if (a === true) return b
  if (b === true) return a
  return defer({ kind: 'call', name: 'and', args: [literal(a), literal(b)] })
}

function notOpened(draft: Draft): ArmProblem {
  return {
    code: 'NestedDeploymentNotEvaluated',
    message: `the nested deployment '${draft.nameText}' cannot be looked into: its template is elsewhere, or needs what only the running deployment knows`,
    document: 'template',
    path: draft.raw.path,
    severity: 'warning',
  }
}
