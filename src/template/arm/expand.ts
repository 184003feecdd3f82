import {
  type Deployment,
  evaluateBody,
  evaluateOutputs,
  evaluateShell,
  openDeployment,
} from './deployment.ts'
import type { Draft } from './draft.ts'
import type { Answers } from './frame.ts'
import {
  evaluationOf,
  nestedParameters,
  nestedSurroundings,
  nestedTemplate,
  nestsTemplate,
  openNested,
} from './nested.ts'
import { checkDependencies } from './check-resources.ts'
import { dependencyText } from './dependencies.ts'
import { ArmEvaluationError, invalid, problemOf } from './problem.ts'
import { toJson } from './render.ts'
import type {
  ArmProblem,
  DeploymentInput,
  ExpandedOutput,
  ExpandedResource,
  Expansion,
  GivenParameter,
  JsonObject,
  Locate,
  NestedDeployment,
  Runtime,
} from './types.ts'
import { hasDeferred, isDeferred } from './value.ts'

/** A deployment taken apart into what is to be deployed. Never throws for a bad template: see its problems. */
export function expand(input: DeploymentInput): Expansion {
  const { template, parameters, surroundings, locate } = input
  const deployment = openDeployment({
    template,
    given: parameters,
    surroundings,
    deploymentName: surroundings.deploymentName,
    deploymentLocation: surroundings.location,
    hideSecrets: false,
    level: 0,
    path: [],
  })
  return expansionOf(deployment, locate)
}

function expansionOf(deployment: Deployment, locate: Locate | undefined): Expansion {
  const problems: ArmProblem[] = [...deployment.problems, ...checkDependencies(deployment)]
  const resources = deployment.drafts.map((draft) => expandOne(deployment, draft, problems))
  const outputReferences = new Set<string>()
  evaluateOutputs(deployment, {
    noteRead: (id) => outputReferences.add(id),
    report: (problem) => problems.push(problem),
  })
  return {
    problems: problems.map((problem) => placed(problem, locate)),
    parameters: deployment.parameters.expanded(),
    resources,
    outputs: (runtime) => outputs(deployment, runtime),
    outputReferences: [...outputReferences],
  }
}

/** A problem of the template with its place in the text. */
export function placed(problem: ArmProblem, locate: Locate | undefined): ArmProblem {
  if (locate === undefined || problem.document !== 'template' || problem.line !== undefined) return problem
  return { ...problem, ...locate(problem.path) }
}

function expandOne(deployment: Deployment, draft: Draft, problems: ArmProblem[]): ExpandedResource {
  const reads = readsOf(draft, problems)
  const { symbolicName, copy } = draft
  if (isDeferred(draft.condition))
    problems.push({
      code: 'UnknownCondition',
      message: `the condition of '${draft.nameText}' needs what is not known here; it is taken for true`,
      document: 'template',
      path: [...draft.raw.path, 'condition'],
      severity: 'warning',
    })
  return {
    id: draft.id,
    type: draft.type,
    apiVersion: draft.apiVersion,
    name: draft.nameText,
    ...(symbolicName === undefined ? {} : { symbolicName }),
    scope: draft.scope,
    ...(draft.extends === undefined ? {} : { extends: draft.extends }),
    existing: draft.existing,
    condition: draft.condition !== false,
    dependsOn: dependsOn(deployment, draft, reads),
    references: [...reads.keys()],
    ...(copy === undefined ? {} : { copy }),
    path: draft.raw.path,
    body: (runtime) => toJson(evaluateBodyOf(draft, answersOf(runtime))) as JsonObject,
    ...(nestsTemplate(draft) ? { nested: nest(deployment, draft) } : {}),
  }
}

function evaluateBodyOf(draft: Draft, answers: Answers | undefined): ReturnType<typeof evaluateBody> {
  return nestsTemplate(draft) ? evaluateShell(draft, answers) : evaluateBody(draft, answers)
}

/** The ids that a resource reads, and whether ARM makes a dependency of it. */
function readsOf(draft: Draft, problems: ArmProblem[]): Map<string, boolean> {
  const reads = new Map<string, boolean>()
  const note = (id: string, implicit: boolean): void => {
    reads.set(id, implicit || reads.get(id) === true)
  }
  try {
    if (!draft.existing && draft.condition !== false) {
      if (nestsTemplate(draft)) evaluateShell(draft, undefined, note)
      else evaluateBody(draft, undefined, note)
    }
  } catch (error) {
    problems.push(problemOf(error, draft.raw.path))
  }
  return reads
}

function dependsOn(deployment: Deployment, draft: Draft, reads: ReadonlyMap<string, boolean>): string[] {
  const found = new Set<string>()
  for (const name of draft.dependsOn) {
    for (const other of deployment.index.find(dependencyText(name)))
      if (other !== draft && other.condition !== false) found.add(other.id)
  }
  for (const [id, implicit] of reads) {
    if (!implicit) continue
    for (const other of deployment.index.find(id))
      if (other !== draft && other.condition !== false) found.add(other.id)
  }
  return [...found]
}

function nest(deployment: Deployment, draft: Draft): NestedDeployment {
  const surroundings = nestedSurroundings(deployment, draft)
  return {
    evaluation: evaluationOf(draft),
    deploymentName: draft.nameText,
    scope: draft.scope,
    ...(surroundings.location === undefined ? {} : { location: surroundings.location }),
    template: (runtime) =>
      nestedTemplate(draft, answersOf(runtime)) ??
      invalid('the nested template needs what is not known yet', draft.raw.path),
    parameters: (runtime) => givenOf(draft, answersOf(runtime)),
    expand(runtime) {
      const nested = openNested(deployment, draft, answersOf(runtime))
      if (nested !== undefined) return expansionOf(nested, undefined)
      return invalid('the nested template needs what is not known yet', draft.raw.path)
    },
  }
}

function givenOf(draft: Draft, answers: Answers | undefined): Record<string, GivenParameter> {
  return Object.fromEntries(
    Object.entries(nestedParameters(draft, answers)).map(
      ([name, { value, reference }]): [string, GivenParameter] => [
        name,
        {
          ...(value === undefined ? {} : { value: toJson(value) }),
          ...(reference === undefined ? {} : { reference }),
        },
      ],
    ),
  )
}

function outputs(deployment: Deployment, runtime: Runtime | undefined): Record<string, ExpandedOutput> {
  return Object.fromEntries(
    evaluateOutputs(deployment, { answers: answersOf(runtime) }).map(([name, { type, secure, value }]) => [
      name,
      { type, secure, value: toJson(value) },
    ]),
  )
}

/** The running cloud as the evaluator asks it; parts of arguments are known by then. */
function answersOf(runtime: Runtime | undefined): Answers | undefined {
  if (runtime === undefined) return undefined
  return {
    reference: (id, apiVersion, full) => runtime.reference(id, apiVersion, full),
    list(name, id, apiVersion, args) {
      if (args !== undefined && hasDeferred(args))
        throw new ArmEvaluationError('InvalidTemplate', `the arguments of '${name}' are not known`)
      return runtime.list(name, id, apiVersion, args === undefined ? undefined : toJson(args))
    },
  }
}
