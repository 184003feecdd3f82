import { generateKeyPairSync, verify, type KeyObject } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'

/**
 * A pretend GitHub: what https://docs.github.com/rest/apps/apps says of installations and their tokens, and what
 * octokit/octokit.rb#1307 and others saw it say of suspended ones. Behind `/api/v3`, as GitHub Enterprise has it.
 */
export interface GitHubApi {
  app: { id: string; key: string }
  /** Installations by id; each reaches some repositories of its account. */
  installations: Map<number, { account: string; repositories: string[]; isSuspended?: boolean }>
  /** Tokens that are in force, and what for. */
  tokens: Map<string, { repositories: string[]; permissions: Record<string, string> }>
  /** Requests seen: method and path. */
  calls: string[]
  /** Answers the API instead, once each. */
  next: ((response: ServerResponse) => void)[]
  /** Whether it answered; other paths are not its business. */
  handle(request: IncomingMessage, response: ServerResponse): boolean
  /** Whether git's Authorization header carries a token in force for the repository `acme/<name>`. */
  letsIn(header: string | undefined, repository: string): boolean
}

/** `now` in milliseconds since the epoch: the clock at GitHub. */
export function createGitHubApi(now: () => number): GitHubApi {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  let count = 0
  const api: GitHubApi = {
    // As GitHub hands keys out: PKCS#1.
    app: { id: '4711', key: privateKey.export({ format: 'pem', type: 'pkcs1' }).toString() },
    installations: new Map(),
    tokens: new Map(),
    calls: [],
    next: [],
    handle(request, response) {
      const path = request.url ?? ''
      if (!path.startsWith('/api/v3/')) return false
      api.calls.push(`${request.method} ${path}`)
      const parts: Buffer[] = []
      request.on('data', (part: Buffer) => parts.push(part))
      request.on('end', () => {
        const special = api.next.shift()
        if (special !== undefined) return special(response)
        const { status, body } = answer(request, Buffer.concat(parts).toString('utf8'))
        response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' })
        return response.end(JSON.stringify(body))
      })
      return true
    },
    letsIn(header, repository) {
      const [, pair = ''] = /^Basic (.*)$/.exec(header ?? '') ?? []
      const [user, token = ''] = Buffer.from(pair, 'base64').toString('utf8').split(':')
      const given = api.tokens.get(token)
      return (
        user === 'x-access-token' &&
        given?.permissions['contents'] === 'read' &&
        given.repositories.includes(repository)
      )
    },
  }

  function answer(request: IncomingMessage, text: string): { status: number; body: unknown } {
    const problem = appProblem(request.headers.authorization, { key: publicKey, id: api.app.id, now: now() })
    if (problem !== undefined) return refuse(401, problem)
    const path = (request.url ?? '').slice('/api/v3'.length)
    const [, owner, repository] = /^\/repos\/([^/]+)\/([^/]+)\/installation$/.exec(path) ?? []
    if (request.method === 'GET' && owner !== undefined) {
      const found = [...api.installations].find(
        ([, { account, repositories }]) => account === owner && repositories.includes(repository ?? ''),
      )
      return found === undefined ? refuse(404, 'Not Found') : { status: 200, body: { id: found[0] } }
    }
    const [, id] = /^\/app\/installations\/(\d+)\/access_tokens$/.exec(path) ?? []
    const installation = api.installations.get(Number(id))
    if (request.method !== 'POST' || installation === undefined) return refuse(404, 'Not Found')
    if (installation.isSuspended === true) return refuse(403, 'This installation has been suspended')
    const wish = JSON.parse(text) as { repositories: string[]; permissions: Record<string, string> }
    if (!wish.repositories.every((name) => installation.repositories.includes(name)))
      return refuse(
        422,
        'There is at least one repository that does not exist or is not accessible to the parent installation.',
      )
    count += 1
    // The form of tokens since April 2026: longer than 40 characters, with dots.
    const token = `ghs_${api.app.id}_${'x'.repeat(60)}.canary${count}`
    api.tokens.set(token, wish)
    const expires = new Date(now() + 3_600_000).toISOString().replace(/\.\d+Z$/, 'Z')
    return { status: 201, body: { token, expires_at: expires, permissions: wish.permissions } }
  }
  return api
}

function refuse(status: number, message: string) {
  return {
    status,
    body: { message, documentation_url: 'https://docs.github.com/rest', status: String(status) },
  }
}

/** What GitHub says of a JSON web token that it does not take. */
function appProblem(
  header: string | undefined,
  expected: { key: KeyObject; id: string; now: number },
): string | undefined {
  const [, head = '', claims = '', signature = ''] =
    /^Bearer ([\w-]+)\.([\w-]+)\.([\w-]+)$/.exec(header ?? '') ?? []
  const undecodable = 'A JSON web token could not be decoded'
  if (head === '') return undecodable
  const read = (part: string) =>
    JSON.parse(Buffer.from(part, 'base64url').toString('utf8')) as Record<string, unknown>
  if (read(head)['alg'] !== 'RS256') return undecodable
  const isSigned = verify(
    'sha256',
    Buffer.from(`${head}.${claims}`),
    expected.key,
    Buffer.from(signature, 'base64url'),
  )
  const { iat, exp, iss } = read(claims)
  if (!isSigned || iss !== expected.id) return undecodable
  const second = expected.now / 1000
  if (typeof iat !== 'number' || !Number.isInteger(iat) || iat > second)
    return "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued"
  if (typeof exp !== 'number' || exp <= second)
    return "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires"
  if (exp > second + 600) return "'Expiration time' claim ('exp') is too far in the future"
  return undefined
}
