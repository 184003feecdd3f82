import { checkResources } from './check-resources.ts'
import {
  type Deployment,
  type OutputValue,
  evaluateBody,
  evaluateOutputs,
  evaluateShell,
  isDeployed,
  openDeployment,
} from './deployment.ts'
import { type Draft, rawMember } from './draft.ts'
import { dependencies } from './dependencies.ts'
import type { Answers } from './frame.ts'
import { isDeploymentType, nestsTemplate, openNested } from './nested.ts'
import { problemOf } from './problem.ts'
import { toJson, toJsonWhole } from './render.ts'
import { scopeId } from './scope.ts'
import { type Expression, literal } from './syntax.ts'
import type { ArmProblem, DeploymentInput, JsonObject, Plan, PlannedResource } from './types.ts'
import { type Value, defer, isDeferred, isObject, member, objectOf, withOrigin } from './value.ts'

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
    hideSecrets: true,
    level: 0,
    path: [],
  })
  planner.visit(root, undefined)
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
  visit(deployment: Deployment, condition: Value | undefined): void
  outputs(deployment: Deployment): [string, OutputValue][]
} {
  const problems: ArmProblem[] = []
  const resources: PlannedResource[] = []
  const predicted = new Map<string, Predicted>()
  const groups = new Map<string, JsonObject>()
  const answers: Answers = {
    predicts: true,
    reference: (id, apiVersion, full) => answer(predicted.get(id.toLowerCase()), apiVersion, full),
    list: () => undefined,
  }

  /** What the plan writes into a resource group that it makes. */
  const plannedGroup = (subscriptionId: string, name: string): JsonObject | undefined =>
    groups.get(scopeId({ kind: 'resourceGroup', subscriptionId, resourceGroup: name }).toLowerCase())

  const report = (deployment: Deployment, problem: ArmProblem): void => {
    problems.push(fromNested(deployment, problem))
  }

  function visit(deployment: Deployment, condition: Value | undefined): void {
    for (const problem of [...deployment.problems, ...checkResources(deployment)]) report(deployment, problem)
    const seen = new Set<Draft>()
    const go = (draft: Draft): void => {
      if (seen.has(draft)) return
      seen.add(draft)
      for (const other of dependencies(deployment, draft)) go(other)
      try {
        if (isDeployed(draft)) planOne(deployment, draft, both(condition, conditionOf(draft)))
      } catch (error) {
        report(deployment, problemOf(error, draft.raw.path))
      }
    }
    deployment.drafts.forEach(go)
  }

  function planOne(deployment: Deployment, draft: Draft, condition: Value | undefined): void {
    if (isDeploymentType(draft.type)) return planNested(deployment, draft, condition)
    const body = evaluateBody(draft, answers)
    if (isObject(body))
      predicted.set(draft.id.toLowerCase(), {
        apiVersion: draft.apiVersion,
        properties: () => member(body, 'properties'),
      })
    if (draft.type.toLowerCase() === 'microsoft.resources/resourcegroups' && isObject(body)) {
      const location = toJson(member(body, 'location') ?? null)
      if (typeof location === 'string' && !location.startsWith('['))
        groups.set(draft.id.toLowerCase(), { location })
    }
    resources.push({
      id: draft.id,
      type: draft.type,
      apiVersion: draft.apiVersion,
      name: draft.nameText,
      body: {
        ...(toJson(body) as JsonObject),
        ...(isDeferred(condition) ? { condition: toJson(condition) } : {}),
      },
    })
  }

  function planNested(deployment: Deployment, draft: Draft, condition: Value | undefined): void {
    const nested = nestsTemplate(draft) ? openNested(deployment, draft, answers, plannedGroup) : undefined
    if (nested === undefined) {
      report(deployment, notOpened(draft))
      return
    }
    visit(nested, condition)
    const shell = evaluateShell(draft, answers)
    const expression: Expression = {
      kind: 'access',
      target: { kind: 'call', name: 'reference', args: [draft.id, draft.apiVersion].map(literal) },
      key: literal('outputs'),
    }
    const outputs = withOrigin(
      objectOf(outputsOf(nested).map(([name, output]) => [name, outputObject(output)])),
      { expression, isFilled: true },
    )
    const properties = isObject(shell) ? member(shell, 'properties') : undefined
    predicted.set(draft.id.toLowerCase(), {
      apiVersion: draft.apiVersion,
      properties: () =>
        objectOf([...Object.entries(isObject(properties) ? properties : {}), ['outputs', outputs]]),
    })
  }

  const outputsOf = (deployment: Deployment): [string, OutputValue][] =>
    evaluateOutputs(deployment, { answers, report: (problem) => report(deployment, problem) })

  return { problems, resources, visit, outputs: outputsOf }
}

/** A problem of a nested deployment with its path from the outermost template; what a parent gives stands in it too. */
function fromNested({ source: { path } }: Deployment, problem: ArmProblem): ArmProblem {
  if (path.length === 0) return problem
  if (problem.document === 'template') return { ...problem, path: [...path, ...problem.path] }
  return { ...problem, document: 'template', path: [...path.slice(0, -1), 'parameters', ...problem.path] }
}

function answer(
  found: Predicted | undefined,
  apiVersion: string | undefined,
  full: boolean,
): Value | undefined {
  if (found === undefined || (apiVersion !== undefined && apiVersion !== found.apiVersion)) return undefined
  const properties = found.properties()
  if (!isObject(properties)) return undefined
  return full ? { properties } : properties
}

function outputObject({ type, value }: OutputValue): Value {
  return { type: type.slice(0, 1).toUpperCase() + type.slice(1), value }
}

/** The conditions of a resource and of the deployment around it, where they are written; true when all are known. */
function both(around: Value | undefined, own: Value | undefined): Value | undefined {
  if (around === undefined || own === undefined) return own ?? around
  if (!isDeferred(around) && !isDeferred(own)) return true
  return defer({ kind: 'call', name: 'and', args: [literal(around), literal(own)] })
}

function conditionOf(draft: Draft): Value | undefined {
  return rawMember(draft, 'condition') === undefined ? undefined : draft.condition
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
