import { type Draft, draftResource } from './draft.ts'
import { evaluateJson, readCount } from './evaluate.ts'
import type { Answers, Frame, NoteRead, World } from './frame.ts'
import { readDefinition } from './definition.ts'
import type { GivenValue, Parameters } from './parameters.ts'
import { invalid, problemOf } from './problem.ts'
import { type RawResource, readRawResources } from './raw-resources.ts'
import { type ResourceIndex, indexResources, knownResource } from './resource-index.ts'
import type { ArmPath, ArmProblem, ArmTemplate, Json, Surroundings } from './types.ts'
import { type Value, isDeferred, isJsonObject, jsonMember } from './value.ts'
import { createWorld } from './world.ts'

/** ARM allows five levels; a hostile template must not exhaust the stack. */
const MAX_LEVEL = 16

/** One deployment as it reaches the evaluator: of a nested one, parts may be unknown. */
export interface DeploymentSource {
  readonly template: ArmTemplate
  readonly given: Readonly<Record<string, GivenValue>>
  readonly surroundings: Surroundings
  /** See `createParameters`. */
  readonly hideSecrets: boolean
  readonly deploymentName: Value
  readonly deploymentLocation: Value | undefined
  /** How many deployments are around it. */
  readonly level: number
  /** Where its template stands in the outermost one. */
  readonly path: ArmPath
}

/** A deployment taken apart. */
export interface Deployment {
  readonly source: DeploymentSource
  readonly world: World
  readonly parameters: Parameters
  readonly drafts: readonly Draft[]
  readonly index: ResourceIndex
  /** Symbolic names and names of copy loops, in lower case; a loop may have no turns. */
  readonly declared: ReadonlySet<string>
  /** Of reading the template; those of bodies and outputs show when these are asked for. */
  readonly problems: readonly ArmProblem[]
}

/** Takes a deployment apart: its resources, loops unrolled, with names, ids and conditions. Never throws for a bad template. */
export function openDeployment(source: DeploymentSource): Deployment {
  if (source.level > MAX_LEVEL) invalid(`deployments are nested deeper than ${MAX_LEVEL} levels`)
  const problems: ArmProblem[] = []
  const guard = (path: ArmPath, run: () => void): void => {
    try {
      run()
    } catch (error) {
      problems.push(problemOf(error, path))
    }
  }
  let index: ResourceIndex | undefined
  const find = (name: string): ReturnType<typeof knownResource>[] =>
    (index?.find(name) ?? []).map(knownResource)
  const { world, parameters, frame } = createWorld({ ...source, find })
  guard(['parameters'], () => problems.push(...parameters.problems()))
  const raws = readRawResources(source.template).filter(({ json }) => !isExtension(json))
  const drafted = new Map<RawResource, Draft[]>()
  const draftAll = (retry: boolean): void => {
    for (const raw of raws) {
      if (drafted.has(raw)) continue
      try {
        drafted.set(raw, draftResource(raw, frame('start')))
      } catch (error) {
        const problem = problemOf(error, raw.path)
        if (retry) problems.push(problem)
      }
    }
    index = indexResources(raws.flatMap((raw) => drafted.get(raw) ?? []))
  }
  // A name may be made of another resource's (`resourceInfo`), which is known the second time.
  draftAll(false)
  draftAll(true)
  const drafts = raws.flatMap((raw) => drafted.get(raw) ?? [])
  return {
    source,
    world,
    parameters,
    drafts,
    index: index ?? indexResources(drafts),
    declared: declaredNames(raws),
    problems,
  }
}

function declaredNames(raws: readonly RawResource[]): ReadonlySet<string> {
  const names = raws.flatMap(({ symbolicName, json }) => [
    symbolicName,
    jsonMember(jsonMember(json, 'copy'), 'name'),
  ])
  return new Set(names.filter((name) => typeof name === 'string').map((name) => name.toLowerCase()))
}

/** Resources of extensions (`import`, `extension`: Kubernetes, Microsoft Graph) are no resources of ARM. */
function isExtension(json: Json): boolean {
  return jsonMember(json, 'import') !== undefined || jsonMember(json, 'extension') !== undefined
}

/** Members of a resource that say how to deploy it, not what. */
const aboutDeploying = new Set(
  [
    'type',
    'name',
    'apiVersion',
    'condition',
    'dependsOn',
    'copy',
    'scope',
    'resources',
    'comments',
    'existing',
    'metadata',
    'subscriptionId',
    'resourceGroup',
    'asserts',
    '$options',
    'id',
  ].map((key) => key.toLowerCase()),
)

/** The body of a resource with what is known so far; members that come to null are left out. */
export function evaluateBody(draft: Draft, answers: Answers | undefined, noteRead?: NoteRead): Value {
  const frame = withAnswers(draft.frame, answers, noteRead)
  const members: [string, Value][] = []
  for (const [key, json] of Object.entries(draft.raw.json)) {
    if (aboutDeploying.has(key.toLowerCase())) continue
    const value = evaluateJson(json, frame, [...draft.raw.path, key])
    // A null that is written is left out, one that an expression comes to is only left out beside the properties.
    const isKept = value !== null || (json !== null && key.toLowerCase() === 'properties')
    if (isKept) members.push([key, value])
  }
  return Object.fromEntries(members)
}

/** The body of a resource that nests a template: the template itself stays as written. */
export function evaluateShell(draft: Draft, answers: Answers | undefined, noteRead?: NoteRead): Value {
  const properties = jsonMember(draft.raw.json, 'properties')
  if (!isJsonObject(properties)) return evaluateBody(draft, answers, noteRead)
  const withoutTemplate = Object.fromEntries(
    Object.entries(properties).filter(([key]) => key.toLowerCase() !== 'template'),
  )
  const json = Object.fromEntries(
    Object.entries(draft.raw.json).map(([key, value]) => [
      key,
      key.toLowerCase() === 'properties' ? withoutTemplate : value,
    ]),
  )
  return evaluateBody({ ...draft, raw: { ...draft.raw, json } }, answers, noteRead)
}

/** A frame that sees the cloud, or a plan's predictions. */
export function withAnswers(frame: Frame, answers: Answers | undefined, noteRead?: NoteRead): Frame {
  return {
    ...frame,
    ...(answers === undefined ? {} : { answers }),
    ...(noteRead === undefined ? {} : { noteRead }),
  }
}

/** An output with what is known of it. */
export interface OutputValue {
  readonly type: string
  readonly secure: boolean
  readonly value: Value
}

/** How `evaluateOutputs` looks at outputs. */
export interface OutputOptions {
  readonly answers?: Answers | undefined
  readonly noteRead?: NoteRead
  /** Told of outputs that cannot be worked out, which are left out then; absent, the first one throws. */
  readonly report?: (problem: ArmProblem) => void
}

/** The outputs of a deployment; those whose condition is false are left out. */
export function evaluateOutputs(
  { source, world }: Pick<Deployment, 'source' | 'world'>,
  { answers, noteRead, report }: OutputOptions,
): [string, OutputValue][] {
  const section = jsonMember(source.template, 'outputs')
  if (!isJsonObject(section)) return []
  const base: Frame = { world, place: 'output', copies: [], lambdas: new Map(), depth: 0 }
  const frame = withAnswers(base, answers, noteRead)
  return Object.entries(section).flatMap(([name, json]): [string, OutputValue][] => {
    const path = ['outputs', name]
    try {
      const condition = jsonMember(json, 'condition')
      if (condition !== undefined && evaluateJson(condition, frame, [...path, 'condition']) === false)
        return []
      const { typeText, type } = readDefinition(json, source.template, path)
      const value = outputValue(json, frame, path)
      return [[name, { type: typeText, secure: type.startsWith('secure'), value }]]
    } catch (error) {
      if (report === undefined) throw error
      report(problemOf(error, path))
      return []
    }
  })
}

function outputValue(json: Json, frame: Frame, path: ArmPath): Value {
  const copy = jsonMember(json, 'copy')
  if (!isJsonObject(copy)) return evaluateJson(jsonMember(json, 'value') ?? null, frame, [...path, 'value'])
  const count = readCount(jsonMember(copy, 'count'), frame, [...path, 'copy'])
  return Array.from({ length: count }, (_, index) =>
    evaluateJson(
      jsonMember(copy, 'input') ?? null,
      { ...frame, copies: [...frame.copies, { name: String(path[1]), index, isResource: true }] },
      [...path, 'copy', 'input'],
    ),
  )
}

/** Whether a draft is deployed as far as anybody knows: an unknown condition counts as true. */
export function isDeployed(draft: Draft): boolean {
  return !draft.existing && (draft.condition === true || isDeferred(draft.condition))
}
