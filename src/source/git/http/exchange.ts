import http from 'node:http'
import https from 'node:https'
import { tooSlow } from '../limits.ts'
import { networkError } from './failure.ts'
import type { HttpAnswer, HttpPorts, HttpRequest } from './message.ts'
import { DialTimeout } from './secure.ts'

/** More than this is not read for the sake of a connection. */
const drainBytes = 64 * 1024

/** Sends a request. A kept connection that the server has just closed is tried once more on a new one. */
export async function exchange(request: HttpRequest, ports: HttpPorts): Promise<HttpAnswer> {
  const answer = ports.multiplex === undefined ? undefined : await ports.multiplex.send(request, ports)
  if (answer !== undefined) return answer
  try {
    return await send(request, ports)
  } catch (error) {
    if (error instanceof StaleConnection) return send(request, ports)
    throw error
  }
}

class StaleConnection extends Error {}

function send(request: HttpRequest, ports: HttpPorts): Promise<HttpAnswer> {
  const { where, agent, limits, signal, traffic } = ports
  const { method, url, headers, body } = request
  const length = body === undefined ? 0 : Buffer.byteLength(body)
  traffic.requests += 1
  return new Promise((resolve, reject) => {
    const outgoing = (url.startsWith('https:') ? https : http).request(url, {
      method,
      agent,
      timeout: limits.connectMs,
      headers: body === undefined ? headers : { ...headers, 'content-length': String(length) },
    })
    const stop = (): void => {
      outgoing.destroy(signal.reason instanceof Error ? signal.reason : undefined)
    }
    if (signal.aborted) stop()
    else signal.addEventListener('abort', stop, { once: true })
    outgoing.on('close', () => signal.removeEventListener('abort', stop))
    let startBytes = 0
    let waitsFor: 'connectMs' | 'idleMs' = 'connectMs'
    const connected = (): void => {
      waitsFor = 'idleMs'
      outgoing.setTimeout(limits.idleMs)
    }
    outgoing.on('socket', (socket) => {
      startBytes = socket.bytesRead
      if (socket.connecting) socket.once(url.startsWith('https:') ? 'secureConnect' : 'connect', connected)
      else connected()
    })
    outgoing.on('timeout', () => outgoing.destroy(tooSlow(where, waitsFor, limits)))
    outgoing.on('error', (error) => {
      const isStale = outgoing.reusedSocket && 'code' in error && error.code === 'ECONNRESET'
      if (isStale && !signal.aborted) reject(new StaleConnection())
      else if (error instanceof DialTimeout) reject(tooSlow(where, 'connectMs', limits))
      else reject(networkError(error, where, signal))
    })
    outgoing.on('response', (response) => {
      const { socket } = response
      response.on('close', () => {
        traffic.receivedBytes += Math.max(0, socket.bytesRead - startBytes)
        startBytes = socket.bytesRead
      })
      const received = readBody(response, where, signal)
      resolve({
        status: response.statusCode ?? 0,
        headers: response.headers,
        body: received,
        finish: () => drain(response, received),
        close: () => {
          if (!response.complete) response.destroy()
        },
      })
    })
    traffic.sentBytes += length
    // As text it leaves in one piece with the head.
    outgoing.end(body)
  })
}

/**
 * The chunks of a body as they come. Node's own iterator does the same with a good deal more machinery, which a question
 * that is asked every minute of every repository would pay for.
 */
function readBody(
  response: http.IncomingMessage,
  where: string,
  signal: AbortSignal,
): AsyncIterable<Uint8Array> {
  const held: Buffer[] = []
  let wake: (() => void) | undefined
  let failure: Error | undefined
  const stir = (): void => wake?.()
  response.on('data', (chunk: Buffer) => {
    held.push(chunk)
    response.pause()
    stir()
  })
  response.on('end', stir)
  response.on('close', stir)
  response.on('error', (error) => {
    failure = error
    stir()
  })
  const next = async (): Promise<IteratorResult<Uint8Array, undefined>> => {
    for (;;) {
      const chunk = held.shift()
      if (chunk !== undefined) return { value: chunk, done: false }
      if (response.readableEnded) return { value: undefined, done: true }
      if (failure !== undefined || response.destroyed) throw networkError(failure, where, signal)
      response.resume()
      await new Promise<void>((resolve) => (wake = resolve))
    }
  }
  return { [Symbol.asyncIterator]: () => ({ next }) }
}

async function drain(response: http.IncomingMessage, body: AsyncIterable<Uint8Array>): Promise<void> {
  if (response.complete && response.readableEnded) return
  let size = 0
  for await (const chunk of body) {
    size += chunk.length
    if (size > drainBytes) break
  }
  if (!response.complete) response.destroy()
}
