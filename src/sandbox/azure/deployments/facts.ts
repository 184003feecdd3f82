import { createHash } from 'node:crypto'
import type { ExpandedResource } from '../../../template/arm/index.ts'
import { parseResourceId } from '../ids.ts'
import type { Json, JsonObject } from '../json.ts'
import { objectMember, textMember } from '../json.ts'
import { normalisedLocation } from '../resources/body.ts'
import { factsOf } from '../resources/types.ts'
import { owned, ownedObject } from './json.ts'
import type { DeploymentFacts, DeploymentRequest } from './model.ts'
import type { DeploymentPlan } from './plan.ts'
import { lowerFirst, typeName } from './texts.ts'

/** What a deployment says of its template and its parameters, whatever becomes of it. */
export function factsOfPlan(request: DeploymentRequest, plan: DeploymentPlan): DeploymentFacts {
  return {
    templateHash: templateHash(request),
    parameters: parametersOf(plan),
    providers: providersOf(plan.resources),
    dependencies: dependenciesOf(plan.resources),
    validatedResources: [...plan.resources, ...plan.inner].map(({ id }) => id),
  }
}

/** The hash that Bicep wrote into the template, else one of the template's own: a decimal number of 64 bits. */
function templateHash({ template }: DeploymentRequest): string {
  const generator = objectMember(objectMember(ownedObject(template), 'metadata'), '_generator')
  const written = textMember(generator, 'templateHash')
  if (written !== undefined) return written
  const digest = createHash('sha256').update(JSON.stringify(template)).digest()
  return String(digest.readBigUInt64BE(0))
}

function parametersOf({ expansion }: DeploymentPlan): JsonObject {
  return Object.fromEntries(
    Object.entries(expansion.parameters).map(([name, { type, secure, value, reference }]) => {
      const shown: JsonObject = { type: typeName(type) }
      if (reference !== undefined) shown['reference'] = owned(reference)
      else if (value !== undefined && !secure) shown['value'] = owned(value)
      return [lowerFirst(name), shown]
    }),
  )
}

function providersOf(resources: readonly ExpandedResource[]): Json[] {
  const namespaces = new Map<string, Map<string, { name: string; locations: (string | null)[] }>>()
  const spelled = new Map<string, string>()
  for (const resource of resources) {
    const [namespace = '', ...rest] = factsOf(resource.type).type.split('/')
    const types = namespaces.get(namespace.toLowerCase()) ?? new Map()
    if (!spelled.has(namespace.toLowerCase())) spelled.set(namespace.toLowerCase(), namespace)
    namespaces.set(namespace.toLowerCase(), types)
    const name = rest.join('/')
    const known = types.get(name.toLowerCase()) ?? { name, locations: [] }
    types.set(name.toLowerCase(), known)
    const location = locationOf(resource)
    if (!known.locations.includes(location)) known.locations.push(location)
  }
  return [...namespaces].map(([key, types]) => ({
    namespace: spelled.get(key) ?? key,
    resourceTypes: [...types.values()].map(({ name, locations }) => ({ resourceType: name, locations })),
  }))
}

/** A nested deployment has no location here, even where it says one. */
function locationOf(resource: ExpandedResource): string | null {
  if (resource.nested !== undefined) return null
  const location = textMember(ownedObject(resource.body()), 'location')
  return location === undefined ? null : normalisedLocation(location)
}

function dependenciesOf(resources: readonly ExpandedResource[]): Json[] {
  return resources.flatMap((resource) => {
    const needed = resource.dependsOn.flatMap((id) => referenceOf(id) ?? [])
    return needed.length === 0 ? [] : [{ dependsOn: needed, ...referenceOf(resource.id) }]
  })
}

/** How a resource is named beside others: id, type and name. */
export function referenceOf(
  id: string,
): { id: string; resourceType: string; resourceName: string } | undefined {
  const parsed = parseResourceId(id)
  return parsed === undefined
    ? undefined
    : { id, resourceType: factsOf(parsed.type).type, resourceName: parsed.name }
}
