import type { Json } from './json.ts'

/** Who sent a request, by its bearer token. */
export interface Caller {
  tenantId: string
  objectId: string
  /** The application's client id. */
  clientId: string
}

/** A request to ARM, read to its end. */
export interface ArmRequest {
  /** In capitals. */
  method: string
  /** `https://localhost:1234`: what links in answers begin with. */
  origin: string
  /** As the client spelled it, decoded, without a trailing slash. */
  path: string
  /** What the route's pattern names, as the client spelled it. */
  params: Readonly<Record<string, string>>
  query: Query
  /** Empty for the few paths that need none. */
  apiVersion: string
  /** Lower-case names. */
  headers: Readonly<Record<string, string>>
  /** Undefined when there is none. */
  body: Json | undefined
  /** The body's own text below a path (`['properties', 'template']`), comments and all; undefined when nothing is there. */
  bodyText(path: readonly (string | number)[]): string | undefined
  /** The body as it came: a form, where it is one. */
  text: string
  caller: Caller
  requestId: string
  /** The client's own, or the request's id. */
  correlationId: string
}

/** What ARM answers. */
export interface ArmAnswer {
  status: number
  headers?: Readonly<Record<string, string>>
  /** None: an empty answer. */
  body?: Json
}

/** A URL's query, whose names are equal in any letter case. */
export interface Query {
  get(name: string): string | undefined
  /** As it was written, without the question mark. */
  readonly text: string
}

/** Reads a URL's query. */
export function createQuery(parameters: URLSearchParams): Query {
  const byName = new Map([...parameters].map(([name, value]) => [name.toLowerCase(), value]))
  return { get: (name) => byName.get(name.toLowerCase()), text: parameters.toString() }
}

/** An answer with a body. */
export function ok(body: Json, status = 200): ArmAnswer {
  return { status, body }
}
