import type { Scope } from './types.ts'

/** The id of what a deployment is deployed to; empty for the tenant. */
export function scopeId(scope: Scope): string {
  switch (scope.kind) {
    case 'resourceGroup':
      return `/subscriptions/${scope.subscriptionId}/resourceGroups/${scope.resourceGroup}`
    case 'subscription':
      return `/subscriptions/${scope.subscriptionId}`
    case 'managementGroup':
      return `/providers/Microsoft.Management/managementGroups/${scope.id}`
    case 'tenant':
      return ''
  }
}

/** `Microsoft.Storage/storageAccounts/blobServices` and `account/default` as the end of an id. */
export function typeAndName(type: string, names: readonly string[]): string {
  const [namespace = '', ...types] = type.split('/')
  const pairs = types.map((part, index) => `${part}/${names[index] ?? ''}`)
  return pairs.length === 0 ? `${namespace}/` : [namespace, ...pairs].join('/')
}

/** The id of a resource below a scope: a resource group below its subscription has an id of its own kind. */
export function resourceIdBelow(scope: string, type: string, names: readonly string[]): string {
  if (/^\/subscriptions\/[^/]+$/i.test(scope) && /^microsoft\.resources\/resourcegroups$/i.test(type))
    return `${scope}/resourceGroups/${names[0] ?? ''}`
  if (/^microsoft\.resources\/subscriptions$/i.test(type) && scope === '')
    return `/subscriptions/${names[0] ?? ''}`
  return `${scope}/providers/${typeAndName(type, names)}`
}
