import path from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createSystemClock, createSystemRandom } from '../../src/compose/system.ts'
import { cloudIdentities } from '../../src/compose/identities.ts'
import { readSettings } from '../../src/compose/settings.ts'
import { createAzureSandbox, type AzureSandbox } from '../../src/sandbox/azure/server.ts'
import { createHttpGitSource } from '../../src/source/git/http.ts'
import { allowances } from '../../src/source/git/policy.ts'
import type { CloudIdentities, Source } from '../../src/source/source.ts'
import { createGitFixture, type GitFixture } from '../git-fixture.ts'
import { serveGit, type GitHttpServer } from '../git-http.ts'
import { selfSigned } from '../support/self-signed.ts'

const tls = selfSigned('dev.azure.com')
const clock = createSystemClock()
let fixture: GitFixture
let commit: string
let server: GitHttpServer
let isIn: (header: string | undefined) => boolean
/** How Azure DevOps asks to sign in: with a page, or by sending there. */
let asks: 203 | 302 | 401
beforeEach(async () => {
  asks = 203
  fixture = await createGitFixture()
  commit = await fixture.commit({ 'a.yaml': 'a: 1\n' })
  server = await serveGit({
    root: path.dirname(fixture.directory),
    tls,
    canFilter: true,
    intercept(request, response) {
      if (isIn(request.headers.authorization)) {
        request.url = request.url?.replace('/acme/fleet/_git/', '/')
        return false
      }
      const headers = {
        203: { 'content-type': 'text/html' },
        302: { location: 'https://spsprodweu1.vssps.visualstudio.com/_signin?realm=dev.azure.com' },
        401: { 'www-authenticate': 'Bearer, Basic realm="https://dev.azure.com/"' },
      }
      response.writeHead(asks, headers[asks]).end('<html>sign in</html>')
      return true
    },
  })
})
afterEach(async () => {
  await server.close()
  await fixture.remove()
})

function open(azureDevOps: CloudIdentities['azureDevOps']): Source {
  return createHttpGitSource(
    {
      url: `https://dev.azure.com:${server.port}/acme/fleet/_git/repository`,
      provider: 'azure',
      timeoutMs: 20_000,
      credentials: { ca: tls.cert },
    },
    {
      clock,
      identities: {
        azureDevOps,
        aws: async () => {
          throw new Error('nobody asks AWS')
        },
      },
      policy: { allow: new Set(allowances), trusted: [] },
      resolve: (_name, done) => done(null, [{ address: '127.0.0.1', family: 4 }]),
    },
  )
}

describe('provider azure', () => {
  test('sends the token of Entra, and asks for it at each request', async () => {
    isIn = (header) => header === 'Bearer first-canary'
    const asked: boolean[] = []
    const source = open(async (isStale) => {
      asked.push(isStale)
      return 'first-canary'
    })
    expect((await source.head({})).commit).toBe(commit)
    expect(await source.files(commit, [''])).toHaveLength(1)
    expect(asked).not.toContain(true)
  })

  test.each([203, 302, 401] as const)('a token that is refused by %i is replaced, once', async (status) => {
    asks = status
    isIn = (header) => header === 'Bearer fresh'
    expect((await open(async (isStale) => (isStale ? 'fresh' : 'stale')).head({})).commit).toBe(commit)
  })

  test.each([203, 302, 401] as const)(
    'S23 nobody who may read: %i is AuthenticationFailed',
    async (status) => {
      asks = status
      isIn = () => false
      const error: unknown = await open(async () => 'canary')
        .head({})
        .catch((thrown: unknown) => thrown)
      expect(error).toMatchObject({
        reason: 'AuthenticationFailed',
        message: expect.stringContaining('a user of the organization') as string,
      })
      expect(String(error)).not.toContain('canary')
      expect(server.requests).toHaveLength(2)
    },
  )
})

describe('the identity of the controller in Azure', () => {
  let azure: AzureSandbox
  beforeAll(async () => {
    azure = await createAzureSandbox({ clock, random: createSystemRandom() })
    process.env['IDENTITY_ENDPOINT'] = `${azure.url}/msi/token`
    process.env['IDENTITY_HEADER'] = 'any'
  })
  afterAll(async () => {
    delete process.env['IDENTITY_ENDPOINT']
    delete process.env['IDENTITY_HEADER']
    await azure.close()
  })

  test('is what Azure DevOps is shown: a token for it, not for ARM', async () => {
    const settings = readSettings({ HEADWATER_AZURE_CREDENTIAL: 'managed-identity' })
    const identities = cloudIdentities(settings, { resolve: async () => '' })
    const audienceOf = (header = ''): unknown => {
      const [, payload = ''] = header.split('.')
      return (JSON.parse(Buffer.from(payload, 'base64url').toString()) as { aud?: unknown }).aud
    }
    isIn = (header) => audienceOf(header) === '499b84ac-1321-427f-aa17-267ca6975798'
    const source = open((isStale) => identities.azureDevOps(isStale))
    expect((await source.head({})).commit).toBe(commit)
  })
})
