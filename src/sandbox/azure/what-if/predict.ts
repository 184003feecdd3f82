import type { ExpandedResource } from '../../../template/arm/index.ts'
import { unsaidResources } from '../deployments/complete-mode.ts'
import { owned } from '../deployments/json.ts'
import type { DeploymentRequest } from '../deployments/model.ts'
import { placeOfScope } from '../deployments/place.ts'
import type { DeploymentPlan } from '../deployments/plan.ts'
import { placeIn } from '../deployments/violations.ts'
import type { LiveResource } from '../graph.ts'
import { keyOf } from '../ids.ts'
import type { Json, JsonObject } from '../json.ts'
import { textMember } from '../json.ts'
import { factsOf } from '../resources/types.ts'
import type { World } from '../world.ts'
import type { ChangeType } from './compare.ts'
import type { PropertyChange } from './property-change.ts'
import { compareResource, shownPayload } from './compare.ts'
import { isUnevaluated, payloadOf } from './payload.ts'
import { expectationOf } from './expectation.ts'

/** How much of each resource a what-if tells. */
export type ResultFormat = 'FullResourcePayloads' | 'ResourceIdOnly'

/** What a prediction looks at. */
export interface Predicting {
  world: World
  /** Types, in lower case, whose providers predict nothing. */
  unsupported: ReadonlySet<string>
}

/** What would become of one resource. */
export interface ResourceChange {
  resourceId: string
  type: string
  changeType: ChangeType
  unsupportedReason?: string
  before?: Json
  after?: Json
  delta?: PropertyChange[]
}

/** What deploying a plan would change, by resource id; what is not in the template is Ignore, or Delete in complete mode. */
export function predictChanges(
  predicting: Predicting,
  request: DeploymentRequest,
  plan: DeploymentPlan,
  format: ResultFormat,
): ResourceChange[] {
  const said = [...plan.resources, ...plan.inner].filter(({ nested }) => nested === undefined)
  const changes = [
    ...said.map((resource) => predictResource(predicting, request, resource, format)),
    ...unsaid(predicting.world, request, plan, format),
  ]
  return changes.toSorted((one, other) => (keyOf(one.resourceId) < keyOf(other.resourceId) ? -1 : 1))
}

/** What would become of one resource of a template. */
export function predictResource(
  { world, unsupported }: Predicting,
  request: Pick<DeploymentRequest, 'locate'>,
  resource: ExpandedResource,
  format: ResultFormat,
): ResourceChange {
  const { id, apiVersion } = resource
  const type = factsOf(resource.type).type
  if (unsupported.has(type.toLowerCase())) {
    const unsupportedReason = `The resource type '${type}' does not support What-If.`
    return { resourceId: id, type, changeType: 'Unsupported', unsupportedReason }
  }
  if (isUnknownId(resource)) {
    return {
      resourceId: id,
      type,
      changeType: 'Unsupported',
      unsupportedReason: unknownId(request, resource),
    }
  }
  const live = world.graph.get(id)
  if (format === 'ResourceIdOnly') {
    return { resourceId: live?.id ?? id, type, changeType: live === undefined ? 'Create' : 'Deploy' }
  }
  const name = resource.name.split('/').at(-1) ?? resource.name
  const desired = { ...resource.body(), apiVersion, id: live?.id ?? id, name, type }
  const { changeType, before, after, delta } = compareResource({
    live: live === undefined ? undefined : { ...live.body, apiVersion },
    desired,
    ...(live === undefined ? {} : expectationOf(world, live, resource)),
  })
  return {
    resourceId: live?.id ?? id,
    type,
    changeType,
    ...(before === undefined ? {} : { before: owned(before) }),
    after: owned(after),
    ...(delta.length === 0 ? {} : { delta }),
  }
}

function isUnknownId({ id, name, apiVersion }: ExpandedResource): boolean {
  return isUnevaluated(apiVersion) || name.split('/').some((part) => part.includes('[')) || id.includes('[')
}

function unknownId({ locate }: Pick<DeploymentRequest, 'locate'>, { path }: ExpandedResource): string {
  const place = placeIn(locate, path)
  return `Changes to the resource declared at '${place.path}' on line '${place.lineNumber}' and column '${place.linePosition}' cannot be analyzed because its resource ID or API version cannot be calculated until the deployment is under way. Please see https://aka.ms/WhatIfUnidentifiableResource for more guidance.`
}

/** Resources of the groups that are deployed to, without a word about them in the template. */
function unsaid(
  world: World,
  request: DeploymentRequest,
  plan: DeploymentPlan,
  format: ResultFormat,
): ResourceChange[] {
  const all = [...plan.resources, ...plan.inner]
  const said = all.map(({ id }) => id)
  const own = request.place.scope.kind === 'resourceGroup' ? [request.place.prefix] : []
  const nested = all.flatMap(({ nested: inner }) =>
    inner?.scope.kind === 'resourceGroup' ? [placeOfScope(inner.scope).prefix] : [],
  )
  const prefixes = new Map([...own, ...nested].map((prefix) => [keyOf(prefix), prefix]))
  return [...prefixes.values()].flatMap((prefix) => {
    const isDeleted = request.mode === 'Complete' && keyOf(prefix) === keyOf(request.place.prefix)
    return unsaidResources(world, prefix, said).flatMap((live) => {
      if (isDeleted) return [gone(live, format)]
      return textMember(live.body, 'location') === undefined ? [] : [ignored(live, format)]
    })
  })
}

function gone(live: LiveResource, format: ResultFormat): ResourceChange {
  const before = shownPayload({ ...live.body, apiVersion: live.apiVersion })
  return {
    resourceId: live.id,
    type: live.type,
    changeType: 'Delete',
    ...(format === 'ResourceIdOnly' ? {} : { before: owned(before) }),
  }
}

// What a list of a group's resources tells of each.
const listedMembers = ['id', 'kind', 'location', 'managedBy', 'name', 'sku', 'tags', 'type']

function ignored(live: LiveResource, format: ResultFormat): ResourceChange {
  const listed = Object.fromEntries(listedMembers.flatMap((key) => entryOf(live.body, key)))
  const shown = owned(payloadOf(listed))
  return {
    resourceId: live.id,
    type: live.type,
    changeType: 'Ignore',
    ...(format === 'ResourceIdOnly' ? {} : { before: shown, after: shown }),
  }
}

function entryOf(body: JsonObject, key: string): [string, Json][] {
  const value = body[key]
  return value === undefined ? [] : [[key, value]]
}

/** A change as ARM writes it. */
export function changeBody({ type: _type, delta, ...change }: ResourceChange): JsonObject {
  return {
    ...change,
    ...(delta === undefined ? {} : { delta: delta.map((each) => propertyBody(each)) }),
  }
}

function propertyBody({ path, propertyChangeType, before, after, children }: PropertyChange): JsonObject {
  return {
    path,
    propertyChangeType,
    ...(before === undefined ? {} : { before: owned(before) }),
    ...(after === undefined ? {} : { after: owned(after) }),
    ...(children === undefined ? {} : { children: children.map((child) => propertyBody(child)) }),
  }
}
