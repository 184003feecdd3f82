import type { ArmError } from './errors.ts'
import { gatewayError } from './errors.ts'
import { parseResourceId } from './ids.ts'
import type { Caller } from './wire.ts'
import type { World } from './world.ts'

const verbs: Readonly<Record<string, string>> = {
  GET: 'read',
  HEAD: 'read',
  PUT: 'write',
  PATCH: 'write',
  DELETE: 'delete',
}

/** 403: the caller has no role that allows this; what ARM also says for a while after one was given. */
export function authorizationFailed(caller: Caller, method: string, path: string): ArmError {
  const isAction = verbs[method] === undefined
  const scope = isAction ? path.split('/').slice(0, -1).join('/') : path
  const type = parseResourceId(scope)?.type ?? 'Microsoft.Resources/subscriptions'
  const operation = isAction ? `${path.split('/').at(-1) ?? ''}/action` : (verbs[method] ?? '')
  const message = `The client '${caller.clientId}' with object id '${caller.objectId}' does not have authorization to perform action '${type}/${operation}' over scope '${scope}' or the scope is invalid. If access was recently granted, please refresh your credentials.`
  return gatewayError(403, 'AuthorizationFailed', message)
}

/** 409 where something is to be changed in a subscription that is disabled. */
export function refuseDisabled(world: World, subscription: string | undefined): void {
  const disabled = world.subscriptions
    .list()
    .some(({ id, state }) => state === 'Disabled' && id.toLowerCase() === subscription?.toLowerCase())
  if (!disabled) return
  const message = `The subscription '${subscription ?? ''}' is disabled and therefore marked as read only. You cannot perform any write actions on this subscription until it is re-enabled.`
  throw gatewayError(409, 'ReadOnlyDisabledSubscription', message)
}
