import { spawn } from 'node:child_process'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { gitEnvironment } from './git-fixture.ts'

/** Git's own http server on loopback. */
export interface GitHttpServer {
  /** Url of a repository below the served folder, by its path. */
  url(repository: string): string
  /** Requests seen, oldest first: method, path, and the Authorization header that came along. */
  requests: { method: string; path: string; authorization: string | undefined }[]
  close(): Promise<void>
}

export interface GitHttpOptions {
  /** The folder whose repositories are served. */
  root: string
  /** The one Authorization header that is let in; without it everybody is. */
  authorization?: string
  /** Answers instead of git when it returns true. */
  intercept?(request: IncomingMessage, response: ServerResponse): boolean
}

/** Serves the repositories below a folder by the real `git http-backend`. */
export async function serveGit(options: GitHttpOptions): Promise<GitHttpServer> {
  const requests: GitHttpServer['requests'] = []
  const server = createServer((request, response) => {
    const { authorization } = request.headers
    requests.push({ method: request.method ?? '', path: request.url ?? '', authorization })
    if (options.intercept?.(request, response)) return
    if (options.authorization !== undefined && authorization !== options.authorization) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end('who are you?')
      return
    }
    runBackend(options.root, request, response)
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const address = server.address()
  const port = address !== null && typeof address === 'object' ? address.port : 0
  return {
    url: (repository) => `http://127.0.0.1:${port}/${repository}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function runBackend(root: string, request: IncomingMessage, response: ServerResponse): void {
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
      GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
    },
  })
  request.pipe(child.stdin)
  child.stdin.on('error', () => {})
  const output: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk))
  child.on('close', () => {
    const all = Buffer.concat(output)
    const end = all.indexOf('\r\n\r\n')
    const headers = all.subarray(0, end).toString('latin1').split('\r\n')
    for (const header of headers) {
      const [name = '', value = ''] = header.split(/:\s*/, 2)
      if (name.toLowerCase() === 'status') response.statusCode = Number(value.slice(0, 3))
      else response.setHeader(name, value)
    }
    response.end(all.subarray(end + 4))
  })
}
