/** A resource's id, taken apart; names and types keep the spelling that they came in. */
export interface ResourceId {
  /** As it was written, without a trailing slash. */
  id: string
  /** The id of what it belongs to: a group, a subscription, a management group, another resource, or `/`. */
  scope: string
  /** `Microsoft.Storage`. */
  namespace: string
  /** `Microsoft.Storage/storageAccounts/blobServices`. */
  type: string
  /** `account/default`: as many names as the type has parts. */
  name: string
  subscriptionId?: string
  resourceGroup?: string
}

/** The type of a resource group, which is a resource like any other here. */
export const groupType = 'Microsoft.Resources/resourceGroups'

/** Under which key an id is kept: ids are equal in any letter case. */
export function keyOf(id: string): string {
  return id.replace(/\/+$/, '').toLowerCase()
}

/**
 * Takes an id apart: a resource below any scope (`…/providers/NS/type/name[/type/name…]`, the last `providers` counts) or
 * a resource group. Undefined when it is neither.
 */
export function parseResourceId(text: string): ResourceId | undefined {
  const id = text.replace(/\/+$/, '')
  const place = placeOf(id)
  const at = id.toLowerCase().lastIndexOf('/providers/')
  if (at === -1) {
    const [, subscriptionId, name] = /^\/subscriptions\/([^/]+)\/resourceGroups\/([^/]+)$/i.exec(id) ?? []
    if (subscriptionId === undefined || name === undefined) return undefined
    const scope = `/subscriptions/${subscriptionId}`
    return { id, scope, namespace: 'Microsoft.Resources', type: groupType, name, ...place }
  }
  const [namespace, ...rest] = id.slice(at + '/providers/'.length).split('/')
  if (namespace === undefined || rest.length < 2 || rest.length % 2 === 1 || rest.includes(''))
    return undefined
  const types = rest.filter((_, index) => index % 2 === 0)
  const names = rest.filter((_, index) => index % 2 === 1)
  const scope = at === 0 ? '/' : id.slice(0, at)
  return { id, scope, namespace, type: [namespace, ...types].join('/'), name: names.join('/'), ...place }
}

/** The subscription and the group that an id lies in. */
export function placeOf(id: string): { subscriptionId?: string; resourceGroup?: string } {
  const [, subscriptionId] = /^\/subscriptions\/([^/]+)/i.exec(id) ?? []
  const [, resourceGroup] = /^\/subscriptions\/[^/]+\/resourceGroups\/([^/]+)/i.exec(id) ?? []
  return {
    ...(subscriptionId === undefined ? {} : { subscriptionId }),
    ...(resourceGroup === undefined ? {} : { resourceGroup }),
  }
}

/** The id of a resource group. */
export function groupId(subscriptionId: string, name: string): string {
  return `/subscriptions/${subscriptionId}/resourceGroups/${name}`
}

/** Whether an id lies below another (or is it). */
export function isBelow(id: string, scope: string): boolean {
  const key = keyOf(id)
  const above = keyOf(scope)
  return above === '' || key === above || key.startsWith(`${above}/`)
}

/** The id of the resource that a child belongs to: `…/accounts/a` of `…/accounts/a/services/s`; undefined for a top one. */
export function parentOf(id: ResourceId): string | undefined {
  return id.name.includes('/') ? id.id.split('/').slice(0, -2).join('/') : undefined
}
