import { BodySyntaxError, parseBody } from './body-text.ts'
import type { ParsedBody } from './body-text.ts'
import { gatewayError } from './errors.ts'
import type { Route } from './route.ts'
import type { ArmRequest, Caller } from './wire.ts'
import { createQuery } from './wire.ts'

/** A request as it came over http. */
export interface HttpRequest {
  method: string
  url: URL
  headers: Readonly<Record<string, string>>
  body: Uint8Array
}

/** What is known of a request before it is read. */
export interface Read {
  http: HttpRequest
  path: string
  params: Readonly<Record<string, string>>
  caller: Caller
  requestId: string
  correlationId: string
}

/** A request as handlers see it. Throws ARM's refusal of its api-version or body. */
export function requestOf(read: Read, route: Route | undefined): ArmRequest {
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

/** Slashes that clients double or leave at the end count for nothing. */
export function rawPathOf(url: URL): string {
  return url.pathname.replaceAll(/\/{2,}/g, '/').replace(/\/$/, '')
}

/** The same, decoded. */
export function pathOf(url: URL): string {
  const raw = rawPathOf(url)
  try {
    return decodeURIComponent(raw)
  } catch (error) {
    if (error instanceof URIError) return raw
    throw error
  }
}
