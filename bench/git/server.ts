/**
 * `git http-backend` on loopback in a process of its own, so that what it costs is not counted as ours. Prints its port;
 * `/_stats` tells what went over its sockets since the last time, `/_delay/N` sets the milliseconds before each answer.
 *
 *     node bench/git/server.ts ROOT
 */
import { spawn } from 'node:child_process'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { gitEnvironment } from '../../test/git-fixture.ts'

const root = process.argv[2] ?? ''
let delayMs = 0
let requests = 0
const sockets = new Set<Socket>()
let closed = { sent: 0, received: 0 }
let told = { sent: 0, received: 0 }

const server = createServer((request, response) => {
  const url = request.url ?? '/'
  const delay = /^\/_delay\/(\d+)$/.exec(url)?.[1]
  if (delay !== undefined) {
    delayMs = Number(delay)
    response.end()
  } else if (url === '/_stats') {
    const now = total()
    response.end(
      JSON.stringify({ requests, sent: now.sent - told.sent, received: now.received - told.received }),
      () => {
        requests = 0
        told = total()
      },
    )
  } else {
    requests += 1
    setTimeout(() => answer(request, response), delayMs)
  }
})
server.on('connection', (socket) => {
  sockets.add(socket)
  socket.on('close', () => {
    sockets.delete(socket)
    closed = { sent: closed.sent + socket.bytesWritten, received: closed.received + socket.bytesRead }
  })
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  process.stdout.write(`${address !== null && typeof address === 'object' ? address.port : 0}\n`)
})

/** Bytes of all sockets, heads included. */
function total(): typeof closed {
  const live = [...sockets]
  return {
    sent: closed.sent + live.reduce((sum, socket) => sum + socket.bytesWritten, 0),
    received: closed.received + live.reduce((sum, socket) => sum + socket.bytesRead, 0),
  }
}

function answer(request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? '/', 'http://127.0.0.1')
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
      GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
    },
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  request.pipe(child.stdin)
  child.stdin.on('error', () => {})
  let head: Buffer | undefined = Buffer.alloc(0)
  child.stdout.on('data', (chunk: Buffer) => {
    let body = chunk
    if (head !== undefined) {
      head = Buffer.concat([head, chunk])
      const end = head.indexOf('\r\n\r\n')
      if (end < 0) return
      for (const line of head.toString('latin1', 0, end).split('\r\n')) {
        const [name = '', value = ''] = line.split(/:\s*/, 2)
        if (name.toLowerCase() === 'status') response.statusCode = Number(value.slice(0, 3))
        else response.setHeader(name, value)
      }
      body = head.subarray(end + 4)
      head = undefined
    }
    if (body.length > 0 && !response.write(body)) {
      child.stdout.pause()
      response.once('drain', () => child.stdout.resume())
    }
  })
  child.on('close', () => response.end())
  response.on('close', () => child.kill())
}
