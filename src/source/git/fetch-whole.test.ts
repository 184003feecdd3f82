import { createServer, type Server, type ServerResponse } from 'node:http'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createGitFixture, type GitFixture } from '../../../test/git-fixture.ts'
import { serveGit, type GitHttpOptions, type GitHttpServer } from '../../../test/git-http.ts'
import { createSystemClock } from '../../compose/system.ts'
import type { Source } from '../source.ts'
import { createHttpGitSource } from './http.ts'
import { defaultLimits, type GitLimits } from './limits.ts'
import { allowances } from './policy.ts'

const policy = { allow: new Set(allowances), trusted: [] }
const clock = createSystemClock()
const length = 60

let fixture: GitFixture
/** Of main, oldest first. */
const commits: string[] = []
let server: GitHttpServer
let gate: Server | undefined

beforeAll(async () => {
  fixture = await createGitFixture()
  for (let count = 0; count < length; count += 1) {
    commits.push(await fixture.commit({ 'a/b.yaml': `count: ${count}\n` }))
  }
  await fixture.git('checkout', '--quiet', '-b', 'large')
  await fixture.commit({
    'large.txt': Array.from({ length: 20_000 }, (_, row) => `row ${row * 7919}`).join('\n'),
  })
  await fixture.git('checkout', '--quiet', 'main')
}, 60_000)
afterEach(async () => {
  gate?.closeAllConnections()
  gate?.close()
  gate = undefined
  await server.close()
})
afterAll(() => fixture.remove())

async function start(options: Omit<GitHttpOptions, 'root'> = {}): Promise<string> {
  server = await serveGit({ root: path.dirname(fixture.directory), ...options })
  return server.url('repository')
}

/** A host that hands out only what a ref points at, as some do by every version. */
async function startStrict(options: Omit<GitHttpOptions, 'root'> = {}): Promise<string> {
  const inner = await start(options)
  const tips = new Set((await fixture.git('for-each-ref', '--format=%(objectname)')).split('\n'))
  gate = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = Buffer.concat(chunks)
      const wants = [...body.toString('latin1').matchAll(/want ([0-9a-f]{40})/g)].map(([, oid = '']) => oid)
      const hidden = wants.find((oid) => !tips.has(oid))
      if (hidden !== undefined) {
        const text = `ERR upload-pack: not our ref ${hidden}`
        response.setHeader('content-type', 'application/x-git-upload-pack-result')
        response.end(`${(text.length + 4).toString(16).padStart(4, '0')}${text}`)
        return
      }
      const { 'git-protocol': version = '', 'content-type': type = '' } = request.headers
      const url = new URL(request.url ?? '', inner)
      const init = {
        method: request.method ?? 'GET',
        headers: { 'git-protocol': String(version), 'content-type': type },
        ...(body.length === 0 ? {} : { body }),
      }
      void forward(url, init, response)
    })
  })
  const { port } = await new Promise<{ port: number }>((resolve) => {
    gate?.listen(0, '127.0.0.1', () => resolve(gate?.address() as { port: number }))
  })
  return `http://127.0.0.1:${port}/repository`
}

async function forward(url: URL, init: RequestInit, response: ServerResponse): Promise<void> {
  const answer = await fetch(url, init)
  response.statusCode = answer.status
  response.setHeader('content-type', answer.headers.get('content-type') ?? '')
  response.end(Buffer.from(await answer.arrayBuffer()))
}

function open(url: string, limits: Partial<GitLimits> = {}): Source {
  return createHttpGitSource(
    { url, timeoutMs: 20_000 },
    { clock, policy, limits: { ...defaultLimits, ...limits } },
  )
}

const text = async (source: Source, commit: string, pointer?: string): Promise<string> => {
  const [file] = await source.files(commit, ['a'], { pointer })
  return Buffer.from(file?.bytes ?? []).toString()
}

const servers = [
  { name: 'v2 with filters', options: { canFilter: true } },
  { name: 'v2 without filters', options: {} },
  { name: 'v1', options: { protocol: 1 } },
  { name: 'v0', options: { protocol: 0 } },
] as const

describe.each(servers)(
  'a commit behind a branch, on a host that hands out tips alone, by $name',
  ({ options }) => {
    test('comes with the branch that is known to lead there, however far behind', async () => {
      const url = await startStrict(options)
      expect(await text(open(url), commits[length - 3] ?? '', 'main')).toBe(`count: ${length - 3}\n`)
      expect(await text(open(url), commits[0] ?? '', 'main')).toBe('count: 0\n')
      // Nothing of the other branch came along.
      expect(server.bytes.sent).toBeLessThan(60_000)
    })

    test('is pinned by its branch', async () => {
      const source = open(await startStrict(options))
      const commit = commits[3] ?? ''
      expect(await source.head({ commit, branch: 'main' })).toEqual({
        revision: `main@sha1:${commit}`,
        commit,
      })
      await expect(source.head({ commit, branch: 'gone' })).rejects.toMatchObject({ reason: 'RefNotFound' })
    })

    test('is not looked for further than the limit, which is told', async () => {
      const source = open(await startStrict(options), { commits: 20 })
      const commit = commits[3] ?? ''
      await expect(source.head({ commit, branch: 'main' })).rejects.toMatchObject({
        reason: 'LimitExceeded',
        class: 'stalled',
        message: expect.stringMatching(/limit commits=20.*HEADWATER_GIT_LIMITS=commits=/) as string,
      })
      await expect(text(source, commit, 'main')).rejects.toMatchObject({
        reason: 'RefNotFound',
        class: 'stalled',
      })
    })
  },
)

test.each(servers)(
  'git itself hands it out by its id, or with all its refs, by $name',
  async ({ options }) => {
    const url = await start(options)
    expect(await text(open(url), commits[5] ?? '')).toBe('count: 5\n')
  },
)
