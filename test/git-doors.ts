import path from 'node:path'
import type { SourceCredentials } from '../src/source/source.ts'
import type { Doors } from './contracts/source-access.ts'
import { serveGit, type GitHttpOptions, type GitHttpServer } from './git-http.ts'

const basic = (credentials: SourceCredentials): string =>
  `Basic ${Buffer.from(`${credentials.username ?? ''}:${credentials.password ?? ''}`).toString('base64')}`

/** `git http-backend` behind a password, and a password for each repository that has one. */
export function httpDoors(options: Omit<GitHttpOptions, 'root' | 'authorization'>): () => Promise<Doors> {
  return async () => {
    const servers = new Map<string, GitHttpServer>()
    const trust = options.tls === undefined ? {} : { ca: options.tls.cert }
    const credentials = { username: 'ana', password: 'pa55word-canary', ...trust }
    let accepted = basic(credentials)
    const own = new Map<string, string>()
    const serve = async (root: string): Promise<GitHttpServer> => {
      const server = await serveGit({
        ...options,
        root,
        intercept(request, response) {
          const name = (request.url ?? '').split('/')[1] ?? ''
          const given = request.headers.authorization
          if (given !== undefined && (given === accepted || given === own.get(name))) return false
          response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end('who are you?')
          return true
        },
      })
      servers.set(root, server)
      return server
    }
    return {
      credentials,
      wrong: { username: 'ana', password: 'wr0ng-canary', ...trust },
      async host(repository) {
        const root = path.dirname(repository)
        return (servers.get(root) ?? (await serve(root))).url(path.basename(repository))
      },
      async rotate() {
        const next = { username: 'ana', password: 'n3xt-canary', ...trust }
        accepted = basic(next)
        return next
      },
      async forOne(repository) {
        const deploy = { username: 'deploy', password: 'd3ploy-canary', ...trust }
        own.set(path.basename(repository), basic(deploy))
        return deploy
      },
      async close() {
        await Promise.all([...servers.values()].map((server) => server.close()))
      },
    }
  }
}
