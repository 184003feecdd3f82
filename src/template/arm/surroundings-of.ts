import { createHash } from 'node:crypto'
import type { AzureDeploymentSpec } from '../../api/kinds/azure-deployment.ts'
import type { Scope, Surroundings } from './types.ts'

/** What of an object says where it deploys. */
export interface PlacedDeployment {
  namespace: string
  name: string
  spec: Record<string, unknown>
}

const maxNameLength = 64
const hashLength = 8

/** The place that an AzureDeployment declares, as a template's functions see it. What only ARM knows is left out. Pure. */
export function surroundingsOf(object: PlacedDeployment): Surroundings {
  const { scope, location } = object.spec as AzureDeploymentSpec
  return {
    scope: scopeOf(scope),
    deploymentName: deploymentNameOf(object),
    ...(location === undefined ? {} : { location }),
  }
}

/**
 * Name of an object's deployment or stack in ARM: `<namespace>_<name>` unless it says another, which no other object can
 * come to, as names of ours have no underscore. What is longer than ARM allows ends in a hash instead. Pure.
 */
export function deploymentNameOf({ namespace, name, spec }: PlacedDeployment): string {
  const { deploymentName } = spec as AzureDeploymentSpec
  const whole = deploymentName ?? `${namespace}_${name}`
  if (whole.length <= maxNameLength) return whole
  const hash = createHash('sha256').update(whole).digest('hex')
  return `${whole.slice(0, maxNameLength - hashLength - 1)}_${hash.slice(0, hashLength)}`
}

function scopeOf({ resourceGroup, subscription, managementGroup }: AzureDeploymentSpec['scope']): Scope {
  if (resourceGroup !== undefined) {
    const { subscriptionId, name } = resourceGroup
    return { kind: 'resourceGroup', subscriptionId, resourceGroup: name }
  }
  if (subscription !== undefined) return { kind: 'subscription', subscriptionId: subscription.subscriptionId }
  return managementGroup === undefined
    ? { kind: 'tenant' }
    : { kind: 'managementGroup', id: managementGroup.id }
}
