import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Clock, Random } from '../../api/clock.ts'
import { readBody, send, urlOf } from '../http.ts'
import type { CallLog, CallRecord } from './calls.ts'
import { createCallLog } from './calls.ts'
import type { CloudFormationEngine, CloudFormationEngineOptions } from './cloudformation/engine.ts'
import { createCloudFormationEngine } from './cloudformation/engine.ts'
import { handleControl } from './control.ts'
import type { EdgeFaults } from './faults.ts'
import { createEdgeFaults } from './faults.ts'
import { answer } from './front.ts'
import { createIdentities } from './identity.ts'
import { createBuckets } from './s3/buckets.ts'
import { createStackNames } from './stack-names.ts'
import { surroundingsOf } from './surroundings.ts'
import { createValues } from './values.ts'

/** How to make a sandbox. */
export interface AwsSandboxOptions {
  clock: Clock
  random: Random
  /** Default: any free one. */
  port?: number
  /** How much faster than AWS its stacks are; 0 makes everything due at once. Default 1. */
  speed?: number
  /** Told of every call once it is answered. */
  log?: (call: CallRecord) => void
  /** Another CloudFormation than the sandbox's own. */
  createEngine?: (options: CloudFormationEngineOptions) => CloudFormationEngine
}

/** A running sandbox. */
export interface AwsSandbox {
  /** `http://127.0.0.1:<port>`, for AWS_ENDPOINT_URL. */
  url: string
  port: number
  /** What was called, as `GET /_sandbox/calls` tells it. */
  calls: CallLog
  /** Faults at the edge, and those of the engine: as the control endpoint sets them, for tests in the same process. */
  edge: EdgeFaults
  engine: CloudFormationEngine
  close(): Promise<void>
}

/**
 * A pretend AWS on 127.0.0.1: CloudFormation, STS and the part of S3 that templates need, on one port, for any SDK, the
 * AWS CLI and botocore with `AWS_ENDPOINT_URL`. Rejects with the system's error when the port is taken.
 */
export async function createAwsSandbox(options: AwsSandboxOptions): Promise<AwsSandbox> {
  const { clock, random, speed, log, createEngine = createCloudFormationEngine } = options
  const parts = {
    clock,
    random,
    log,
    edge: createEdgeFaults(),
    calls: createCallLog(),
    identities: createIdentities({ clock, random }),
    buckets: createBuckets(),
    stackNames: createStackNames(),
    parameters: createValues(),
    secrets: createValues(),
  }
  const engine = createEngine({
    clock,
    random,
    ...(speed === undefined ? {} : { speed }),
    ...surroundingsOf({ ...parts, now: () => clock.now() }),
  })
  const all = { ...parts, engine }

  const server = createServer((request, response) => {
    void serve(request, response)
  })
  // Longer than clients keep a connection: one that is closed under a request looks like a lost answer.
  server.keepAliveTimeout = 75_000

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request)
    if (body === undefined) {
      response.writeHead(413, { connection: 'close' }).end()
      return
    }
    const url = urlOf(request)
    if (url === undefined) {
      response.writeHead(400, { connection: 'close' }).end()
      return
    }
    const method = request.method ?? 'GET'
    if (/^\/_sandbox(\/|$)/.test(url.pathname)) {
      // A web page that a browser has open is nobody who may steer the sandbox.
      const foreign = request.headers.origin !== undefined
      const control = foreign
        ? { status: 403, body: { error: 'not from a web page' } }
        : await handleControl(all, {
            method,
            path: url.pathname,
            query: url.searchParams,
            body: body.toString('utf8'),
          })
      send(response, {
        status: control.status,
        headers: { 'content-type': 'application/json' },
        body: `${JSON.stringify(control.body)}\n`,
      })
      return
    }
    const result = await answer(all, { method, url, headers: request.headers, body })
    if (result === 'dropped') request.socket.destroy()
    else send(response, result)
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port ?? 0, '127.0.0.1', resolve)
  })
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    calls: parts.calls,
    edge: parts.edge,
    engine,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
