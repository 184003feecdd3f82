import { createServer, request as httpRequest } from 'node:http'
import type { IncomingHttpHeaders, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A call as it came over the wire. */
export interface WireCall {
  method: string
  path: string
  headers: IncomingHttpHeaders
  body: Buffer
  /** The operation of a JSON protocol, from `X-Amz-Target`: `UpdateItem`. Empty for others. */
  operation: string
}

/** What becomes of a call. */
export type Fate =
  /** To the server behind, its answer back. */
  | { do: 'pass' }
  | { do: 'answer'; status: number; headers?: Record<string, string>; body: string | Buffer }
  /** The connection is cut; the call never arrived. */
  | { do: 'drop' }
  /** The call takes effect, the answer is cut off. */
  | { do: 'pass, then drop' }
  /** No answer, ever. */
  | { do: 'hang' }

/** A server between a real SDK and, if there is one, a real service, that decides the fate of each call. */
export interface FaultServer {
  url: string
  /** All calls so far, in order. */
  calls: WireCall[]
  /** The fates of the next calls; what is not named passes. */
  next(...fates: Fate[]): void
  /** All calls pass from now on. */
  forget(): void
  close(): Promise<void>
}

/** Starts one on 127.0.0.1. With `oneAtATime`, calls wait for each other: for a service behind that does not do so itself. */
export async function startFaultServer(
  options: { behind?: () => string; oneAtATime?: boolean } = {},
): Promise<FaultServer> {
  const calls: WireCall[] = []
  const fates: Fate[] = []
  let turn: Promise<unknown> = Promise.resolve()

  const pass = async (call: WireCall): Promise<Wire> => {
    const { behind } = options
    if (behind === undefined)
      return { status: 500, headers: {}, body: Buffer.from('nothing is behind this server') }
    const forwarded = turn.then(() => forward(behind(), call))
    if (options.oneAtATime === true) turn = forwarded.catch(() => undefined)
    return forwarded
  }
  const settle = async (call: WireCall, response: ServerResponse): Promise<void> => {
    const fate = fates.shift() ?? { do: 'pass' }
    switch (fate.do) {
      case 'answer':
        return reply(response, { status: fate.status, headers: fate.headers ?? {}, body: fate.body })
      case 'drop':
        response.destroy()
        return undefined
      case 'hang':
        return undefined
      case 'pass':
        return reply(response, await pass(call))
      case 'pass, then drop':
        await pass(call)
        response.destroy()
        return undefined
    }
  }

  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = []
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
    incoming.on('end', () => {
      const target = String(incoming.headers['x-amz-target'] ?? '')
      const call = {
        method: incoming.method ?? '',
        path: incoming.url ?? '',
        headers: incoming.headers,
        body: Buffer.concat(chunks),
        operation: target.slice(target.lastIndexOf('.') + 1),
      }
      calls.push(call)
      settle(call, response).catch(() => response.destroy())
    })
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    next: (...more) => {
      fates.push(...more)
    },
    forget: () => {
      fates.length = 0
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

interface Wire {
  status: number
  headers: Record<string, string | string[] | undefined>
  body: string | Buffer
}

function reply(response: ServerResponse, { status, headers, body }: Wire): void {
  for (const [name, value] of Object.entries(headers))
    if (value !== undefined && name !== 'transfer-encoding') response.setHeader(name, value)
  response.writeHead(status)
  response.end(body)
}

function forward(behind: string, { method, path, headers, body }: WireCall): Promise<Wire> {
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(new URL(path, behind), { method, headers }, (answer) => {
      const chunks: Buffer[] = []
      answer.on('data', (chunk: Buffer) => chunks.push(chunk))
      answer.on('end', () =>
        resolve({ status: answer.statusCode ?? 502, headers: answer.headers, body: Buffer.concat(chunks) }),
      )
      answer.on('error', reject)
    })
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}
