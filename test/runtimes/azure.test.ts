import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import type { JWTPayload } from 'jose'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { functionNames } from '../../scripts/artifacts.ts'
import { bundle } from '../../scripts/bundle.ts'
import { findCondition } from '../../src/api/condition.ts'
import { recordSchema } from '../../src/api/record.ts'
import type { ObjectRecord } from '../../src/api/record.ts'
import { createSystemClock, createSystemRandom } from '../../src/compose/system.ts'
import { createAwsSandbox } from '../../src/sandbox/aws/server.ts'
import type { AwsSandbox } from '../../src/sandbox/aws/server.ts'
import { openStore } from '../../src/store/index.ts'
import type { Store } from '../../src/store/store.ts'
import { createGitFixture } from '../git-fixture.ts'
import type { GitFixture } from '../git-fixture.ts'
import { serveGit } from '../git-http.ts'
import type { GitHttpServer } from '../git-http.ts'
import { selfSigned } from '../support/self-signed.ts'
import { pushCall, queueEvent, resourceEvent, syncCall, timerEvent } from './azure-events.ts'
import { findFunctionsWorker, startFunctionApp } from './functions-host.ts'
import type { FunctionApp } from './functions-host.ts'

const worker = findFunctionsWorker()
const missing = 'needs the Azure Functions worker: set HEADWATER_FUNCTIONS_WORKER to its folder'

const secret = 'hook-secret'
const webhookUrl = 'https://git.example/acme/fleet'
const key = 'CloudFormationStack/default/web'
const source = 'GitRepository/default/fleet'
const landing = 'AzureDeployment/default/landing'
const broken = 'CloudFormationStack/default/broken'
const tenant = '44444444-4444-4444-4444-444444444444'
const caller = '55555555-5555-5555-5555-555555555555'
const person = '66666666-6666-6666-6666-666666666666'
const group = '/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/we-landing'
const deploymentId = `${group}/providers/Microsoft.Resources/deployments/default_landing`

const manifests = `apiVersion: headwater.dev/v1alpha1
kind: CloudFormationStack
metadata: { name: web }
spec: { template: web.cfn.yaml, region: eu-west-1 }
---
apiVersion: headwater.dev/v1alpha1
kind: GitRepository
metadata: { name: fleet }
spec: { url: '${webhookUrl}', suspend: true }
`

function recordOf(kind: string, name: string, changes: Partial<ObjectRecord> = {}): ObjectRecord {
  const status = { conditions: [], observedGeneration: 1 }
  return {
    schema: recordSchema,
    kind,
    namespace: 'default',
    name,
    spec: {},
    generation: 1,
    status,
    ...changes,
  }
}

/** Plays what a function app calls: the tenant's keys, App Service's identity endpoint, a queue. */
async function startServices() {
  const { publicKey, privateKey } = await generateKeyPair('RS256')
  const stranger = await generateKeyPair('RS256')
  const jwk = { ...(await exportJWK(publicKey)), kid: 'k1', alg: 'RS256', use: 'sig' }
  const sent: string[] = []
  const identityCalls: { query: URLSearchParams; header: unknown }[] = []
  const serve = (request: IncomingMessage, response: ServerResponse): void => {
    if (request.url === `/${tenant}/discovery/v2.0/keys`) {
      response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: [jwk] }))
      return
    }
    // https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference
    if (request.url?.startsWith('/msi/token')) {
      const query = new URL(request.url, 'http://127.0.0.1').searchParams
      identityCalls.push({ query, header: request.headers['x-identity-header'] })
      const expires = Math.floor(Date.now() / 1000) + 3_600
      const answer = { access_token: 'token', expires_on: String(expires), token_type: 'Bearer' }
      response.setHeader('content-type', 'application/json').end(JSON.stringify(answer))
      return
    }
    let body = ''
    request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk))
    request.on('end', () => {
      const text = /<MessageText>(.*)<\/MessageText>/.exec(body)?.[1] ?? ''
      sent.push(Buffer.from(text, 'base64').toString())
      response.writeHead(201, { 'content-type': 'application/xml' })
      response.end('<?xml version="1.0"?><QueueMessagesList></QueueMessagesList>')
    })
  }
  const listen = async (server: Server): Promise<string> => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return `127.0.0.1:${(server.address() as AddressInfo).port}`
  }
  // Keys come over https only.
  const { cert, key } = selfSigned()
  const [server, secure] = [createServer(serve), createSecureServer({ cert, key }, serve)]
  const url = `http://${await listen(server)}`
  const authority = `https://${await listen(secure)}`
  const claims = { tid: tenant, oid: caller, azp: caller, sub: caller }
  const tokenOf = (
    more: JWTPayload,
    {
      audience = 'api://headwater',
      issuer = `${authority}/${tenant}/v2.0`,
      by = privateKey,
      expires = '5m',
    } = {},
  ) =>
    new SignJWT({ ...claims, ...more })
      .setProtectedHeader({ alg: 'RS256', kid: 'k1' })
      .setIssuedAt(expires.startsWith('-') ? Math.floor(Date.now() / 1000) - 7_200 : undefined)
      .setExpirationTime(expires)
      .setAudience(audience)
      .setIssuer(issuer)
      .sign(by)
  const close = async () => {
    for (const one of [server, secure]) await new Promise((resolve) => one.close(resolve))
  }
  return { url, authority, cert, sent, identityCalls, tokenOf, strangersKey: stranger.privateKey, close }
}

/** One cloud, one git host, one SQLite file; the function app is a process that comes and goes. */
describe.skipIf(worker === undefined)(
  'the bundled functions in the Functions worker',
  { timeout: 60_000 },
  () => {
    let folder: string
    let sandbox: AwsSandbox
    let git: GitFixture
    let host: GitHttpServer
    let services: Awaited<ReturnType<typeof startServices>>
    let store: Store
    let env: Record<string, string>
    let app: FunctionApp
    let withQueue: FunctionApp

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'headwater-functions-'))
      await bundle('azure', join(folder, 'code'))
      const [clock, random] = [createSystemClock(), createSystemRandom()]
      sandbox = await createAwsSandbox({ clock, random, speed: 0 })
      services = await startServices()
      await writeFile(join(folder, 'authority.pem'), services.cert)
      git = await createGitFixture()
      await git.commit({
        'fleet.yaml': manifests,
        'web.cfn.yaml': 'Resources:\n  Orders:\n    Type: AWS::SNS::Topic\n',
      })
      host = await serveGit({ root: git.directory })
      const storeUrl = `sqlite://${join(folder, 'state.db')}`
      store = await openStore(storeUrl, { clock, random })
      env = {
        HEADWATER_SOURCE_URL: host.url('.git'),
        HEADWATER_STORE: storeUrl,
        HEADWATER_BLOBS: `file://${join(folder, 'blobs')}`,
        HEADWATER_WEBHOOK_SECRET: 'env://HOOK_SECRET',
        HEADWATER_INTERVAL: '1s',
        HEADWATER_LEASE: '1s',
        HEADWATER_AZURE_TENANT_ID: tenant,
        HEADWATER_AZURE_AUTHORITY: services.authority,
        NODE_EXTRA_CA_CERTS: join(folder, 'authority.pem'),
        HEADWATER_SYNC_AUDIENCE: 'api://headwater',
        HEADWATER_SYNC_CALLERS: `${caller},role:Headwater.Sync`,
        HOOK_SECRET: secret,
        AWS_ENDPOINT_URL: sandbox.url,
        AWS_REGION: 'eu-west-1',
        AWS_ACCESS_KEY_ID: '123456789012',
        AWS_SECRET_ACCESS_KEY: 'not-a-secret',
      }
      const queue = {
        HEADWATER_QUEUE: 'azqueue://fleet1/due?connection=env://CONNECTION',
        CONNECTION: `AccountName=fleet1;AccountKey=a2V5;QueueEndpoint=${services.url}/fleet1`,
      }
      const options = { worker: worker ?? '', folder: join(folder, 'code') }
      app = await startFunctionApp({ ...options, env })
      withQueue = await startFunctionApp({ ...options, env: { ...env, ...queue } })
    }, 60_000)

    afterAll(async () => {
      await Promise.all([app.kill(), withQueue.kill()])
      await store.close()
      await sandbox.close()
      await services.close()
      await host.close()
      await git.remove()
      await rm(folder, { recursive: true, force: true })
    })

    async function setDueAt(object: string, dueAt: number): Promise<void> {
      const stored = await store.get(object)
      if (stored === undefined) throw new Error(`${object} is not there`)
      await store.put({ ...stored.record, dueAt }, stored.version)
    }
    /** Lets an object rest, so that whatever makes it due shows. */
    const rest = (object: string) => setDueAt(object, Date.now() + 3_600_000)
    const isDue = async (object: string) =>
      ((await store.get(object))?.record.dueAt ?? Infinity) <= Date.now()
    /** Everything of the store that an event could change. */
    const state = async () => JSON.stringify(await store.list(''))

    it('are the five, each with its trigger; the worker only where there is a queue', () => {
      expect(withQueue.functions.map(({ name }) => name).sort()).toEqual([...functionNames].sort())
      expect(app.functions.map(({ name }) => name)).not.toContain('worker')
      const bindings = Object.fromEntries(withQueue.functions.map(({ name, binding }) => [name, binding]))
      expect(bindings).toMatchObject({
        schedule: { type: 'timerTrigger', schedule: '0 * * * * *' },
        worker: { type: 'queueTrigger', queueName: 'due', connection: 'AzureWebJobsStorage' },
        webhook: {
          type: 'httpTrigger',
          authLevel: 'anonymous',
          route: 'webhook/{receiver}',
          methods: ['POST'],
        },
        sync: { type: 'httpTrigger', authLevel: 'anonymous', route: 'sync', methods: ['POST'] },
        events: { type: 'eventGridTrigger' },
      })
    })

    it('schedule deploys what git says, here to the other cloud', async () => {
      for (let tick = 0; tick < 40; tick++) {
        expect(await app.invoke('schedule', timerEvent(tick === 0))).toMatchObject({ status: 'Success' })
        const conditions = (await store.get(key))?.record.status.conditions ?? []
        if (findCondition(conditions, 'Ready')?.status === 'True') break
        await new Promise((resolve) => setTimeout(resolve, 100))
      }
      const status = (await store.get(key))?.record.status
      expect(status?.identity?.['stackId']).toMatch(
        /^arn:aws:cloudformation:eu-west-1:123456789012:stack\/web\//,
      )
      await expect.poll(() => app.output()).toContain('a tick is late')
    })

    it('schedule with a queue only tells the workers, in base64 as the host reads it', async () => {
      await setDueAt(key, 1)
      services.sent.length = 0
      const { error, value } = await withQueue.invoke('schedule', timerEvent())
      expect({ error, value }).toMatchObject({ value: { steps: 0, errors: 0 } })
      expect(services.sent).toContain(JSON.stringify({ key }))
    })

    it('worker takes the step of a message, once', async () => {
      await setDueAt(key, 1)
      const { data, metadata } = queueEvent(JSON.stringify({ key }))
      expect(await withQueue.invoke('worker', data, metadata)).toMatchObject({ status: 'Success' })
      expect(await isDue(key)).toBe(false)
      const before = await state()
      expect(await withQueue.invoke('worker', data, { ...metadata, DequeueCount: { int: 2 } })).toMatchObject(
        {
          status: 'Success',
        },
      )
      expect(await state()).toBe(before)
    })

    it('worker hands back what failed, and says so when it was the last time', async () => {
      await store.put(recordOf('CloudFormationStack', 'broken', { dueAt: 1 }), 0)
      const db = new DatabaseSync(join(folder, 'state.db'))
      db.exec(`update records set body = '{' where key = '${broken}'`)
      db.close()
      const { data, metadata } = queueEvent(JSON.stringify({ key: broken }))
      const failed = {
        status: 'Failure',
        error: expect.stringContaining(`the record of ${broken} cannot be read`),
      }
      expect(await withQueue.invoke('worker', data, metadata)).toMatchObject(failed)
      expect(withQueue.output()).not.toContain('the last delivery')
      expect(await withQueue.invoke('worker', data, { ...metadata, DequeueCount: { int: 5 } })).toMatchObject(
        failed,
      )
      // Its output is a pipe beside the wire of the answer.
      await expect
        .poll(() => withQueue.output())
        .toMatch(/"attempt":5,.*the last delivery of a message failed/)
      const strange = queueEvent('nonsense')
      expect(await withQueue.invoke('worker', strange.data, strange.metadata)).toMatchObject({
        status: 'Failure',
        error: expect.stringContaining('names no object') as string,
      })
    })

    it('webhook takes a signed push, and nothing else changes anything', async () => {
      await rest(source)
      const url = `${webhookUrl}.git`
      const before = await state()
      const forged = await app.invoke('webhook', pushCall({ url, secret: 'wrong', delivery: 'd-1' }))
      expect(forged.http?.status).toBe(401)
      const large = pushCall({ url, secret, delivery: 'd-2', body: Buffer.alloc(3 * 1024 * 1024 + 1) })
      expect((await app.invoke('webhook', large)).http?.status).toBe(413)
      expect(await state()).toBe(before)

      const signed = pushCall({ url, secret, delivery: 'd-1' })
      expect((await app.invoke('webhook', signed)).http).toMatchObject({ status: 202, body: { sources: 1 } })
      expect(await isDue(source)).toBe(true)
      await rest(source)
      const after = await state()
      expect((await app.invoke('webhook', signed)).http?.status).toBe(202)
      expect(await state()).toBe(after)
    })

    it('events marks the object of a deployment or its group due, and nobody else', async () => {
      const scope = { resourceGroup: { subscriptionId: group.split('/')[2], name: 'we-landing' } }
      const status = { conditions: [], observedGeneration: 1, identity: { id: deploymentId } }
      await store.put(recordOf('AzureDeployment', 'landing', { spec: { scope }, status }), 0)
      const events: { event: ReturnType<typeof resourceEvent>; want: boolean }[] = [
        { event: resourceEvent(deploymentId.toUpperCase()), want: true },
        { event: resourceEvent(group, 'Microsoft.Resources.ResourceDeleteSuccess'), want: true },
        { event: resourceEvent(`${deploymentId}-2`), want: false },
        { event: resourceEvent(deploymentId, 'Microsoft.Storage.BlobCreated'), want: false },
      ]
      for (const { event, want } of events) {
        await rest(landing)
        expect(await app.invoke('events', event)).toMatchObject({ status: 'Success' })
        expect(await isDue(landing)).toBe(want)
      }
    })

    it('S25 sync takes a token of the tenant by a listed caller, and no other', async () => {
      await rest(key)
      const request = JSON.stringify({ kind: 'stack', name: 'web', force: true })
      const before = await state()
      const { tokenOf } = services
      const none = Buffer.from('{"alg":"none"}').toString('base64url')
      const tokens: { name: string; token: string | undefined; want: number }[] = [
        { name: 'none at all', token: undefined, want: 401 },
        { name: 'no signature', token: `${none}.${(await tokenOf({})).split('.')[1]}.`, want: 401 },
        { name: 'another audience', token: await tokenOf({}, { audience: 'api://other' }), want: 401 },
        { name: 'another issuer', token: await tokenOf({}, { issuer: 'https://evil.example' }), want: 401 },
        { name: 'another tenant', token: await tokenOf({ tid: person }), want: 401 },
        { name: 'another key', token: await tokenOf({}, { by: services.strangersKey }), want: 401 },
        { name: 'an old one', token: await tokenOf({}, { expires: '-1h' }), want: 401 },
        { name: 'another caller', token: await tokenOf({ oid: person, azp: person }), want: 403 },
        {
          name: 'a person with a listed tool',
          token: await tokenOf({ oid: person, scp: 'user' }),
          want: 403,
        },
        {
          name: 'a role of another name',
          token: await tokenOf({ oid: person, azp: person, roles: ['X'] }),
          want: 403,
        },
      ]
      for (const { name, token, want } of tokens) {
        const { http } = await app.invoke('sync', syncCall(request, token))
        expect({ name, status: http?.status }).toEqual({ name, status: want })
      }
      expect(await state()).toBe(before)

      const role = await tokenOf({ oid: person, azp: person, roles: ['Headwater.Sync'] })
      for (const token of [await tokenOf({}), role]) {
        await rest(key)
        const { http } = await app.invoke('sync', syncCall(request, token))
        expect(http).toMatchObject({ status: 202, body: { marked: [key] } })
        expect(await isDue(key)).toBe(true)
      }
      const wrong = async (text: string) =>
        (await app.invoke('sync', syncCall(text, await tokenOf({})))).http?.status
      expect(await wrong('{"kind":"stack","name":"wbe"}')).toBe(404)
      expect(await wrong('{"kind":"pod"}')).toBe(400)
      expect(await wrong('{')).toBe(400)
    })

    it('all call Azure with the identity of the app, and nothing else', async () => {
      const other = await startFunctionApp({
        worker: worker ?? '',
        folder: join(folder, 'code'),
        env: {
          ...env,
          HEADWATER_STORE: 'aztable://fleet1/headwater?endpoint=https://127.0.0.1:9',
          HEADWATER_AZURE_CREDENTIAL: 'managed-identity',
          HEADWATER_AZURE_CLIENT_ID: caller,
          IDENTITY_ENDPOINT: `${services.url}/msi/token`,
          IDENTITY_HEADER: 'of-the-app',
        },
      })
      try {
        expect(await other.invoke('schedule', timerEvent())).toMatchObject({
          status: 'Failure',
          error: expect.stringMatching(/^table headwater: .*ECONNREFUSED/) as string,
        })
        const [call] = services.identityCalls
        expect(call?.header).toBe('of-the-app')
        expect(Object.fromEntries(call?.query ?? [])).toMatchObject({
          resource: 'https://storage.azure.com',
          client_id: caller,
        })
      } finally {
        await other.kill()
      }
    })

    it('all tell what is wrong with a setting', async () => {
      const wrong = { ...env, HEADWATER_STORE: 'aztable://fleet' }
      const other = await startFunctionApp({ worker: worker ?? '', folder: join(folder, 'code'), env: wrong })
      try {
        expect(await other.invoke('schedule', timerEvent())).toMatchObject({
          status: 'Failure',
          error: 'HEADWATER_STORE: "aztable://fleet" names no table; write aztable://account/table',
        })
      } finally {
        await other.kill()
      }
    })
  },
)

if (worker === undefined) {
  // oxlint-disable-next-line vitest/warn-todo -- pending is what it is: visible, and not green
  it.todo(`the bundled functions in the Functions worker (${missing})`)
}
