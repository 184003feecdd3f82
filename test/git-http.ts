import { spawn } from 'node:child_process'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createSecureServer, type ServerHttp2Session } from 'node:http2'
import { createServer as createTlsServer } from 'node:https'
import type { Server, Socket } from 'node:net'
import { gitEnvironment } from './git-fixture.ts'

/** A request as it came. */
interface SeenRequest {
  method: string
  path: string
  authorization: string | undefined
  httpVersion: string
  /** What came with it, if git answered. */
  body: string
}

/** Git's own http server on loopback. */
export interface GitHttpServer {
  /** Url of a repository below the served folder, by its path. */
  url(repository: string): string
  port: number
  /** Requests seen, oldest first: method, path, and the Authorization header that came along. */
  requests: SeenRequest[]
  /** Connections that were made to it. */
  connections(): number
  /** Those by HTTP/2 that are open. */
  sessions: ReadonlySet<ServerHttp2Session>
  /** Bytes of bodies sent and received so far, as the server counts them. */
  bytes: { sent: number; received: number }
  close(): Promise<void>
}

export interface GitHttpOptions {
  /** The folder whose repositories are served. */
  root: string
  /** The one Authorization header that is let in, or what judges it; without it everybody is. */
  authorization?: string | ((header: string | undefined) => boolean)
  /** Certificate and key, both PEM: it is served by https then. With `ca` to those alone whose certificate it signed. */
  tls?: { cert: string; key: string; ca?: string; requestCert?: boolean }
  /** With `tls`: HTTP/2 for those who ask for it. */
  isHttp2?: boolean
  /** Answers instead of git when it returns true. */
  intercept?(request: IncomingMessage, response: ServerResponse): boolean
  /** Whether it gives parts of commits, as big hosts do; git's own default is not to. */
  canFilter?: boolean
  /** The newest protocol it speaks; default 2. */
  protocol?: 0 | 1 | 2
  /** What becomes of an answer that holds a pack; it is sent whole then. */
  tamper?(answer: Buffer): Buffer
  /** Milliseconds before each answer begins. */
  delayMs?: number
}

/** Serves the repositories below a folder by the real `git http-backend`. */
export async function serveGit(options: GitHttpOptions): Promise<GitHttpServer> {
  const requests: GitHttpServer['requests'] = []
  const bytes = { sent: 0, received: 0 }
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const { headers, httpVersion } = request
    const { authorization } = headers
    const { method = '', url = '' } = request
    const seen = { method, path: url, authorization, httpVersion, body: '' }
    requests.push(seen)
    if (options.intercept?.(request, response)) return
    const { authorization: wanted } = options
    const isIn = typeof wanted === 'function' ? wanted(authorization) : authorization === wanted
    if (wanted !== undefined && !isIn) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end('who are you?')
      return
    }
    setTimeout(() => runBackend(options, { request, response, bytes, seen }), options.delayMs ?? 0)
  }
  const { tls } = options
  const server = createAnyServer(options, answer)
  const sessions = new Set<ServerHttp2Session>()
  const sockets = new Set<Socket>()
  let connections = 0
  server.on('session', (session: ServerHttp2Session) => {
    sessions.add(session)
    session.on('close', () => sessions.delete(session))
  })
  server.on('connection', (socket: Socket) => {
    connections += 1
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const address = server.address()
  const port = address !== null && typeof address === 'object' ? address.port : 0
  return {
    url: (repository) => `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}/${repository}`,
    port,
    requests,
    connections: () => connections,
    sessions,
    bytes,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}

function createAnyServer(
  { tls, isHttp2 = false }: GitHttpOptions,
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Server {
  if (tls === undefined) return createServer(answer)
  if (!isHttp2) return createTlsServer(tls, answer)
  const server = createSecureServer({ ...tls, allowHTTP1: true })
  // Node's requests by HTTP/2 are made to be used as the others are.
  server.on('request', answer as unknown as Parameters<typeof server.on>[1])
  return server
}

interface Exchange {
  request: IncomingMessage
  response: ServerResponse
  bytes: GitHttpServer['bytes']
  seen: SeenRequest
}

function runBackend(options: GitHttpOptions, { request, response, bytes, seen }: Exchange): void {
  const { root, canFilter = false, protocol = 2 } = options
  const url = new URL(request.url ?? '/', 'http://127.0.0.1')
  const asked = String(request.headers['git-protocol'] ?? '')
  const child = spawn('git', ['http-backend'], {
    env: {
      ...gitEnvironment(root),
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: '1',
      REQUEST_METHOD: request.method ?? 'GET',
      PATH_INFO: url.pathname,
      QUERY_STRING: url.search.slice(1),
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
      ...(asked === '' || protocol === 0 ? {} : { GIT_PROTOCOL: protocol === 1 ? 'version=1' : asked }),
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'uploadpack.allowFilter',
      GIT_CONFIG_VALUE_0: String(canFilter),
    },
  })
  request.on('data', (chunk: Buffer) => {
    bytes.received += chunk.length
    seen.body += chunk.toString('latin1')
  })
  request.pipe(child.stdin)
  child.stdin.on('error', () => {})
  response.on('close', () => child.kill())
  let head: Buffer | undefined = Buffer.alloc(0)
  const held: Buffer[] = []
  const send = (chunk: Buffer): void => {
    bytes.sent += chunk.length
    if (options.tamper !== undefined) {
      held.push(chunk)
      return
    }
    if (!response.write(chunk)) {
      child.stdout.pause()
      response.once('drain', () => child.stdout.resume())
    }
  }
  child.stdout.on('data', (chunk: Buffer) => {
    if (head === undefined) return send(chunk)
    head = Buffer.concat([head, chunk])
    const end = head.indexOf('\r\n\r\n')
    if (end < 0) return undefined
    for (const header of head.subarray(0, end).toString('latin1').split('\r\n')) {
      const [name = '', value = ''] = header.split(/:\s*/, 2)
      if (name.toLowerCase() === 'status') response.statusCode = Number(value.slice(0, 3))
      else response.setHeader(name, value)
    }
    const rest = head.subarray(end + 4)
    head = undefined
    if (rest.length > 0) send(rest)
    return undefined
  })
  child.on('close', () => {
    const answer = Buffer.concat(held)
    response.end(answer.includes('PACK') ? options.tamper?.(answer) : answer)
  })
}
