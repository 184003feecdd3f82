import type { AzureDeploymentSpec } from '../../api/kinds/azure-deployment.ts'
import type { Scope, Surroundings } from '../../template/arm/index.ts'
import type { BuiltObject } from '../manifest.ts'

/** The place that a deployment declares, as a template's functions see it. What only ARM knows is left out. */
export function surroundingsOf(object: BuiltObject): Surroundings {
  const { scope, location, deploymentName } = object.spec as AzureDeploymentSpec
  return {
    scope: scopeOf(scope),
    deploymentName: deploymentName ?? `${object.namespace}_${object.name}`,
    ...(location === undefined ? {} : { location }),
  }
}

function scopeOf({ resourceGroup, subscription, managementGroup }: AzureDeploymentSpec['scope']): Scope {
  if (resourceGroup !== undefined) {
    const { subscriptionId, name } = resourceGroup
    return { kind: 'resourceGroup', subscriptionId, resourceGroup: name }
  }
  if (subscription !== undefined) {
    return { kind: 'subscription', subscriptionId: subscription.subscriptionId }
  }
  return managementGroup === undefined
    ? { kind: 'tenant' }
    : { kind: 'managementGroup', id: managementGroup.id }
}
