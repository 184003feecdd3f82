import type http from 'node:http'
import type { GitLimits } from '../limits.ts'
import type { Traffic } from '../wire/wire.ts'

/** One http request. */
export interface HttpRequest {
  method: 'GET' | 'POST'
  url: string
  headers: Record<string, string>
  body?: string
}

/** Where requests go through, and what bounds them. */
export interface HttpPorts {
  where: string
  agent: http.Agent
  /** For hosts that offer HTTP/2. */
  multiplex?: Multiplex | undefined
  /** Milliseconds since the epoch. */
  now: () => number
  limits: GitLimits
  signal: AbortSignal
  traffic: Traffic
}

/** An answer whose body is still to come. */
export interface HttpAnswer {
  status: number
  headers: http.IncomingHttpHeaders
  /** The body as it comes; a connection that breaks throws `NetworkError`, one that falls silent `Timeout`. */
  body: AsyncIterable<Uint8Array>
  /** Reads what is left, if it is little, so that the connection can be used again. */
  finish(): Promise<void>
  /** Lets go of the connection. */
  close(): void
}

/**
 * Requests by HTTP/2: one connection to each host that offers it, for as many requests as there are. It is opened with
 * the first and kept a while; one that has ended is replaced, and what it lost is asked once more, as git's questions
 * change nothing.
 */
export interface Multiplex {
  /** The answer; undefined where the host speaks HTTP/1.1, by which it is to be asked then. */
  send(request: HttpRequest, ports: HttpPorts): Promise<HttpAnswer | undefined>
  close(): void
}
