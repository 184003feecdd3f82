import path from 'node:path'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Clock } from '../../api/clock.ts'
import { accessContract } from '../../../test/contracts/source-access.ts'
import { sourceContract } from '../../../test/contracts/source.ts'
import { httpDoors } from '../../../test/git-doors.ts'
import { createGitFixture, type GitFixture } from '../../../test/git-fixture.ts'
import { serveGit, type GitHttpServer } from '../../../test/git-http.ts'
import type { SourceLocation } from '../source.ts'
import { allowances } from './policy.ts'
import { createHttpGitSource } from './http.ts'

const basic = `Basic ${Buffer.from('ana:pa55word-canary').toString('base64')}`
const credentials = { username: 'ana', password: 'pa55word-canary' }

/** A clock on which no deadline ever comes. */
const patient: Clock = {
  now: () => 0,
  sleep: (_ms, signal) =>
    new Promise((_resolve, reject) => {
      signal?.addEventListener('abort', () => reject(new Error('aborted')))
    }),
}

function open(url: string, rest: Partial<SourceLocation> = {}, clock = patient) {
  const policy = { allow: new Set(allowances), trusted: [] }
  return createHttpGitSource({ url, timeoutMs: 20_000, ...rest }, { clock, policy })
}

const servers: { name: string; protocol: 0 | 1 | 2; canFilter: boolean }[] = [
  { name: 'v2 with filters', protocol: 2, canFilter: true },
  { name: 'v2 without filters', protocol: 2, canFilter: false },
  { name: 'v1', protocol: 1, canFilter: true },
  { name: 'v0', protocol: 0, canFilter: false },
]
for (const { name, protocol, canFilter } of servers) {
  sourceContract(`git http-backend, private, ${name}`, async () => {
    const servers: GitHttpServer[] = []
    return {
      async open(repository) {
        const root = path.dirname(repository)
        const server = await serveGit({ root, authorization: basic, protocol, canFilter })
        servers.push(server)
        return open(server.url(path.basename(repository)), { credentials })
      },
      close: async () => {
        await Promise.all(servers.map((server) => server.close()))
      },
    }
  })
  accessContract(`git http-backend, ${name}`, httpDoors({ protocol, canFilter }), { deployKeys: true })
}

describe('http', () => {
  let fixture: GitFixture
  let commit: string
  let server: GitHttpServer | undefined
  const serve = async (options: {
    authorization?: string
    intercept?(request: IncomingMessage, response: ServerResponse): boolean
    tamper?(answer: Buffer): Buffer
  }): Promise<string> => {
    server = await serveGit({ root: path.dirname(fixture.directory), ...options })
    return server.url('repository')
  }

  beforeEach(async () => {
    fixture = await createGitFixture()
    commit = await fixture.commit({ 'a.yaml': 'a: 1\n' })
  })
  afterEach(async () => {
    await server?.close()
    await fixture.remove()
  })

  const refused: { name: string; credentials?: SourceLocation['credentials'] }[] = [
    { name: 'no credentials' },
    { name: 'a wrong password', credentials: { username: 'ana', password: 'wr0ng-canary' } },
    { name: 'a wrong token', credentials: { bearerToken: 'wr0ng-canary' } },
  ]
  test.each(refused)(
    'F37 S23 $name: refused, and the message holds none of it',
    async ({ credentials: given }) => {
      const url = await serve({ authorization: basic })
      const error: unknown = await open(url, given ? { credentials: given } : {})
        .head({})
        .catch((thrown: unknown) => thrown)
      expect(error).toMatchObject({ reason: 'AuthenticationFailed', class: 'stalled' })
      expect(String(error)).not.toContain('canary')
    },
  )

  test('a bearer token is let in', async () => {
    const url = await serve({ authorization: 'Bearer t0ken' })
    const source = open(url, { credentials: { bearerToken: 't0ken' } })
    expect((await source.head({})).commit).toBe(commit)
    expect(await source.files(commit, ['a.yaml'])).toHaveLength(1)
  })

  test('a head costs no fetch, and a commit is fetched once', async () => {
    const source = open(await serve({}))
    await source.head({})
    expect(server?.requests.filter(({ method }) => method === 'POST')).toHaveLength(1)
    await Promise.all([source.files(commit, ['a.yaml']), source.commit(commit), source.files(commit, [''])])
    const before = server?.requests.length
    await source.files(commit, ['a.yaml'])
    expect(server?.requests.length).toBe(before)
  })

  test.each([
    { name: '500', status: 500, reason: 'NetworkError', class: 'backoff' },
    { name: '429', status: 429, reason: 'Throttled', class: 'backoff' },
    { name: '403', status: 403, reason: 'AuthenticationFailed', class: 'stalled' },
    { name: '404', status: 404, reason: 'RepositoryNotFound', class: 'stalled' },
    { name: 'a page of HTML', status: 200, reason: 'RepositoryNotFound', class: 'stalled' },
  ])('$name', async ({ status, reason, class: errorClass }) => {
    const url = await serve({
      intercept(_request, response) {
        response.writeHead(status, { 'content-type': 'text/html' }).end('<html>sorry</html>')
        return true
      },
    })
    await expect(open(url).head({})).rejects.toMatchObject({ reason, class: errorClass })
  })

  test('a repository whose HEAD names a branch that was never pushed', async () => {
    await fixture.git('branch', '-m', 'main', 'dev')
    await fixture.git('symbolic-ref', 'HEAD', 'refs/heads/main')
    const source = open(await serve({}))
    expect((await source.head({ branch: 'dev' })).commit).toBe(commit)
    expect(await source.files(commit, [''])).toHaveLength(1)
    await expect(source.head({ branch: 'main' })).rejects.toMatchObject({ reason: 'RefNotFound' })
  })

  test('a busy host is left alone for as long as it asks', async () => {
    const url = await serve({
      intercept(_request, response) {
        response.writeHead(429, { 'retry-after': '120' }).end()
        return true
      },
    })
    await expect(open(url).head({})).rejects.toMatchObject({ reason: 'Throttled', retryAfterMs: 120_000 })
  })

  test('nobody listens: tried again', async () => {
    const url = await serve({})
    await server?.close()
    await expect(open(url).head({})).rejects.toMatchObject({
      reason: 'NetworkError',
      class: 'backoff',
      message: expect.stringContaining('ECONNREFUSED') as string,
    })
  })

  test('F33 a server that never answers ends at the deadline, and the request with it', async () => {
    let arrived = (_request: IncomingMessage): void => {}
    const request = new Promise<IncomingMessage>((resolve) => {
      arrived = resolve
    })
    const url = await serve({
      intercept(incoming) {
        arrived(incoming)
        return true
      },
    })
    // The deadline comes as soon as the request has arrived.
    const clock: Clock = {
      now: () => 0,
      sleep: async () => {
        await request
      },
    }
    await expect(open(url, { timeoutMs: 250 }, clock).head({})).rejects.toMatchObject({
      reason: 'Timeout',
      class: 'backoff',
      message: expect.stringContaining('250 ms') as string,
    })
    const { socket } = await request
    await new Promise((resolve) => (socket.destroyed ? resolve(0) : socket.on('close', resolve)))
  })

  test('F34 a pack torn or changed on the way is refused, and the next try is a new one', async () => {
    let tamper = (answer: Buffer): Buffer => answer
    const url = await serve({ tamper: (answer) => tamper(answer) })
    const source = open(url)
    for (const cut of [1, 5, 20, 60, 100]) {
      tamper = (answer) => answer.subarray(0, answer.length - cut)
      await expect(source.files(commit, ['']), `${cut} bytes less`).rejects.toMatchObject({
        class: 'backoff',
      })
    }
    tamper = (answer) => {
      const at = answer.indexOf('PACK') + 14
      answer[at] = (answer[at] ?? 0) ^ 0x10
      return answer
    }
    await expect(source.files(commit, [''])).rejects.toMatchObject({ class: 'backoff' })
    tamper = (answer) => answer
    expect(await source.files(commit, [''])).toHaveLength(1)
  })

  describe('S6 redirects', () => {
    const redirect =
      (to: (path: string) => string) => (request: IncomingMessage, response: ServerResponse) => {
        const path = request.url ?? ''
        if (!path.startsWith('/old')) return false
        response.writeHead(301, { location: to(path) }).end()
        return true
      }

    test('within the same host are followed, and the fetch goes there too', async () => {
      await serve({
        authorization: basic,
        intercept: redirect((path) => path.replace('/old', '/repository')),
      })
      const source = open(server?.url('old') ?? '', { credentials })
      expect((await source.head({})).commit).toBe(commit)
      expect(await source.files(commit, [''])).toHaveLength(1)
    })

    test('to another port are refused, and the credentials stay here', async () => {
      const other = await serveGit({ root: path.dirname(fixture.directory) })
      await serve({ intercept: redirect((path) => other.url(path.replace('/old', 'repository'))) })
      await expect(open(server?.url('old') ?? '', { credentials }).head({})).rejects.toMatchObject({
        reason: 'InvalidURL',
        message: expect.stringContaining('redirects to another place') as string,
      })
      expect(other.requests).toEqual([])
      await other.close()
    })

    test('that never end are given up', async () => {
      await serve({ intercept: redirect((path) => path) })
      await expect(open(server?.url('old') ?? '').head({})).rejects.toMatchObject({ reason: 'InvalidURL' })
      expect(server?.requests).toHaveLength(4)
    })

    test('to something else than a listing are refused', async () => {
      await serve({ intercept: redirect(() => '/elsewhere') })
      await expect(open(server?.url('old') ?? '').head({})).rejects.toMatchObject({ reason: 'InvalidURL' })
    })
  })
})
