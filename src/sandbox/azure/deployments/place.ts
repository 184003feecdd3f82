import type { Scope } from '../../../template/arm/index.ts'
import { groupNotFound } from '../errors.ts'
import { groupId, parseResourceId } from '../ids.ts'
import { groupRefusal } from '../resources/preflight.ts'
import type { World } from '../world.ts'

/** Where a deployment or a stack lives. */
export interface Place {
  scope: Scope
  /** What ids begin with: `/subscriptions/S/resourceGroups/G`; nothing for the tenant. */
  prefix: string
  /** The same as polling urls spell it: `resourcegroups`. */
  urlPrefix: string
}

/** The part of a path that names a scope, and what its params are called. */
export const scopePatterns = {
  resourceGroup: '/subscriptions/:subscription/resourcegroups/:group',
  subscription: '/subscriptions/:subscription',
  managementGroup: '/providers/Microsoft.Management/managementGroups/:managementGroup',
  tenant: '',
} as const

/** The kind of a scope. */
export type ScopeKind = keyof typeof scopePatterns

/** The scope that a path names. Throws ArmError where the subscription or the resource group is not there. */
export function placeOf(world: World, params: Readonly<Record<string, string>>): Place {
  const { subscription, group, managementGroup } = params
  if (managementGroup !== undefined) return placeOfScope({ kind: 'managementGroup', id: managementGroup })
  if (subscription === undefined) return placeOfScope({ kind: 'tenant' })
  world.subscriptions.need(subscription)
  if (group === undefined) return placeOfScope({ kind: 'subscription', subscriptionId: subscription })
  const live = world.graph.get(groupId(subscription, group))
  if (live === undefined) throw groupNotFound(group)
  return placeOfScope({ kind: 'resourceGroup', subscriptionId: subscription, resourceGroup: live.name })
}

/** Throws 409 where a place's resource group is going: nothing is made in it any more. */
export function needLasting(world: World, place: Place): void {
  const id = parseResourceId(deploymentId(place, 'any'))
  const refused = id === undefined ? undefined : groupRefusal(world, id)
  if (refused !== undefined) throw refused
}

/** The place of a scope, whether or not it is there. */
export function placeOfScope(scope: Scope): Place {
  switch (scope.kind) {
    case 'resourceGroup': {
      const { subscriptionId, resourceGroup } = scope
      return {
        scope,
        prefix: groupId(subscriptionId, resourceGroup),
        urlPrefix: `/subscriptions/${subscriptionId}/resourcegroups/${resourceGroup}`,
      }
    }
    case 'subscription': {
      const prefix = `/subscriptions/${scope.subscriptionId}`
      return { scope, prefix, urlPrefix: prefix }
    }
    case 'managementGroup': {
      const prefix = `/providers/Microsoft.Management/managementGroups/${scope.id}`
      return { scope, prefix, urlPrefix: prefix }
    }
    case 'tenant':
      return { scope, prefix: '', urlPrefix: '' }
  }
}

/** Where a job's result is asked for, up to its name: as recorded, in other letters above a subscription. */
export function resultsPath({ scope, prefix }: Place): string {
  return scope.kind === 'resourceGroup' || scope.kind === 'subscription'
    ? `/subscriptions/${scope.subscriptionId}/operationresults`
    : `${prefix}/providers/Microsoft.Resources/operationResults`
}

/** The id of a deployment. */
export function deploymentId(place: Place, name: string): string {
  return `${place.prefix}/providers/Microsoft.Resources/deployments/${name}`
}

/** Throws ArmError where a scope's subscription or resource group is not there. */
export function needScope(world: World, scope: Scope): void {
  if (scope.kind !== 'resourceGroup' && scope.kind !== 'subscription') return
  world.subscriptions.need(scope.subscriptionId)
  if (scope.kind === 'subscription') return
  if (world.graph.get(groupId(scope.subscriptionId, scope.resourceGroup)) === undefined) {
    throw groupNotFound(scope.resourceGroup)
  }
}
