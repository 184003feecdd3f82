import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Clock } from '../../src/api/clock.ts'
import { stalled } from '../../src/api/errors.ts'
import { cloudIdentities } from '../../src/compose/identities.ts'
import { readSettings } from '../../src/compose/settings.ts'
import { createHttpGitSource } from '../../src/source/git/http.ts'
import { allowances } from '../../src/source/git/policy.ts'
import { createGitSource } from '../../src/source/index.ts'
import type { AwsKeys, CloudIdentities, Source } from '../../src/source/source.ts'
import { createGitFixture, type GitFixture } from '../git-fixture.ts'
import { serveGit, type GitHttpServer } from '../git-http.ts'
import { selfSigned } from '../support/self-signed.ts'

const host = 'git-codecommit.eu-west-1.amazonaws.com'
const tls = selfSigned(host)
const keys: AwsKeys = {
  accessKeyId: 'ASIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  sessionToken: 'canary//token%+==',
}
const begin = Date.parse('2026-11-02T23:59:50Z')
const minuteMs = 60_000
let now: number
let serverAhead: number
let busy: number
let without: number
const clock: Clock = { now: () => now, sleep: () => new Promise(() => {}) }
let fixture: GitFixture
let commit: string
let server: GitHttpServer

/**
 * A pretend CodeCommit in front of git's own server: speaks version 0 only, never filters, checks who signed and when
 * (15 minutes either way), wants Content-Length, answers bursts with 429.
 */
beforeEach(async () => {
  now = begin
  serverAhead = 0
  busy = 0
  without = 0
  fixture = await createGitFixture()
  commit = await fixture.commit({ 'a.yaml': 'a: 1\n', 'b/c.yaml': 'c: 1\n' })
  server = await serveGit({
    root: path.dirname(fixture.directory),
    tls,
    protocol: 0,
    intercept(request, response) {
      const isPost = request.method === 'POST'
      if (isPost && request.headers['content-length'] === undefined) without += 1
      if (isPost && request.headers['content-length'] === undefined) response.writeHead(411).end()
      else if (busy-- > 0) response.writeHead(429).end()
      else if (!isSigned(request.headers.authorization, '/v1/repos/repository', now + serverAhead))
        response.writeHead(403).end()
      else {
        request.url = request.url?.replace('/v1/repos/', '/')
        return false
      }
      return true
    },
  })
})
afterEach(async () => {
  await server.close()
  await fixture.remove()
})

/** Written after AWS's description of version 4, apart from the code under test. */
function isSigned(header: string | undefined, repository: string, at: number): boolean {
  const [, pair = ''] = /^Basic (.*)$/.exec(header ?? '') ?? []
  const login = Buffer.from(pair, 'base64').toString('utf8')
  const colon = login.lastIndexOf(':')
  const [, day, clockTime, signature = ''] =
    /^(\d{8})T(\d{6})Z([0-9a-f]{64})$/.exec(login.slice(colon + 1)) ?? []
  if (day === undefined || clockTime === undefined) return false
  if (login.slice(0, colon) !== `${keys.accessKeyId}%${keys.sessionToken}`) return false
  const iso = `${day}T${clockTime}Z`.replace(/(....)(..)(..)T(..)(..)(..)Z/, '$1-$2-$3T$4:$5:$6Z')
  if (Math.abs(Date.parse(iso) - at) > 15 * minuteMs) return false
  const mac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest()
  const request = createHash('sha256').update(`GIT\n${repository}\n\nhost:${host}\n\nhost\n`).digest('hex')
  const scope = `${day}/eu-west-1/codecommit/aws4_request`
  let key = mac(`AWS4${keys.secretAccessKey}`, day)
  for (const part of ['eu-west-1', 'codecommit', 'aws4_request']) key = mac(key, part)
  const wanted = mac(key, `AWS4-HMAC-SHA256\n${day}T${clockTime}\n${scope}\n${request}`)
  return timingSafeEqual(wanted, Buffer.from(signature, 'hex'))
}

function open(aws: CloudIdentities['aws'] = async () => keys, repository = 'repository'): Source {
  const identities = {
    aws,
    azureDevOps: async () => {
      throw new Error('nobody asks Azure')
    },
  }
  const url = `https://${host}:${server.port}/v1/repos/${repository}`
  return createHttpGitSource(
    { url, provider: 'aws', timeoutMs: 20_000, credentials: { ca: tls.cert } },
    {
      clock,
      identities,
      policy: { allow: new Set(allowances), trusted: [] },
      resolve: (_name, done) => done(null, [{ address: '127.0.0.1', family: 4 }]),
    },
  )
}

describe('provider aws', () => {
  test('reads from CodeCommit by a role: version 0, whole commits, signed anew for each request', async () => {
    const source = open()
    expect((await source.head({})).commit).toBe(commit)
    expect((await source.files(commit, ['b'])).map((file) => file.path)).toEqual(['b/c.yaml'])
    expect(source.facts?.()).toMatchObject({ version: 0 })
    // Past the 15 minutes, and the day.
    now += 20 * minuteMs
    expect((await source.head({})).commit).toBe(commit)
    const sent = new Set(server.requests.map(({ authorization }) => authorization))
    expect(sent.size).toBe(2)
    expect(without).toBe(0)
  })

  test('credentials are asked for at each question: new ones are in force at once', async () => {
    let current: AwsKeys = { ...keys, sessionToken: 'stale' }
    const source = open(async () => current)
    await expect(source.head({})).rejects.toMatchObject({ reason: 'AuthenticationFailed' })
    current = keys
    expect((await source.head({})).commit).toBe(commit)
  })

  test.each([
    { name: 'a clock 16 minutes behind', ahead: 16 * minuteMs },
    { name: 'a clock 16 minutes ahead', ahead: -16 * minuteMs },
  ])('$name is refused, told with what to look at', async ({ ahead }) => {
    serverAhead = ahead
    await expect(open().head({})).rejects.toMatchObject({
      reason: 'AuthenticationFailed',
      message: expect.stringMatching(/HTTP 403.*codecommit:GitPull.*the clock here/) as string,
    })
  })

  test('a signature for one repository opens no other', async () => {
    await expect(open(undefined, 'another').head({})).rejects.toMatchObject({
      reason: 'AuthenticationFailed',
    })
  })

  test('a burst is answered with 429: later again', async () => {
    busy = 1
    const source = open()
    await expect(source.head({})).rejects.toMatchObject({ reason: 'Throttled', class: 'backoff' })
    now += minuteMs
    expect((await source.head({})).commit).toBe(commit)
  })

  test('S23 nothing of the keys is in an error', async () => {
    serverAhead = 3_600_000
    const error: unknown = await open()
      .head({})
      .catch((thrown: unknown) => thrown)
    expect(JSON.stringify([String(error), error])).not.toMatch(/canary|ASIA|wJalr/)
  })

  test('without credentials of AWS it says so', async () => {
    const none = async () => {
      throw stalled('AuthenticationFailed', 'no credentials of AWS to sign in by')
    }
    await expect(open(none).head({})).rejects.toMatchObject({
      message: 'no credentials of AWS to sign in by',
    })
    expect(server.requests).toEqual([])
  })
})

test.each([
  { provider: 'aws' as const, url: 'https://github.com/acme/fleet' },
  { provider: 'aws' as const, url: `http://${host}/v1/repos/fleet` },
  { provider: 'aws' as const, url: `https://${host}.example.com/v1/repos/fleet` },
  { provider: 'azure' as const, url: 'https://dev.azure.com.example.com/acme/project/_git/fleet' },
  { provider: 'azure' as const, url: 'ssh://git@ssh.dev.azure.com/v3/acme/project/fleet' },
  { provider: 'github' as const, url: 'ssh://git@github.com/acme/fleet' },
])('provider $provider is no way into $url', async ({ provider, url }) => {
  const source = createGitSource({ url, provider, timeoutMs: 1000 }, { clock })
  await expect(source.head({})).rejects.toMatchObject({
    reason: 'InvalidProviderConfiguration',
    class: 'stalled',
    message: expect.stringContaining(`provider ${provider} is for https://`) as string,
  })
})

test.each(['aws', 'azure'] as const)(
  'provider %s needs an identity that somebody set up',
  async (provider) => {
    const url = {
      aws: `https://${host}/v1/repos/fleet`,
      azure: 'https://dev.azure.com/acme/project/_git/fleet',
    }[provider]
    const source = createGitSource({ url, provider, timeoutMs: 1000 }, { clock })
    await expect(source.head({})).rejects.toMatchObject({ reason: 'CredentialsMissing' })
  },
)

describe('the identity of the controller in AWS', () => {
  const names = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'] as const
  const before = { ...process.env }
  afterEach(() => {
    for (const name of names) {
      if (before[name] === undefined) delete process.env[name]
      else process.env[name] = before[name]
    }
  })

  test('is what the SDK finds, as for deployments', async () => {
    process.env['AWS_ACCESS_KEY_ID'] = keys.accessKeyId
    process.env['AWS_SECRET_ACCESS_KEY'] = keys.secretAccessKey
    process.env['AWS_SESSION_TOKEN'] = keys.sessionToken
    const identities = cloudIdentities(readSettings({}), { resolve: async () => '' })
    expect(await identities.aws()).toMatchObject(keys)
    expect((await open(() => identities.aws()).head({})).commit).toBe(commit)
  })
})
