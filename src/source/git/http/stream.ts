import type { ClientHttp2Session, ClientHttp2Stream } from 'node:http2'
import type { TLSSocket } from 'node:tls'
import { tooSlow } from '../limits.ts'
import { networkError } from './failure.ts'
import type { HttpAnswer, HttpPorts, HttpRequest } from './message.ts'

/** A connection by HTTP/2, kept for whoever asks the same host. */
export interface Kept {
  session: ClientHttp2Session
  socket: TLSSocket
  /** Bytes received that some request's traffic holds already. */
  countedBytes: number
  /** Requests under way. */
  open: number
  /** When the last one ended; milliseconds since the epoch. */
  usedAt: number
  /** Whether it brought an answer before. */
  isProven: boolean
}

/** A request that brought no answer because its stream or connection ended; `code` of HTTP/2, where one was told. */
export class StreamLost extends Error {
  readonly code: number | undefined
  constructor(code: number | undefined, cause: unknown) {
    super('the stream was lost', { cause })
    this.code = code
  }
}

/** More than this is not read for an answer that nobody wants. */
const drainBytes = 64 * 1024
/** Codes by which a stream ends: https://www.rfc-editor.org/rfc/rfc9113#ErrorCodes */
export const codes = { refused: 7, cancel: 8, downgrade: 13 } as const

/** Sends a request as a stream of its own. Throws `StreamLost`, or what `networkError` says. */
export function sendStream(kept: Kept, request: HttpRequest, ports: HttpPorts): Promise<HttpAnswer> {
  const { where, limits, signal, traffic } = ports
  const { session, socket } = kept
  const sent = request.body === undefined ? undefined : Buffer.from(request.body, 'utf8')
  traffic.requests += 1
  return new Promise((resolve, reject) => {
    const stream = open(session, request, sent)
    kept.open += 1
    session.ref()
    let hasAnswer = false
    const count = (): void => {
      traffic.receivedBytes += Math.max(0, socket.bytesRead - kept.countedBytes)
      kept.countedBytes = Math.max(kept.countedBytes, socket.bytesRead)
    }
    const give = (error: Error): void => {
      stream.close(codes.cancel)
      if (hasAnswer) stream.destroy(error)
      reject(error)
    }
    const abort = (): void => give(networkError(signal.reason, where, signal))
    signal.addEventListener('abort', abort)
    if (signal.aborted) abort()
    stream.setTimeout(limits.idleMs, () => give(tooSlow(where, 'idleMs', limits)))
    let failure: unknown
    stream.on('error', (error) => (failure = error))
    stream.once('close', () => {
      signal.removeEventListener('abort', abort)
      count()
      kept.open -= 1
      kept.usedAt = ports.now()
      if (kept.open === 0) session.unref()
      reject(new StreamLost(stream.rstCode, failure))
    })
    stream.once('end', count)
    stream.once('response', (headers) => {
      hasAnswer = true
      kept.isProven = true
      const body = readBody(stream, where, signal)
      resolve({
        status: headers[':status'] ?? 0,
        headers,
        body,
        finish: () => drain(stream, body),
        close: () => letGo(stream),
      })
    })
    traffic.sentBytes += sent?.length ?? 0
    if (sent !== undefined) stream.end(sent)
  })
}

function open(
  session: ClientHttp2Session,
  { method, url, headers }: HttpRequest,
  sent: Buffer | undefined,
): ClientHttp2Stream {
  const { pathname, search, host } = new URL(url)
  try {
    return session.request(
      {
        ...headers,
        ':method': method,
        ':scheme': 'https',
        ':authority': host,
        ':path': `${pathname}${search}`,
        ...(sent === undefined ? {} : { 'content-length': String(sent.length) }),
      },
      { endStream: sent === undefined },
    )
  } catch (error) {
    // It ended just now, or is about to: nothing was sent.
    throw new StreamLost(codes.refused, error)
  }
}

async function* readBody(
  stream: ClientHttp2Stream,
  where: string,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of stream.iterator({ destroyOnReturn: false })) yield chunk as Uint8Array
    // To Node a stream that is cancelled ends as one that is complete does. One that ends early without any error does so
    // to us too: what git sends says itself where it ends.
    if ((stream.rstCode ?? 0) !== 0) throw new Error('cancelled')
  } catch (error) {
    throw networkError(error, where, signal)
  }
}

async function drain(stream: ClientHttp2Stream, body: AsyncIterable<Uint8Array>): Promise<void> {
  let size = 0
  if (!stream.readableEnded && !stream.destroyed) {
    for await (const chunk of body) {
      size += chunk.length
      if (size > drainBytes) break
    }
  }
  letGo(stream)
}

function letGo(stream: ClientHttp2Stream): void {
  if (!stream.readableEnded) stream.close(codes.cancel)
}
