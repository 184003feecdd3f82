import { createServer } from 'node:http'
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { Clock, Random } from '../../api/clock.ts'
import type { CallFate } from '../call-log.ts'
import { readBody, send, urlOf } from '../http.ts'
import { createTurns } from '../turns.ts'
import { createLocalCertificate } from './tls/certificate.ts'
import { handleControl } from './control.ts'
import type { ControlParts } from './control.ts'
import type { CallLog, EdgeFaults, LoggedCall } from './edge.ts'
import { createCallLog, createEdgeFaults } from './edge.ts'
import { answer } from './front.ts'
import { createClients } from './identity/clients.ts'
import type { Clients } from './identity/clients.ts'
import { identitySection } from './identity/section.ts'
import { createTokens } from './identity/tokens.ts'
import { createLimits } from './limits.ts'
import { createRouteTable } from './route.ts'
import { sections } from './sections.ts'
import type { World } from './world.ts'
import { createWorld } from './world.ts'

/** How to make a sandbox. */
export interface AzureSandboxOptions {
  clock: Clock
  random: Random
  /** Default: any free one. */
  port?: number | undefined
  /** Default: no https; 0: any free one. */
  httpsPort?: number | undefined
  /** How much faster than Azure things happen; 0 makes everything due at once. Default 1. */
  speed?: number | undefined
  /** Told of every call once it is answered. */
  log?: ((call: LoggedCall & CallFate) => void) | undefined
}

/** A running sandbox. */
export interface AzureSandbox {
  /** `http://127.0.0.1:<port>`. */
  url: string
  port: number
  /** `https://localhost:<port>`, where it was asked for. */
  httpsUrl?: string
  /** The authority behind the https certificate, for `NODE_EXTRA_CA_CERTS` and `REQUESTS_CA_BUNDLE`. */
  caPem?: string
  /** What was called, as `GET /_sandbox/calls` tells it. */
  calls: CallLog
  /** Faults at the edge, as the control endpoint sets them, for tests in the same process. */
  edge: EdgeFaults
  /** The state behind it: resources, their faults, subscriptions. */
  world: World
  /** The applications, and the assertions that they presented. */
  clients: Clients
  /** What `POST /_sandbox/<name>` does, for tests in the same process; throws an Error with the sentence of a refusal. */
  control(name: string, body?: unknown): Promise<void>
  close(): Promise<void>
}

/**
 * A pretend Azure on 127.0.0.1: Resource Manager, the part of Entra that gives out tokens, and what a machine asks about
 * itself, over http and https. Rejects with the system's error when a port is taken.
 */
export async function createAzureSandbox(options: AzureSandboxOptions): Promise<AzureSandbox> {
  const { clock, random, log } = options
  const world = createWorld(options)
  const clients = createClients()
  const identity = identitySection({ clock, random, world, clients, tokens: createTokens({ clock, random }) })
  const made = [identity, ...sections.map((create) => create(world))]
  const parts = {
    world,
    clients,
    routes: createRouteTable(made.flatMap(({ routes }) => routes)),
    limits: createLimits(() => clock.now()),
    edge: createEdgeFaults(),
    calls: createCallLog(),
    inTurn: createTurns(),
    commands: Object.assign({}, ...made.map(({ commands = {} }) => commands)) as ControlParts['commands'],
    log,
  }
  world.onClear(() => {
    for (const part of [parts.clients, parts.limits, parts.edge, parts.calls]) part.clear()
  })

  const listen = async (server: Server, port: number): Promise<number> => {
    // Longer than clients keep a connection: one that is closed under a request looks like a lost answer.
    server.keepAliveTimeout = 75_000
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(port, '127.0.0.1', resolve)
    })
    const address = server.address()
    return typeof address === 'object' && address !== null ? address.port : 0
  }
  const plain = createServer(listener(parts, 'http'))
  const port = await listen(plain, options.port ?? 0)
  const secure = options.httpsPort === undefined ? undefined : await secureServer(parts, clock.now())
  const httpsPort =
    secure === undefined ? 0 : await orClose(listen(secure.server, options.httpsPort ?? 0), plain)
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    ...(secure === undefined ? {} : { httpsUrl: `https://localhost:${httpsPort}`, caPem: secure.caPem }),
    calls: parts.calls,
    edge: parts.edge,
    world,
    clients,
    async control(name, body = {}) {
      const request = { method: 'POST', path: `/_sandbox/${name}`, query: new URLSearchParams() }
      const told = await handleControl(parts, { ...request, body: JSON.stringify(body) })
      if (told.status !== 200) throw new Error(sentenceOf(told.body))
    },
    close: async () => {
      await Promise.all([plain, secure?.server].map((server) => closed(server)))
    },
  }
}

type ServeParts = Parameters<typeof answer>[0] & ControlParts

async function secureServer(parts: ServeParts, nowMs: number): Promise<{ server: Server; caPem: string }> {
  const { caPem, certPem, keyPem } = await createLocalCertificate(nowMs)
  return { caPem, server: createSecureServer({ cert: certPem, key: keyPem }, listener(parts, 'https')) }
}

function listener(parts: ServeParts, protocol: 'http' | 'https'): RequestListener {
  return (request, response) => void serve(parts, protocol, request, response)
}

async function serve(
  parts: ServeParts,
  protocol: 'http' | 'https',
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await readBody(request)
  const url = urlOf(request, protocol)
  if (body === undefined || url === undefined) {
    response.writeHead(body === undefined ? 413 : 400, { connection: 'close' }).end()
    return
  }
  const method = request.method ?? 'GET'
  if (/^\/_sandbox(\/|$)/.test(url.pathname)) {
    // A web page that a browser has open is nobody who may steer the sandbox.
    const told =
      request.headers.origin === undefined
        ? await handleControl(parts, {
            method,
            path: url.pathname,
            query: url.searchParams,
            body: body.toString('utf8'),
          })
        : { status: 403, body: { error: 'not from a web page' } }
    const headers = { 'content-type': 'application/json' }
    send(response, { status: told.status, headers, body: `${JSON.stringify(told.body)}\n` })
    return
  }
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  )
  const result = await answer(parts, { method, url, headers, body })
  if (result === 'dropped') request.socket.destroy()
  else send(response, result)
}

async function orClose<Value>(promise: Promise<Value>, server: Server): Promise<Value> {
  try {
    return await promise
  } catch (error) {
    await closed(server)
    throw error
  }
}

function closed(server: Server | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (server === undefined) {
      resolve()
      return
    }
    server.close(() => resolve())
    server.closeAllConnections()
  })
}

function sentenceOf(body: unknown): string {
  const error = typeof body === 'object' && body !== null && 'error' in body ? body.error : body
  return typeof error === 'string' ? error : JSON.stringify(error)
}
