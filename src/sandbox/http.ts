import type { IncomingMessage, ServerResponse } from 'node:http'

/** An answer, ready to be sent. */
export interface HttpAnswer {
  status: number
  headers: Record<string, string>
  body: string | Uint8Array
}

// A template has at most a few MB, and no upload in one part that a template needs is near this.
const maxBodyBytes = 64 * 1024 * 1024

/** The whole body; undefined when it is too large, or when the client left before its end. */
export async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of request) {
      if (!(chunk instanceof Buffer)) return undefined
      size += chunk.byteLength
      if (size > maxBodyBytes) return undefined
      chunks.push(chunk)
    }
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ECONNRESET') return undefined
    throw error
  }
  return Buffer.concat(chunks)
}

/** The url that a client asked for; undefined when it is none. */
export function urlOf(request: IncomingMessage, protocol: 'http' | 'https' = 'http'): URL | undefined {
  const host = request.headers.host ?? '127.0.0.1'
  const text = `${protocol}://${host}${request.url ?? '/'}`
  return URL.canParse(text) ? new URL(text) : undefined
}

/** Sends an answer; 204 and 304 have no body, and a HEAD's answer tells the length of what it does not send. */
export function send(response: ServerResponse, result: HttpAnswer): void {
  const length = typeof result.body === 'string' ? Buffer.byteLength(result.body) : result.body.byteLength
  const bodiless = result.status === 204 || result.status === 304
  const headers = bodiless ? result.headers : { 'content-length': String(length), ...result.headers }
  response.writeHead(result.status, headers)
  response.end(bodiless ? undefined : result.body)
}
