import type { AzureDeploymentSpec } from '../../api/kinds/azure-deployment.ts'
import type { ObjectRecord } from '../../api/record.ts'
import { deploymentNameOf } from '../../template/arm/surroundings-of.ts'

/** A deployment and a deployment stack are two resource types that share most of their life. */
export type Means = 'deployment' | 'stack'

/** Where an object's deployment or stack is in ARM. */
export interface Place {
  means: Means
  /** Name of the deployment or stack. */
  name: string
  /** Resource id of the scope, empty for the tenant: `/subscriptions/…/resourceGroups/…`. */
  scopeId: string
  /** Resource id of the deployment or stack, as ARM writes it. */
  id: string
  /** Absent at a management group and the tenant. */
  subscriptionId?: string
  /** Present at a resource group only. */
  group?: { id: string; name: string }
}

/** The API versions that are spoken. Source: azure-rest-api-specs, Microsoft.Resources. */
export const apiVersions = {
  deployments: '2025-04-01',
  stacks: '2025-07-01',
  groups: '2025-04-01',
} as const

/** Where an object's deployment is. Pure. */
export function placeOf({ namespace, name, spec }: Pick<ObjectRecord, 'namespace' | 'name' | 'spec'>): Place {
  const { mode, scope } = spec as AzureDeploymentSpec
  const means = mode === 'Stack' ? 'stack' : 'deployment'
  const called = deploymentNameOf({ namespace, name, spec })
  const scopeId = scopeIdOf(scope)
  const type = means === 'stack' ? 'deploymentStacks' : 'deployments'
  const { resourceGroup, subscription } = scope
  const subscriptionId = resourceGroup?.subscriptionId ?? subscription?.subscriptionId
  return {
    means,
    name: called,
    scopeId,
    id: `${scopeId}/providers/Microsoft.Resources/${type}/${called}`,
    ...(subscriptionId === undefined ? {} : { subscriptionId }),
    ...(resourceGroup === undefined ? {} : { group: { id: scopeId, name: resourceGroup.name } }),
  }
}

function scopeIdOf({ resourceGroup, subscription, managementGroup }: AzureDeploymentSpec['scope']): string {
  if (resourceGroup !== undefined)
    return `/subscriptions/${resourceGroup.subscriptionId}/resourceGroups/${resourceGroup.name}`
  if (subscription !== undefined) return `/subscriptions/${subscription.subscriptionId}`
  if (managementGroup !== undefined)
    return `/providers/Microsoft.Management/managementGroups/${managementGroup.id}`
  return ''
}

/** Whether two resource ids name the same thing: ARM writes them in any letter case. */
export function isSameId(a: string | undefined, b: string | undefined): boolean {
  return a !== undefined && b !== undefined && a.toLowerCase() === b.toLowerCase()
}

/** Type and name of a resource in its id: `Microsoft.Sql/servers/databases` and `sql1/db1`. Pure. */
export function describeId(id: string): { type: string; name: string } {
  const parts = id.split('/')
  const at = parts.findLastIndex((part) => part.toLowerCase() === 'providers')
  if (at < 0) {
    const isGroup = parts[3]?.toLowerCase() === 'resourcegroups'
    return isGroup
      ? { type: 'Microsoft.Resources/resourceGroups', name: parts[4] ?? '' }
      : { type: 'Microsoft.Resources/subscriptions', name: parts[2] ?? '' }
  }
  const [namespace = '', ...rest] = parts.slice(at + 1)
  const types = rest.filter((_, index) => index % 2 === 0)
  const names = rest.filter((_, index) => index % 2 === 1)
  return { type: [namespace, ...types].join('/'), name: names.join('/') }
}
