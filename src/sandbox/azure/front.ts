import type { HttpAnswer } from '../http.ts'
import type { CallFate } from '../call-log.ts'
import { callerOf } from './bearer.ts'
import { BodySyntaxError, parseBody } from './body-text.ts'
import type { ParsedBody } from './body-text.ts'
import type { CallLog, EdgeCall, EdgeFaults } from './edge.ts'
import { ArmError, errorBody, gatewayError } from './errors.ts'
import { armHeaders } from './headers.ts'
import { placeOf } from './ids.ts'
import type { LimitKind, Limits } from './limits.ts'
import type { Route, RouteTable } from './route.ts'
import { struck } from './struck.ts'
import type { ArmAnswer, ArmRequest, Caller } from './wire.ts'
import { createQuery } from './wire.ts'
import type { World } from './world.ts'

/** A request as it came over http. */
export interface HttpRequest {
  method: string
  url: URL
  headers: Readonly<Record<string, string>>
  body: Uint8Array
}

/** What the front needs besides the world. */
export interface FrontParts {
  world: World
  routes: RouteTable
  limits: Limits
  edge: EdgeFaults
  calls: CallLog
  /** Calls are answered one after the other. */
  inTurn: <Result>(work: () => Promise<Result>) => Promise<Result>
  log?: ((call: EdgeCall & CallFate) => void) | undefined
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
  const found = parts.routes.find(http.method, rawPathOf(http.url))
  const route = found !== undefined && 'route' in found ? found.route : undefined
  const params = found !== undefined && 'route' in found ? found.params : {}
  const call = edgeCallOf(route, params, http.method, path)
  const entry: EdgeCall & CallFate = {
    ...call,
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
      const polled = world.operations.answer({ origin: http.url.origin, path })
      if (route === undefined && polled === undefined) throw noRoute(http.method, found)
      const caller = identified(parts, route, http)
      entry.principal = caller.clientId
      if (route?.anonymous !== true) {
        const kind = kindOf(http.method)
        told.left = { kind, ...parts.limits.take(call.subscription, caller.clientId, kind) }
      }
      if (polled !== undefined) return polled
      const request = requestOf({ http, path, params, caller, requestId, correlationId }, route)
      const answered = await route?.handle(request)
      await world.timeline.advance()
      return answered ?? { status: 404 }
    })
  const fault = parts.edge.take({ ...call, method: http.method, path })
  if (fault !== undefined) entry.fault = fault.type
  const result = await guarded(entry, () => struck(world.clock, fault, act))
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

function edgeCallOf(
  route: Route | undefined,
  params: Readonly<Record<string, string>>,
  method: string,
  path: string,
): EdgeCall {
  const { subscriptionId, resourceGroup } = placeOf(path)
  const name = params['name'] ?? params['rest']?.split('/').at(-1)
  return {
    service: route?.service ?? 'arm',
    action: route?.action ?? (/operation(results|status(es)?)\//i.test(path) ? 'PollOperation' : 'Unknown'),
    ...(subscriptionId === undefined ? {} : { subscription: subscriptionId }),
    ...(resourceGroup === undefined ? {} : { group: resourceGroup }),
    ...(name === undefined ? {} : { name }),
    mutating: route?.mutating ?? (route !== undefined && method !== 'GET' && method !== 'HEAD'),
  }
}

interface Read {
  http: HttpRequest
  path: string
  params: Readonly<Record<string, string>>
  caller: Caller
  requestId: string
  correlationId: string
}

function requestOf(read: Read, route: Route | undefined): ArmRequest {
  const { http, ...rest } = read
  const query = createQuery(http.url.searchParams)
  const apiVersion = query.get('api-version') ?? ''
  if (route?.versioned !== false) checkApiVersion(apiVersion)
  const text = Buffer.from(http.body).toString('utf8')
  // Signing in is a form; whatever else comes is JSON, by whatever type a client calls it.
  const body = route?.service === 'login' ? undefined : bodyOf(text)
  return {
    ...rest,
    method: http.method,
    origin: http.url.origin,
    query,
    apiVersion,
    headers: http.headers,
    body: body?.value,
    bodyText: (place) => body?.textOf(place),
    text,
  }
}

function checkApiVersion(apiVersion: string): void {
  if (apiVersion === '') {
    const message = 'The api-version query parameter (?api-version=) is required for all requests.'
    throw gatewayError(400, 'MissingApiVersionParameter', message)
  }
  if (/^\d{4}-\d{2}-\d{2}(-[\w-]+)?$/.test(apiVersion)) return
  const message = `The api-version '${apiVersion}' is invalid. Write it as yyyy-MM-dd, with -preview after it where it is one.`
  throw gatewayError(400, 'InvalidApiVersionParameter', message)
}

function bodyOf(text: string): ParsedBody | undefined {
  if (text.trim() === '') return undefined
  try {
    return parseBody(text)
  } catch (error) {
    if (!(error instanceof BodySyntaxError)) throw error
    const message = `The request content was invalid and could not be deserialized: '${error.message}.'.`
    throw gatewayError(400, 'InvalidRequestContent', message)
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

/** Slashes that clients double or leave at the end count for nothing. */
function rawPathOf(url: URL): string {
  return url.pathname.replaceAll(/\/{2,}/g, '/').replace(/\/$/, '')
}

function pathOf(url: URL): string {
  const raw = rawPathOf(url)
  try {
    return decodeURIComponent(raw)
  } catch (error) {
    if (error instanceof URIError) return raw
    throw error
  }
}

function written(result: ArmAnswer, headers: Record<string, string>, { method }: HttpRequest): HttpAnswer {
  const all = { ...headers, ...result.headers }
  if (result.body === undefined || method === 'HEAD') return { status: result.status, headers: all, body: '' }
  return {
    status: result.status,
    headers: { ...all, 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify(result.body),
  }
}
