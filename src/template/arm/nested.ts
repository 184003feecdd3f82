import { type Deployment, openDeployment, withAnswers } from './deployment.ts'
import { type Draft, rawMember } from './draft.ts'
import { evaluateJson } from './evaluate.ts'
import type { Answers, NoteRead } from './frame.ts'
import type { GivenValue } from './parameters.ts'
import { toJson } from './render.ts'
import { literal } from './syntax.ts'
import type { ArmTemplate, Json, Surroundings } from './types.ts'
import {
  type Value,
  defer,
  deferredExpression,
  hasDeferred,
  isDeferred,
  isJsonObject,
  isObject,
  jsonMember,
  member,
} from './value.ts'

/** Whether a resource is a deployment with its template inside. */
export function nestsTemplate(draft: Draft): boolean {
  return isDeploymentType(draft.type) && isJsonObject(jsonMember(rawMember(draft, 'properties'), 'template'))
}

/** Whether a type is that of deployments. */
export function isDeploymentType(type: string): boolean {
  return type.toLowerCase() === 'microsoft.resources/deployments'
}

/** In whose terms the expressions of a nested template are worked out: its own, or (ARM's default) its parent's. */
export function evaluationOf(draft: Draft): 'inner' | 'outer' {
  const options = jsonMember(rawMember(draft, 'properties'), 'expressionEvaluationOptions')
  const scope = jsonMember(options, 'scope')
  return typeof scope === 'string' && scope.toLowerCase() === 'inner' ? 'inner' : 'outer'
}

/** What the parent gives to a nested deployment. */
export function nestedParameters(
  draft: Draft,
  answers: Answers | undefined,
  noteRead?: NoteRead,
): Record<string, GivenValue> {
  const json = jsonMember(rawMember(draft, 'properties'), 'parameters')
  if (json === undefined) return {}
  const frame = withAnswers(draft.frame, answers, noteRead)
  const value = evaluateJson(json, frame, [...draft.raw.path, 'properties', 'parameters'])
  if (!isObject(value)) return {}
  return Object.fromEntries(
    Object.entries(value).map(([name, given]): [string, GivenValue] => {
      if (isDeferred(given)) {
        const target = deferredExpression(given)
        return [name, { value: defer({ kind: 'access', target, key: literal('value') }) }]
      }
      const reference = isObject(given) ? member(given, 'reference') : undefined
      return [
        name,
        reference === undefined
          ? { value: isObject(given) ? member(given, 'value') : undefined }
          : { reference: toJson(reference) },
      ]
    }),
  )
}

/** The template of a nested deployment as its own engine gets it; undefined while an outer one has unknown parts. */
export function nestedTemplate(draft: Draft, answers: Answers | undefined): ArmTemplate | undefined {
  const json = jsonMember(rawMember(draft, 'properties'), 'template')
  if (!isJsonObject(json)) return undefined
  if (evaluationOf(draft) === 'inner') return json
  const frame = withAnswers(draft.frame, answers)
  const value = evaluateJson(json, frame, [...draft.raw.path, 'properties', 'template'])
  if (hasDeferred(value)) return undefined
  const template = toJson(value)
  return isJsonObject(template) ? template : undefined
}

/** What surrounds a nested deployment. */
export function nestedSurroundings(parent: Deployment, draft: Draft): Surroundings {
  const { surroundings } = parent.source
  const location = nestedLocation(draft)
  const text = typeof location === 'string' ? location : undefined
  const { location: _, ...rest } = surroundings
  return {
    ...rest,
    scope: draft.scope,
    deploymentName: draft.nameText,
    ...(text === undefined ? {} : { location: text }),
  }
}

function nestedLocation(draft: Draft): Value | undefined {
  const json: Json | undefined = rawMember(draft, 'location')
  return json === undefined ? undefined : evaluateJson(json, draft.frame, [...draft.raw.path, 'location'])
}

/** Facts on a resource group that only the caller knows. */
export type GroupFacts = NonNullable<Surroundings['resourceGroup']>

/** Takes a nested deployment apart; undefined while its template has unknown parts. */
export function openNested(
  parent: Deployment,
  draft: Draft,
  answers: Answers | undefined,
  groupFacts?: GroupFacts,
): Deployment | undefined {
  const template = nestedTemplate(draft, answers)
  if (template === undefined) return undefined
  const surroundings = nestedSurroundings(parent, draft)
  const { resourceGroup } = surroundings
  return openDeployment({
    template,
    given: nestedParameters(draft, answers),
    surroundings: {
      ...surroundings,
      resourceGroup: (subscriptionId, name) =>
        groupFacts?.(subscriptionId, name) ?? resourceGroup?.(subscriptionId, name),
    },
    deploymentName: draft.name,
    deploymentLocation: nestedLocation(draft),
    hideSecrets: parent.source.hideSecrets,
    level: parent.source.level + 1,
    path: [...parent.source.path, ...draft.raw.path, 'properties', 'template'],
  })
}
