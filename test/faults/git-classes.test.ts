import path from 'node:path'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { HeadwaterError } from '../../src/api/errors.ts'
import { createSystemClock } from '../../src/compose/system.ts'
import { defaultLimits } from '../../src/source/git/limits.ts'
import type { Allowance } from '../../src/source/git/policy.ts'
import { createGitSource } from '../../src/source/index.ts'
import type { Source } from '../../src/source/source.ts'
import { createGitFixture, type GitFixture } from '../git-fixture.ts'
import { serveGit, type GitHttpServer } from '../git-http.ts'

let git: GitFixture
let commit: string
let server: GitHttpServer
let closed: GitHttpServer
/** What the server does instead of answering. */
let mood: ((request: IncomingMessage, response: ServerResponse) => void) | undefined
let tamper = (answer: Buffer): Buffer => answer
beforeAll(async () => {
  git = await createGitFixture()
  commit = await git.commit({ 'a.yaml': 'a: 1\n', 'b.yaml': 'b: 1\n' })
  const root = path.dirname(git.directory)
  server = await serveGit({
    root,
    tamper: (answer) => tamper(answer),
    intercept(request, response) {
      mood?.(request, response)
      return mood !== undefined
    },
  })
  closed = await serveGit({ root })
  await closed.close()
})
afterAll(async () => {
  await server.close()
  await git.remove()
})

const status = (code: number, headers: Record<string, string> = {}) => {
  return (_request: IncomingMessage, response: ServerResponse): void => {
    response.writeHead(code, headers).end('<html>')
  }
}
const head = (source: Source) => source.head({})
const files = (source: Source) => source.files(commit, [''])

interface Failure {
  name: string
  reason: string
  class?: string
  /** What of it a person can act on. */
  says: RegExp
  ask?: (source: Source) => Promise<unknown>
  url?: () => string
  mood?: typeof mood
  tamper?: typeof tamper
  allow?: Allowance[]
  timeoutMs?: number
}

const failures: Failure[] = [
  { name: 'auth', reason: 'AuthenticationFailed', says: /check secretRef and its rights/, mood: status(401) },
  {
    name: 'not found: the repository',
    reason: 'RepositoryNotFound',
    says: /correct url or secretRef/,
    url: () => server.url('gone'),
  },
  {
    name: 'not found: the branch',
    reason: 'RefNotFound',
    says: /push it, or change ref\.branch/,
    ask: (source) => source.head({ branch: 'gone' }),
  },
  {
    name: 'not found: the commit',
    reason: 'RefNotFound',
    says: /it was never pushed, or is gone/,
    ask: (source) => source.files('deadbeef'.repeat(5), ['']),
  },
  {
    name: 'network',
    reason: 'NetworkError',
    class: 'backoff',
    says: /cannot be reached \(ECONNREFUSED\); trying again/,
    url: () => closed.url('repository'),
  },
  {
    name: 'a server that fails',
    reason: 'NetworkError',
    class: 'backoff',
    says: /HTTP 500/,
    mood: status(500),
  },
  {
    name: 'timeout',
    reason: 'Timeout',
    class: 'backoff',
    says: /did not answer within 300 ms; trying again, or raise timeout/,
    mood: () => {},
    timeoutMs: 300,
  },
  {
    name: 'throttled',
    reason: 'Throttled',
    class: 'backoff',
    says: /asks to come back later \(HTTP 429\)/,
    mood: status(429, { 'retry-after': '60' }),
  },
  {
    name: 'protocol: a pack that is torn',
    reason: 'ProtocolError',
    class: 'backoff',
    says: /torn.*; trying again/,
    ask: files,
    tamper: (answer) => answer.subarray(0, -30),
  },
  {
    name: 'protocol: a pack that was changed',
    reason: 'ProtocolError',
    class: 'backoff',
    says: /torn or changed on the way; trying again/,
    ask: files,
    tamper(answer) {
      const at = answer.indexOf('PACK') + 20
      answer[at] = (answer[at] ?? 0) ^ 1
      return answer
    },
  },
  {
    name: 'no git at all',
    reason: 'RepositoryNotFound',
    says: /does not answer like a git repository; correct the url/,
    mood: status(200, { 'content-type': 'text/html' }),
  },
  {
    name: 'cap',
    reason: 'LimitExceeded',
    says: /limit files=1\).*HEADWATER_GIT_LIMITS=files=/,
    ask: files,
  },
  {
    name: 'signature',
    reason: 'SignatureInvalid',
    says: /is not signed; sign it by a key of verify\.signers/,
    ask: async (source) =>
      source.verify?.(await source.head({}), { mode: 'HEAD', signers: 'ana ssh-ed25519 AAAA', now: 0 }),
  },
  {
    name: 'policy: where it is',
    reason: 'AddressRefused',
    says: /loopback address.*HEADWATER_SOURCE_ALLOW=loopback/,
    allow: ['http'],
  },
  {
    name: 'policy: how it is reached',
    reason: 'AddressRefused',
    says: /plain http.*HEADWATER_SOURCE_ALLOW=http/,
    allow: [],
  },
  {
    name: 'policy: what it is',
    reason: 'InvalidURL',
    says: /move them to secretRef/,
    url: () => 'https://ana:canary@git.example/x',
  },
]

it.each(failures)('F37 F33 $name: its reason, and what to do', async (failure) => {
  const { reason, class: errorClass = 'stalled', says, ask = head, url, allow } = failure
  mood = failure.mood
  tamper = failure.tamper ?? ((answer) => answer)
  const policy = { allow: new Set<Allowance>(allow ?? ['loopback', 'http']), trusted: [] }
  const limits = { ...defaultLimits, ...(failure.name === 'cap' ? { files: 1 } : {}) }
  const source = createGitSource(
    { url: url?.() ?? server.url('repository'), timeoutMs: failure.timeoutMs ?? 20_000 },
    { clock: createSystemClock(), policy, limits },
  )
  const error: unknown = await ask(source).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(HeadwaterError)
  expect(error).toMatchObject({ reason, class: errorClass, message: expect.stringMatching(says) as string })
  expect(String(error)).not.toMatch(/canary|<html>|\.$/)
})
