import type { HttpAnswer } from '../http.ts'
import type { CallFate } from '../call-log.ts'
import { callerOf } from './bearer.ts'
import type { CallLog, EdgeCall, EdgeFaults, LoggedCall } from './edge.ts'
import { ArmError, errorBody, gatewayError } from './errors.ts'
import { authorizationFailed, refuseDisabled } from './forbidden.ts'
import { armHeaders } from './headers.ts'
import { placeOf } from './ids.ts'
import type { LimitKind, Limits } from './limits.ts'
import type { Route, RouteTable } from './route.ts'
import type { HttpRequest } from './read-request.ts'
import { pathOf, rawPathOf, requestOf } from './read-request.ts'
import { struck } from './struck.ts'
import type { ArmAnswer, Caller } from './wire.ts'
import type { World } from './world.ts'

/** What the front needs besides the world. */
export interface FrontParts {
  world: World
  routes: RouteTable
  limits: Limits
  edge: EdgeFaults
  calls: CallLog
  /** Calls are answered one after the other. */
  inTurn: <Result>(work: () => Promise<Result>) => Promise<Result>
  log?: ((call: LoggedCall & CallFate) => void) | undefined
}

/**
 * Answers one request: finds its route, looks at its token and api-version, lets the planned faults strike, and counts
 * it. `dropped` means: close the connection without a word.
 */
export async function answer(parts: FrontParts, http: HttpRequest): Promise<HttpAnswer | 'dropped'> {
  const { world } = parts
  const requestId = world.random.uuid()
  const correlationId = http.headers['x-ms-correlation-request-id'] ?? requestId
  const path = pathOf(http.url)
  const isPoll = http.method === 'GET' && world.operations.has(path)
  const found = isPoll ? undefined : parts.routes.find(http.method, rawPathOf(http.url))
  const route = found !== undefined && 'route' in found ? found.route : undefined
  const params = found !== undefined && 'route' in found ? found.params : {}
  const call = edgeCallOf({ route, params, method: http.method, path, isPoll })
  const entry: LoggedCall & CallFate = {
    ...call,
    method: http.method,
    path,
    correlationId,
    at: world.clock.now(),
    principal: '',
    requestId,
    status: 0,
    outcome: 'ok',
  }
  const place = { requestId, correlationId, nowMs: 0, subscription: call.subscription, left: undefined }
  const told: Parameters<typeof armHeaders>[0] = place
  const act = (): Promise<ArmAnswer> =>
    parts.inTurn(async () => {
      await world.timeline.advance()
      const polled = isPoll ? world.operations.answer({ origin: http.url.origin, path }) : undefined
      if (route === undefined && polled === undefined) throw noRoute(http.method, found)
      const caller = identified(parts, route, http)
      entry.principal = caller.clientId
      if (route?.anonymous !== true) {
        const kind = kindOf(http.method)
        told.left = { kind, ...parts.limits.take(call.subscription, caller.clientId, kind) }
      }
      if (polled !== undefined) return polled
      if (call.mutating) refuseDisabled(world, call.subscription)
      const request = requestOf({ http, path, params, caller, requestId, correlationId }, route)
      const answered = await route?.handle(request)
      await world.timeline.advance()
      return answered ?? { status: 404 }
    })
  const fault = parts.edge.take(entry)
  if (fault !== undefined) entry.fault = fault.type
  const forbid = (): ArmError => authorizationFailed(identified(parts, route, http), http.method, path)
  const result = await guarded(entry, () => struck(world.clock, fault, act, forbid))
  told.nowMs = world.clock.now()
  entry.status = result === 'dropped' ? 0 : result.status
  if (result === 'dropped') entry.outcome = 'dropped'
  parts.calls.record(entry)
  parts.log?.(entry)
  return result === 'dropped' ? result : written(result, armHeaders(told), http)
}

function identified(parts: FrontParts, route: Route | undefined, http: HttpRequest): Caller {
  const { tenantId, clock } = parts.world
  if (route?.anonymous === true) return { tenantId, objectId: '', clientId: '' }
  return callerOf(http.headers['authorization'], { tenantId, nowMs: clock.now(), origin: http.url.origin })
}

function edgeCallOf(of: {
  route: Route | undefined
  params: Readonly<Record<string, string>>
  method: string
  path: string
  isPoll: boolean
}): EdgeCall {
  const { route, params, method, path } = of
  const { subscriptionId, resourceGroup } = placeOf(path)
  const name = params['name'] ?? params['rest']?.split('/').at(-1)
  return {
    service: route?.service ?? 'arm',
    action: route?.action ?? (of.isPoll ? 'PollOperation' : 'Unknown'),
    ...(subscriptionId === undefined ? {} : { subscription: subscriptionId }),
    ...(resourceGroup === undefined ? {} : { group: resourceGroup }),
    ...(name === undefined ? {} : { name }),
    mutating: route?.mutating ?? (route !== undefined && method !== 'GET' && method !== 'HEAD'),
  }
}

async function guarded(
  entry: CallFate,
  act: () => Promise<ArmAnswer | 'dropped'>,
): Promise<ArmAnswer | 'dropped'> {
  try {
    return await act()
  } catch (error) {
    if (error instanceof ArmError) {
      entry.outcome = error.detail.code
      return { status: error.status, headers: error.headers, body: errorBody(error.detail) }
    }
    entry.outcome = 'InternalServerError'
    entry.defect = error instanceof Error ? (error.stack ?? error.message) : String(error)
    const said = error instanceof Error ? error.message : String(error)
    const message = `the sandbox has a defect: ${said}`
    return { status: 500, body: errorBody({ code: 'InternalServerError', message }) }
  }
}

function noRoute(method: string, found: ReturnType<RouteTable['find']>): ArmError {
  if (found !== undefined) {
    return gatewayError(
      405,
      'MethodNotAllowed',
      `The requested resource does not support http method '${method}'.`,
    )
  }
  const message = 'The request did not have a subscription or a valid tenant level resource provider.'
  return gatewayError(404, 'MissingSubscription', message)
}

function kindOf(method: string): LimitKind {
  if (method === 'GET' || method === 'HEAD') return 'reads'
  return method === 'DELETE' ? 'deletes' : 'writes'
}

function written(result: ArmAnswer, headers: Record<string, string>, { method }: HttpRequest): HttpAnswer {
  const all = { ...headers, ...result.headers }
  if (result.body === undefined) return { status: result.status, headers: all, body: '' }
  const body = JSON.stringify(result.body)
  const typed = { ...all, 'content-type': 'application/json; charset=utf-8' }
  // To a HEAD the length is told of what would be there.
  return method === 'HEAD'
    ? {
        status: result.status,
        headers: { ...typed, 'content-length': String(Buffer.byteLength(body)) },
        body: '',
      }
    : { status: result.status, headers: typed, body }
}
