import { generateKeyPairSync } from 'node:crypto'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Clock } from '../../src/api/clock.ts'
import { gitRepositorySpec } from '../../src/api/kinds/git-repository.ts'
import type { ControllerPorts } from '../../src/reconcile/ports.ts'
import { openRepository } from '../../src/reconcile/repository.ts'
import { createGitSource, sourceOpener } from '../../src/source/index.ts'
import type { Source, SourceCredentials } from '../../src/source/source.ts'
import { headwater } from '../cli/test-io.ts'
import { createGitFixture, type GitFixture } from '../git-fixture.ts'
import { serveGit, type GitHttpServer } from '../git-http.ts'
import { createGitHubApi, type GitHubApi } from '../support/github-api.ts'
import { selfSigned } from '../support/self-signed.ts'

const tls = selfSigned()
const begin = Date.parse('2026-11-02T10:00:00Z')
let now: number
let ahead: number
const clock: Clock = { now: () => now, sleep: () => new Promise(() => {}) }
let fixture: GitFixture
let commit: string
let github: GitHubApi
let server: GitHttpServer
let shared: object

beforeEach(async () => {
  now = begin
  ahead = 0
  shared = {}
  fixture = await createGitFixture()
  commit = await fixture.commit({ 'a.yaml': 'a: 1\n' })
  github = createGitHubApi(() => now + ahead)
  github.installations.set(99, { account: 'headwater', repositories: ['repository', 'other'] })
  server = await serveGit({
    root: path.dirname(fixture.directory),
    tls,
    canFilter: true,
    authorization: (header) => github.letsIn(header, 'repository'),
    intercept(request, response) {
      // GitHub's paths have an owner.
      request.url = request.url?.replace('/headwater/repository.git/', '/repository/')
      return github.handle(request, response)
    },
  })
})
afterEach(async () => {
  await server.close()
  await fixture.remove()
})

function open(secret: SourceCredentials = {}, repository = 'headwater/repository.git'): Source {
  return createGitSource(
    {
      url: server.url(repository),
      provider: 'github',
      timeoutMs: 20_000,
      credentials: {
        ca: tls.cert,
        githubAppId: github.app.id,
        ...(secret.githubAppInstallationOwner === undefined ? { githubAppInstallationId: '99' } : {}),
        githubAppPrivateKey: github.app.key,
        githubAppBaseUrl: server.url('api/v3'),
        ...secret,
      },
    },
    { clock, shared, policy: { allow: new Set(['loopback']), trusted: [] } },
  )
}

describe('provider github', () => {
  test('reads a private repository by a token for it alone, with the right to read alone', async () => {
    const source = open()
    expect((await source.head({})).commit).toBe(commit)
    expect(await source.files(commit, [''])).toHaveLength(1)
    expect(github.calls).toEqual(['POST /api/v3/app/installations/99/access_tokens'])
    expect([...github.tokens.values()]).toEqual([
      { repositories: ['repository'], permissions: { contents: 'read' } },
    ])
  })

  test('a GitRepository with a secret as Flux has it, and a probe of the same', async () => {
    const app = JSON.stringify({
      githubAppID: Number(github.app.id),
      githubAppInstallationID: 99,
      githubAppPrivateKey: github.app.key,
      githubAppBaseURL: server.url('api/v3'),
      'ca.crt': tls.cert,
    })
    const url = server.url('headwater/repository.git')
    const policy = { allow: new Set(['loopback' as const]), trusted: [] }
    const ports = {
      clock,
      secrets: { resolve: async () => app },
      openSource: sourceOpener({ clock, policy }),
    } as Partial<ControllerPorts> as ControllerPorts
    const spec = gitRepositorySpec.parse({ url, provider: 'github', secretRef: 'env://APP' })
    const status = { conditions: [], observedGeneration: 0 }
    const record = {
      schema: 1,
      kind: 'GitRepository',
      namespace: 'x',
      name: 'x',
      spec,
      generation: 1,
      status,
    }
    const source = await openRepository(ports, record)
    expect((await source.head({})).commit).toBe(commit)

    const { stdout, stderr } = await headwater(`source probe ${url} --provider github --secret env://APP`, {
      clock,
      cwd: fixture.directory,
      env: { APP: app },
    })
    expect(stderr).toBe('')
    expect(stdout).toContain(`head       main@sha1:${commit}`)
    // One to sign in, two to find the ref.
    expect(stdout).toMatch(/^find the ref +3 /m)
    expect(stdout).not.toMatch(/ghs_|PRIVATE KEY/)
  })

  test('finds the installation by its owner', async () => {
    const source = open({ githubAppInstallationOwner: 'Headwater' })
    expect((await source.head({})).commit).toBe(commit)
    expect(github.calls).toEqual([
      'GET /api/v3/repos/headwater/repository/installation',
      'POST /api/v3/app/installations/99/access_tokens',
    ])
  })

  test('a token serves until shortly before it ends, also for a source that is opened anew', async () => {
    await open().head({})
    now += 54 * 60_000
    await open().head({})
    expect(github.tokens.size).toBe(1)
    now += 2 * 60_000
    await open().head({})
    expect(github.tokens.size).toBe(2)
  })

  test('a token that is refused is replaced, once', async () => {
    const source = open()
    await source.head({})
    github.tokens.clear()
    expect((await source.head({})).commit).toBe(commit)
    expect(github.calls).toHaveLength(2)
  })

  test('one that is refused again is told, not replaced for ever', async () => {
    github.letsIn = () => false
    await expect(open().head({})).rejects.toMatchObject({
      reason: 'AuthenticationFailed',
      message: expect.stringContaining('check what the GitHub App may read') as string,
    })
    expect(github.tokens.size).toBe(2)
    expect(server.requests.filter(({ path: asked }) => asked.includes('info/refs'))).toHaveLength(2)
  })

  test('clocks may differ by a little', async () => {
    ahead = -50_000
    expect((await open().head({})).commit).toBe(commit)
    ahead = 500_000
    shared = {}
    expect((await open().head({})).commit).toBe(commit)
  })

  const strangerKey = generateKeyPairSync('rsa', { modulusLength: 2048 })
    .privateKey.export({ format: 'pem', type: 'pkcs8' })
    .toString()
  const ecKey = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    .privateKey.export({ format: 'pem', type: 'pkcs8' })
    .toString()
  const refused: {
    name: string
    secret?: SourceCredentials
    repository?: string
    before?: () => void
    reason: string
    says: string
  }[] = [
    {
      name: 'a key of somebody else',
      secret: { githubAppPrivateKey: strangerKey },
      reason: 'AuthenticationFailed',
      says: 'does not take the key of GitHub App 4711',
    },
    {
      name: 'the id of another App',
      secret: { githubAppId: '4712' },
      reason: 'AuthenticationFailed',
      says: 'does not take the key of GitHub App 4712',
    },
    {
      name: 'a clock that is far off',
      before: () => (ahead = -3_600_000),
      reason: 'AuthenticationFailed',
      says: 'and the clock here',
    },
    {
      name: 'a suspended installation',
      before: () => {
        const installation = github.installations.get(99)
        if (installation) installation.isSuspended = true
      },
      reason: 'AuthenticationFailed',
      says: 'installation 99 of GitHub App 4711 is suspended',
    },
    {
      name: 'an installation that is not there',
      secret: { githubAppInstallationId: '98' },
      reason: 'AuthenticationFailed',
      says: 'GitHub App 4711 has no installation 98',
    },
    {
      name: 'a repository that it does not reach',
      before: () => github.installations.set(99, { account: 'headwater', repositories: ['other'] }),
      reason: 'AuthenticationFailed',
      says: 'does not reach headwater/repository',
    },
    {
      name: 'a key that is none',
      secret: { githubAppPrivateKey: 'canary' },
      reason: 'InvalidProviderConfiguration',
      says: 'githubAppPrivateKey is no RSA private key',
    },
    {
      name: 'a key of another kind',
      secret: { githubAppPrivateKey: ecKey },
      reason: 'InvalidProviderConfiguration',
      says: 'githubAppPrivateKey is no RSA private key',
    },
    {
      name: 'an API elsewhere: the token would be sent astray',
      secret: { githubAppBaseUrl: 'https://api.github.com' },
      reason: 'InvalidProviderConfiguration',
      says: 'the App is one of api.github.com',
    },
    {
      name: 'an API by plain http',
      secret: { githubAppBaseUrl: 'http://127.0.0.1/api/v3' },
      reason: 'InvalidProviderConfiguration',
      says: 'no https url',
    },
    ...[
      'https://user:canary@127.0.0.1',
      'https://canary@127.0.0.1',
      'https://127.0.0.1/?a=canary',
      'https://127.0.0.1/#canary',
    ].map((githubAppBaseUrl) => ({
      name: `an API at ${githubAppBaseUrl}`,
      secret: { githubAppBaseUrl },
      reason: 'InvalidProviderConfiguration',
      says: 'githubAppBaseURL holds credentials, a query or a fragment',
    })),
    {
      name: 'a path that is none of GitHub',
      repository: 'repository',
      reason: 'InvalidProviderConfiguration',
      says: '/OWNER/NAME',
    },
    {
      name: 'an owner who is not the repository’s',
      secret: { githubAppInstallationOwner: 'mallory' },
      reason: 'InvalidProviderConfiguration',
      says: "the repository is headwater's",
    },
    {
      name: 'a limit that is passed',
      before: () =>
        github.next.push((response) => response.writeHead(403, { 'retry-after': '60' }).end('{}')),
      reason: 'Throttled',
      says: 'asks to come back later (HTTP 403)',
    },
    {
      name: 'a limit that only the text tells of',
      before: () =>
        github.next.push((response) =>
          response.writeHead(403).end('{"message":"You have exceeded a secondary rate limit."}'),
        ),
      reason: 'Throttled',
      says: 'asks to come back later (HTTP 403)',
    },
    {
      name: 'a right that is missing',
      before: () => github.next.push((response) => response.writeHead(403).end('{"message":"canary"}')),
      reason: 'AuthenticationFailed',
      says: 'refuses GitHub App 4711 a token for headwater/repository',
    },
    {
      name: 'an outage',
      before: () => github.next.push((response) => response.writeHead(502).end('<html>')),
      reason: 'NetworkError',
      says: 'answers HTTP 502',
    },
    {
      name: 'an answer that never ends',
      before: () => github.next.push((response) => response.writeHead(201).end('x'.repeat(300_000))),
      reason: 'NetworkError',
      says: 'answers more than it should',
    },
  ]
  test.each(refused)('S23 $name: refused, and told', async ({ secret, repository, before, reason, says }) => {
    before?.()
    const error: unknown = await open(secret, repository)
      .head({})
      .catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ reason, message: expect.stringContaining(says) as string })
    expect(String(error)).not.toMatch(/canary|PRIVATE KEY|ghs_|Bearer|eyJ/)
    // Git itself was asked nothing without a token.
    expect(server.requests.filter(({ path: asked }) => asked.includes('info/refs'))).toEqual([])
  })

  test('a secret that is no App', async () => {
    const location = {
      url: server.url('headwater/repository.git'),
      provider: 'github' as const,
      timeoutMs: 1000,
    }
    const source = createGitSource(
      { ...location, credentials: { username: 'git', password: 'canary' } },
      { clock, policy: { allow: new Set(['loopback']), trusted: [] } },
    )
    await expect(source.head({})).rejects.toMatchObject({
      reason: 'InvalidProviderConfiguration',
      message: expect.stringContaining('lacks githubAppID') as string,
    })
  })
})
