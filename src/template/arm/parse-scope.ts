import { scopeId } from './scope.ts'
import type { Scope } from './types.ts'

/**
 * What a resource's `scope` names: the tenant (`/`), a management group, a subscription, a resource group, or the id of
 * a resource to extend. An id without a leading slash is below the deployment's own scope.
 */
export function parseScope(text: string, own: Scope): Scope | { resource: string } {
  if (text === '/') return { kind: 'tenant' }
  const id = text.replace(/\/$/, '')
  const group = /^\/?(?:providers\/)?Microsoft\.Management\/managementGroups\/([^/]+)$/i.exec(id)
  if (group !== null) return { kind: 'managementGroup', id: group[1] ?? '' }
  const subscription = /^\/?subscriptions\/([^/]+)(?:\/resourceGroups\/([^/]+))?$/i.exec(id)
  if (subscription !== null) {
    const [, subscriptionId = '', resourceGroup] = subscription
    return resourceGroup === undefined
      ? { kind: 'subscription', subscriptionId }
      : { kind: 'resourceGroup', subscriptionId, resourceGroup }
  }
  const bare = /^resourceGroups\/([^/]+)$/i.exec(id)
  if (bare !== null && 'subscriptionId' in own)
    return { kind: 'resourceGroup', subscriptionId: own.subscriptionId, resourceGroup: bare[1] ?? '' }
  if (id.startsWith('/')) return { resource: id }
  return { resource: `${scopeId(own)}/providers/${id}` }
}
