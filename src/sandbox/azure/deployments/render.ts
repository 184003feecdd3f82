import { detailJson } from '../errors.ts'
import type { Json, JsonObject } from '../json.ts'
import { isObject } from '../json.ts'
import type { Deployment, DeploymentFacts, DeploymentRequest } from './model.ts'
import { deploymentId } from './place.ts'
import { durationText, timestampOf } from './texts.ts'

/** A deployment as GET and PUT answer it, its members in ARM's order. */
export function deploymentBody(deployment: Deployment): JsonObject {
  const { request, facts, progress } = deployment
  const { state, changedAtMs, outputs, outputResources, error } = progress
  return envelope(request, {
    ...statics(request, facts),
    provisioningState: deployment.pretended ?? state,
    timestamp: timestampOf(changedAtMs),
    duration: durationText(changedAtMs - deployment.createdAtMs),
    ...rest(request, facts),
    ...(outputs === undefined ? {} : { outputs }),
    ...(outputResources === undefined ? {} : { outputResources: outputResources.map((id) => ({ id })) }),
    ...(error === undefined ? {} : { error: detailJson(error) }),
  })
}

/** What validate answers: the deployment as it would look. */
export function validatedBody(request: DeploymentRequest, facts: DeploymentFacts): JsonObject {
  return envelope(request, {
    ...statics(request, facts),
    provisioningState: 'Succeeded',
    timestamp: '0001-01-01T00:00:00Z',
    duration: 'PT0S',
    ...rest(request, facts),
    validatedResources: facts.validatedResources.map((id) => ({ id })),
  })
}

function envelope(request: DeploymentRequest, properties: JsonObject): JsonObject {
  const { place, name, location, tags } = request
  return {
    id: deploymentId(place, name),
    name,
    type: 'Microsoft.Resources/deployments',
    ...(location === undefined ? {} : { location }),
    ...(tags === undefined ? {} : { tags }),
    properties,
  }
}

function statics(request: DeploymentRequest, facts: DeploymentFacts): JsonObject {
  const { templateHash, parameters } = facts
  return {
    templateHash,
    ...(Object.keys(parameters).length === 0 ? {} : { parameters }),
    mode: request.mode,
  }
}

function rest(request: DeploymentRequest, facts: DeploymentFacts): JsonObject {
  const { onErrorDeployment } = facts
  const { validationLevel } = request
  return {
    correlationId: request.correlationId,
    providers: facts.providers,
    dependencies: facts.dependencies,
    ...(onErrorDeployment === undefined ? {} : { onErrorDeployment }),
    ...(validationLevel === undefined ? {} : { validationLevel }),
  }
}

/** What the status url answers: the state alone, and why it failed. */
export function statusBody({ pretended, progress }: Deployment): JsonObject {
  const { state, error } = progress
  const shown = pretended ?? (state === 'Accepted' ? 'Running' : state)
  return { status: shown, ...(error === undefined ? {} : { error: detailJson(error) }) }
}

const elementOrder = [
  'type',
  'apiVersion',
  'name',
  'location',
  'tags',
  'dependsOn',
  'sku',
  'kind',
  'properties',
]

/** A template as exportTemplate answers it: types capitalised, resources' members in ARM's order. */
export function exportedTemplate(template: JsonObject, typeName: (type: string) => string): JsonObject {
  return Object.fromEntries(
    Object.entries(template).map(([section, value]): [string, Json] => {
      if (section === 'resources' && Array.isArray(value)) return [section, value.map(reordered)]
      if (section === 'resources' && isObject(value)) {
        return [
          section,
          Object.fromEntries(Object.entries(value).map(([name, resource]) => [name, reordered(resource)])),
        ]
      }
      return section === 'parameters' || section === 'outputs'
        ? [section, withTypes(value, typeName)]
        : [section, value]
    }),
  )
}

function reordered(resource: Json): Json {
  if (!isObject(resource)) return resource
  const first = elementOrder.filter((key) => Object.hasOwn(resource, key))
  const others = Object.keys(resource).filter((key) => !elementOrder.includes(key))
  const tail = first.includes('properties') ? ['properties'] : []
  const keys = [...first.filter((key) => key !== 'properties'), ...others, ...tail]
  return Object.fromEntries(keys.map((key) => [key, resource[key] ?? null]))
}

function withTypes(section: Json, typeName: (type: string) => string): Json {
  if (!isObject(section)) return section
  return Object.fromEntries(
    Object.entries(section).map(([name, declared]): [string, Json] => {
      if (!isObject(declared) || typeof declared['type'] !== 'string') return [name, declared]
      return [name, { ...declared, type: typeName(declared['type']) }]
    }),
  )
}
