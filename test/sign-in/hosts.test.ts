import type { IncomingMessage, ServerResponse } from 'node:http'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Clock } from '../../src/api/clock.ts'
import { createSystemClock } from '../../src/compose/system.ts'
import { gitHosts } from '../../src/source/git/hosts.ts'
import { createHttpGitSource } from '../../src/source/git/http.ts'
import { allowances } from '../../src/source/git/policy.ts'
import type { Source, SourceCredentials } from '../../src/source/source.ts'
import { createGitFixture, type GitFixture } from '../git-fixture.ts'
import { serveGit, type GitHttpServer } from '../git-http.ts'
import { selfSigned } from '../support/self-signed.ts'

/** A url of each host that is known by its name, where the repository is for us, and who a bare token is sent as. */
const hosts = [
  { name: 'GitHub', host: 'github.com', at: '/acme/fleet', user: 'x-access-token' },
  { name: 'GitHub', host: 'acme.ghe.com', at: '/acme/fleet', user: 'x-access-token' },
  { name: 'GitLab', host: 'gitlab.com', at: '/acme/infra/fleet.git', user: 'oauth2' },
  { name: 'Bitbucket Cloud', host: 'bitbucket.org', at: '/acme/fleet.git', user: 'x-token-auth' },
  { name: 'Codeberg (Forgejo)', host: 'codeberg.org', at: '/acme/fleet.git', user: 'git' },
  { name: 'Azure DevOps', host: 'dev.azure.com', at: '/acme/project/_git/fleet.git', user: 'git' },
  { name: 'Azure DevOps', host: 'acme.visualstudio.com', at: '/project/_git/fleet', user: 'git' },
  {
    name: 'AWS CodeCommit',
    host: 'git-codecommit.eu-west-1.amazonaws.com',
    at: '/v1/repos/fleet',
    user: 'git',
  },
]
const tls = selfSigned(...hosts.map(({ host }) => host), 'git.example.com')

let fixture: GitFixture
let commit: string
let server: GitHttpServer
beforeEach(async () => {
  fixture = await createGitFixture()
  commit = await fixture.commit({ 'a/b/c.yaml': 'c: 1\n', 'd.yaml': 'd: 1\n' })
})
afterEach(async () => {
  await server.close()
  await fixture.remove()
})

const serve = async (
  intercept: (request: IncomingMessage, response: ServerResponse) => boolean,
  delayMs = 0,
): Promise<void> => {
  const root = path.dirname(fixture.directory)
  server = await serveGit({ root, tls, isHttp2: true, canFilter: true, intercept, delayMs })
}
/** A clock that stands: everybody is near. */
const still: Clock = { now: () => 0, sleep: () => new Promise(() => {}) }
const open = (url: string, credentials: SourceCredentials = {}, clock = still): Source =>
  createHttpGitSource(
    { url, timeoutMs: 20_000, credentials: { ca: tls.cert, ...credentials } },
    {
      clock,
      policy: { allow: new Set(allowances), trusted: [] },
      resolve: (_name, done) => done(null, [{ address: '127.0.0.1', family: 4 }]),
    },
  )
const header = (user: string) => `Basic ${Buffer.from(`${user}:t0ken`).toString('base64')}`

describe.each(hosts)('$name at $host', ({ name, host, at, user }) => {
  const known = gitHosts.find((entry) => entry.name === name)

  // A near host is walked down the trees, a far one is asked for all at once.
  test.each([
    { where: 'near', delayMs: 0, best: 'tree:1', next: 'tree:0' },
    { where: 'far', delayMs: 200, best: 'combine:blob:none+tree:3', next: 'blob:none' },
  ])('a bare token, the url, and the filter, $where', async ({ delayMs, best, next }) => {
    const bare = known?.isBareName === true ? at.replace(/\.git$/, '') : at
    await serve((request, response) => {
      const { url = '' } = request
      request.url = url.replace(`${bare}/`, '/repository/')
      if (request.url !== url && request.headers.authorization === header(user)) return false
      response.writeHead(404).end()
      return true
    }, delayMs)
    const bareToken = { username: 'git', password: 't0ken' }
    const clock = delayMs === 0 ? still : createSystemClock()
    const source = open(`https://${host}:${server.port}${at}`, bareToken, clock)
    expect((await source.head({})).commit).toBe(commit)
    expect((await source.files(commit, ['a/b'])).map((file) => file.path)).toEqual(['a/b/c.yaml'])
    const asked = server.requests.flatMap(({ body }) => /filter (\S+?)\n/.exec(body)?.[1] ?? [])
    expect(asked[0]).toBe(known?.refusedFilters === undefined ? best : next)
    expect(source.facts?.()?.refusedFilters).toEqual([])
  })

  test('a user that is named stays as it is', async () => {
    await serve(() => false)
    const named = { username: 'deploy-token-1', password: 't0ken' }
    await open(`https://${host}:${server.port}${at}`, named)
      .head({})
      .catch(() => undefined)
    expect(server.requests[0]?.authorization).toBe(header('deploy-token-1'))
  })

  test('a refusal names the provider that it could be signed in to by', async () => {
    await serve((_request, response) => {
      response.writeHead(401).end()
      return true
    })
    const error: unknown = await open(`https://${host}:${server.port}${at}`)
      .head({})
      .catch((thrown: unknown) => thrown)
    expect(String(error).includes('spec.provider')).toBe(known?.provider !== undefined)
    expect(String(error).includes(`spec.provider: ${known?.provider}`)).toBe(known?.provider !== undefined)
  })
})

test('every host that is known by its name is tried here', () => {
  const named = gitHosts.filter(({ pattern }) => pattern !== undefined).map(({ name }) => name)
  expect([...new Set(hosts.map(({ name }) => name))].sort()).toEqual(named.sort())
})

/** How hosts answer who may not read, as their documentation and their users tell. */
const answers: {
  host: string
  status: number
  headers: Record<string, string>
  body?: string
  reason: string
}[] = [
  {
    host: 'GitHub: private, or not there, and nobody signed in',
    status: 401,
    headers: { 'www-authenticate': 'Basic realm="GitHub"' },
    body: 'Repository not found.',
    reason: 'AuthenticationFailed',
  },
  {
    host: 'GitHub: a token that does not reach it',
    status: 404,
    headers: {},
    body: 'Repository not found.',
    reason: 'RepositoryNotFound',
  },
  { host: 'GitHub: a token that is not for git', status: 403, headers: {}, reason: 'AuthenticationFailed' },
  {
    host: 'GitHub: too many requests',
    status: 403,
    headers: { 'retry-after': '60' },
    reason: 'Throttled',
  },
  {
    host: 'GitHub: too many requests in this hour',
    status: 403,
    headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '4000000000' },
    reason: 'Throttled',
  },
  {
    host: 'GitLab: private, or not there, and nobody signed in',
    status: 401,
    headers: { 'www-authenticate': 'Basic realm="GitLab"' },
    body: 'HTTP Basic: Access denied.',
    reason: 'AuthenticationFailed',
  },
  {
    host: 'GitLab: a path that is a page',
    status: 302,
    headers: { location: 'https://git.example.com/users/sign_in' },
    reason: 'AuthenticationFailed',
  },
  {
    host: 'GitLab: a token that does not reach it',
    status: 404,
    headers: {},
    body: 'The project you were looking for could not be found',
    reason: 'RepositoryNotFound',
  },
  {
    host: 'Bitbucket Cloud: nobody signed in',
    status: 401,
    headers: { 'www-authenticate': 'Basic realm="Bitbucket.org HTTP"' },
    reason: 'AuthenticationFailed',
  },
  {
    host: 'Bitbucket Data Center: the page of a repository in place of its url',
    status: 302,
    headers: { location: '/login?next=/projects/ACME/repos/fleet' },
    reason: 'AuthenticationFailed',
  },
  {
    host: 'Gitea: a page',
    status: 303,
    headers: { location: '/user/login' },
    reason: 'AuthenticationFailed',
  },
  {
    host: 'Azure DevOps: a wrong token',
    status: 203,
    headers: { 'content-type': 'text/html' },
    reason: 'AuthenticationFailed',
  },
  {
    host: 'Azure DevOps: nobody signed in',
    status: 302,
    headers: { location: 'https://spsprodweu1.vssps.visualstudio.com/_signin?realm=dev.azure.com' },
    reason: 'AuthenticationFailed',
  },
  { host: 'CodeCommit: a wrong signature', status: 403, headers: {}, reason: 'AuthenticationFailed' },
  { host: 'CodeCommit: a burst', status: 429, headers: {}, reason: 'Throttled' },
  {
    host: 'anybody: busy until a time',
    status: 503,
    headers: { 'retry-after': 'Fri, 01 Jan 2100 00:00:00 GMT' },
    reason: 'Throttled',
  },
  {
    host: 'anybody: a page',
    status: 200,
    headers: { 'content-type': 'text/html' },
    reason: 'RepositoryNotFound',
  },
]
test.each(answers)('$host ($status): $reason', async ({ status, headers, body = '', reason }) => {
  await serve((_request, response) => {
    response.writeHead(status, headers).end(body)
    return true
  })
  const source = open(`https://git.example.com:${server.port}/repository`)
  await expect(source.head({})).rejects.toMatchObject({ reason })
})

test('a repository that moved to the name "login" is followed', async () => {
  await serve((request, response) => {
    const { url = '' } = request
    request.url = url.replace('/login/', '/repository/')
    if (!url.startsWith('/old/')) return false
    response.writeHead(301, { location: url.replace('/old/', '/login/') }).end()
    return true
  })
  expect((await open(`https://git.example.com:${server.port}/old`).head({})).commit).toBe(commit)
})
