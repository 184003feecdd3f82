import { ArmError, gatewayError, groupNotFound } from '../errors.ts'
import type { LiveResource } from '../graph.ts'
import type { ResourceId } from '../ids.ts'
import { groupId, groupType, parseResourceId } from '../ids.ts'
import type { JsonObject } from '../json.ts'
import { objectMember, textMember } from '../json.ts'
import type { RuleSubject } from '../rules.ts'
import type { World } from '../world.ts'
import { normalisedLocation } from './body.ts'
import { namespaceOf } from './namespaces.ts'

/**
 * The same id with its scope as ARM spells it: `resourceGroups`, and the group as it was named when it was made. Locks,
 * roles and policies keep what they were made with.
 */
export function spelledId(world: World, id: ResourceId): ResourceId {
  const { subscriptionId, resourceGroup } = id
  if (subscriptionId === undefined || resourceGroup === undefined || id.type === groupType) return id
  if (id.namespace.toLowerCase() === 'microsoft.authorization') return id
  const group =
    world.graph.get(groupId(subscriptionId, resourceGroup))?.id ?? groupId(subscriptionId, resourceGroup)
  const rest = id.id.split('/').slice(5).join('/')
  return { ...id, id: `${group}/${rest}`, scope: id.scope.replace(/^(\/[^/]+){4}/, group) }
}

/** An id taken apart, or ARM's refusal of it. */
export function needResourceId(id: string): ResourceId {
  const parsed = parseResourceId(id)
  if (parsed === undefined)
    throw gatewayError(400, 'InvalidResourceId', `The resource id '${id}' is invalid.`)
  return parsed
}

/**
 * What ARM itself refuses before any provider is asked, when a resource is to be written: its subscription, group or
 * namespace is not there, or a policy, quota or SKU forbids it. A deployment's validation asks the same of each resource.
 */
export function preflight(world: World, id: ResourceId, body: JsonObject): ArmError | undefined {
  try {
    if (id.subscriptionId !== undefined) world.subscriptions.need(id.subscriptionId)
  } catch (error) {
    if (error instanceof ArmError) return error
    throw error
  }
  if (namespaceOf(id.namespace) === undefined) {
    return gatewayError(
      404,
      'InvalidResourceNamespace',
      `The resource namespace '${id.namespace}' is invalid.`,
    )
  }
  return groupRefusal(world, id) ?? ruleRefusal(world, id, body)
}

/** 404 where a resource's group is not there, 409 where it is going. */
export function groupRefusal(world: World, id: ResourceId): ArmError | undefined {
  const { subscriptionId, resourceGroup, type } = id
  if (subscriptionId === undefined || resourceGroup === undefined || type === groupType) return undefined
  const group = world.graph.get(groupId(subscriptionId, resourceGroup))
  if (group === undefined) return groupNotFound(resourceGroup)
  const isGoing = textMember(objectMember(group.body, 'properties'), 'provisioningState') === 'Deleting'
  if (!isGoing) return undefined
  const message = `The resource group '${resourceGroup}' is in deprovisioning state and cannot perform this operation.`
  return gatewayError(409, 'ResourceGroupBeingDeleted', message)
}

function ruleRefusal(world: World, id: ResourceId, body: JsonObject): ArmError | undefined {
  const before = world.graph.get(id.id)
  const subject = subjectOf(id, body)
  const others = world.graph
    .below('/')
    .filter((other) => other !== before && other.type.toLowerCase() === id.type.toLowerCase())
    .map((other) => subjectOf(other, other.body))
  const refused = world.rules.refuse(subject, others)
  if (refused === undefined) return undefined
  const isPolicy = refused.code === 'RequestDisallowedByPolicy'
  return isPolicy
    ? new ArmError(403, refused, { 'x-ms-failure-cause': 'gateway' })
    : new ArmError(409, refused)
}

function subjectOf(
  id: Pick<ResourceId | LiveResource, 'id' | 'type' | 'name'>,
  body: JsonObject,
): RuleSubject {
  const location = textMember(body, 'location')
  const size = textMember(objectMember(objectMember(body, 'properties'), 'hardwareProfile'), 'vmSize')
  return {
    id: id.id,
    type: id.type,
    name: id.name.split('/').at(-1) ?? id.name,
    location: location === undefined ? undefined : normalisedLocation(location),
    sku: size ?? textMember(objectMember(body, 'sku'), 'name'),
  }
}
