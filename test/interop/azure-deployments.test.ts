import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bundle } from '../../scripts/bundle.ts'
import { findCondition } from '../../src/api/condition.ts'
import { createSystemClock, createSystemRandom } from '../../src/compose/system.ts'
import { createAwsSandbox } from '../../src/sandbox/aws/server.ts'
import type { AwsSandbox } from '../../src/sandbox/aws/server.ts'
import { createAzureSandbox } from '../../src/sandbox/azure/server.ts'
import type { AzureSandbox } from '../../src/sandbox/azure/server.ts'
import { defaultSubscription } from '../../src/sandbox/azure/subscriptions.ts'
import { openStore } from '../../src/store/index.ts'
import type { Store } from '../../src/store/store.ts'
import { createGitFixture } from '../git-fixture.ts'
import type { GitFixture } from '../git-fixture.ts'
import { serveGit } from '../git-http.ts'
import type { GitHttpServer } from '../git-http.ts'
import { findBicep } from '../support/find-tool.ts'
import { queueEvent as sqsEvent, scheduledEvent } from '../runtimes/aws-events.ts'
import { queueEvent, timerEvent } from '../runtimes/azure-events.ts'
import { findFunctionsWorker, startFunctionApp } from '../runtimes/functions-host.ts'
import { findRuntimeClient, startLambda } from '../runtimes/runtime-api.ts'

const worker = findFunctionsWorker()
const client = findRuntimeClient()
const bicep = findBicep()

const tenantId = '44444444-4444-4444-4444-444444444444'
const clientId = '55555555-5555-5555-5555-555555555555'
const networks = `/subscriptions/${defaultSubscription}/resourceGroups/we/providers/Microsoft.Network/virtualNetworks`

const manifest = (name: string, template: string) => `apiVersion: headwater.dev/v1alpha1
kind: AzureDeployment
metadata: { name: ${name} }
spec:
  template: ${template}
  parameters: { name: ${name} }
  scope: { resourceGroup: { subscriptionId: ${defaultSubscription}, name: we, location: westeurope, createIfMissing: true } }
---
`
const network = {
  type: 'Microsoft.Network/virtualNetworks',
  apiVersion: '2024-05-01',
  name: "[parameters('name')]",
  location: 'westeurope',
  properties: { addressSpace: { addressPrefixes: ['10.0.0.0/16'] } },
}
const armTemplate = JSON.stringify({
  $schema: 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#',
  contentVersion: '1.0.0.0',
  parameters: { name: { type: 'string' } },
  resources: [network],
})
const bicepTemplate = `param name string
resource network 'Microsoft.Network/virtualNetworks@2024-05-01' = {
  name: name
  location: 'westeurope'
  properties: { addressSpace: { addressPrefixes: ['10.0.0.0/16'] } }
}
`
const names = ['committed', ...(bicep.path === undefined ? [] : ['compiled'])]

/** A pretend Azure and a pretend AWS, a repository with a template in each language, an SQLite file. */
async function layGround() {
  const folder = await mkdtemp(join(tmpdir(), 'headwater-deployments-'))
  const [clock, random] = [createSystemClock(), createSystemRandom()]
  const azure: AzureSandbox = await createAzureSandbox({ clock, random, speed: 0, httpsPort: 0 })
  const aws: AwsSandbox = await createAwsSandbox({ clock, random, speed: 0 })
  await writeFile(join(folder, 'azure.pem'), azure.caPem ?? '')
  const git: GitFixture = await createGitFixture()
  await git.commit({
    'committed.yaml': manifest('committed', 'network.json'),
    'network.json': armTemplate,
    ...(bicep.path === undefined
      ? {}
      : { 'compiled.yaml': manifest('compiled', 'network.bicep'), 'network.bicep': bicepTemplate }),
  })
  const host: GitHttpServer = await serveGit({ root: git.directory })
  const storeUrl = `sqlite://${join(folder, 'state.db')}`
  const store: Store = await openStore(storeUrl, { clock, random })
  const env = {
    HEADWATER_SOURCE_URL: host.url('.git'),
    HEADWATER_STORE: storeUrl,
    HEADWATER_BLOBS: `file://${join(folder, 'blobs')}`,
    HEADWATER_AZURE_ENDPOINT: azure.url,
    NODE_EXTRA_CA_CERTS: join(folder, 'azure.pem'),
    AWS_ENDPOINT_URL: aws.url,
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: '123456789012',
    AWS_SECRET_ACCESS_KEY: 'not-a-secret',
    // Nothing but the package may hold the compiler.
    PATH: '/usr/bin:/bin',
  }
  return {
    folder,
    azure,
    aws,
    store,
    env,
    /** Bundles a cloud's functions, with the compiler in the package where there is one. */
    async code(cloud: 'aws' | 'azure'): Promise<string> {
      const code = join(folder, cloud)
      await bundle(cloud, code)
      if (bicep.path !== undefined) {
        await mkdir(join(code, 'bicep'))
        await symlink(bicep.path, join(code, 'bicep/bicep'))
      }
      return code
    },
    async isReady(): Promise<boolean> {
      const records = await Promise.all(names.map((name) => store.get(`AzureDeployment/default/${name}`)))
      return records.every(
        (stored) => findCondition(stored?.record.status.conditions ?? [], 'Ready')?.status === 'True',
      )
    },
    /** What ARM holds by now, asked for with anybody's token. */
    async made(): Promise<string[]> {
      const url = `${azure.url}${networks}?api-version=2024-05-01`
      const answer = await fetch(url, { headers: { authorization: 'Bearer any' } })
      const { value } = (await answer.json()) as { value: { name: string }[] }
      return value.map(({ name }) => name).toSorted((a, b) => a.localeCompare(b))
    },
    async state(): Promise<string> {
      return JSON.stringify((await store.list('')).map(({ record }) => record.status.conditions))
    },
    async close() {
      await store.close()
      await azure.close()
      await aws.close()
      await host.close()
      await git.remove()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Storage queues, as far as sending to them goes. */
async function startQueue() {
  const sent: string[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk))
    request.on('end', () => {
      const text = /<MessageText>(.*)<\/MessageText>/.exec(body)?.[1] ?? ''
      sent.push(Buffer.from(text, 'base64').toString())
      response.writeHead(201, { 'content-type': 'application/xml' })
      response.end('<?xml version="1.0"?><QueueMessagesList></QueueMessagesList>')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { url, sent, close: () => new Promise((resolve) => server.close(resolve)) }
}

describe.skipIf(worker === undefined)(
  'Azure deployments by the bundled functions in the Functions worker',
  { timeout: 60_000 },
  () => {
    let ground: Awaited<ReturnType<typeof layGround>>
    let queue: Awaited<ReturnType<typeof startQueue>>
    beforeAll(async () => {
      ground = await layGround()
      queue = await startQueue()
    }, 60_000)
    afterAll(async () => {
      await ground.close()
      await queue.close()
    })

    it('the schedule tells the queue, the worker deploys with the identity of the app', async () => {
      const app = await startFunctionApp({
        worker: worker ?? '',
        folder: await ground.code('azure'),
        env: {
          ...ground.env,
          HEADWATER_QUEUE: 'azqueue://fleet1/due?connection=env://CONNECTION',
          CONNECTION: `AccountName=fleet1;AccountKey=a2V5;QueueEndpoint=${queue.url}/fleet1`,
          IDENTITY_ENDPOINT: `${ground.azure.url}/msi/token`,
          IDENTITY_HEADER: 'of-the-app',
        },
      })
      try {
        const outcomes = new Set<string>()
        for (let tick = 0; tick < 60 && !(await ground.isReady()); tick++) {
          await app.invoke('schedule', timerEvent())
          for (const message of new Set(queue.sent.splice(0))) {
            const { data, metadata } = queueEvent(message)
            outcomes.add((await app.invoke('worker', data, metadata)).status)
          }
          await sleep(100)
        }
        expect({ isReady: await ground.isReady(), told: await ground.state() }).toMatchObject({
          isReady: true,
        })
        expect(await ground.made()).toEqual(names)
        expect(outcomes).toEqual(new Set(['Success']))
        const tokens = ground.azure.calls.recent({ action: 'AppServiceToken' })
        expect(tokens.length).toBeGreaterThan(0)
      } finally {
        await app.kill()
      }
    })
  },
)

describe.skipIf(client === undefined)(
  'Azure deployments by the bundled functions in the Lambda runtime client',
  { timeout: 60_000 },
  () => {
    let ground: Awaited<ReturnType<typeof layGround>>
    beforeAll(async () => {
      ground = await layGround()
    }, 60_000)
    afterAll(() => ground.close())

    it('the worker deploys with an identity that trusts AWS’s word on its role', async () => {
      const folder = await ground.code('aws')
      const env = {
        ...ground.env,
        HEADWATER_AZURE_AUTHORITY: ground.azure.httpsUrl ?? '',
        HEADWATER_AZURE_TENANT_ID: tenantId,
        HEADWATER_AZURE_CLIENT_ID: clientId,
      }
      const start = (name: string) =>
        startLambda({ client: client ?? '', folder, handler: `${name}.handler`, env })
      const [schedule, lambda] = [await start('schedule'), await start('worker')]
      try {
        // With a minute left it writes the root and begins nothing.
        await schedule.invoke(scheduledEvent, { timeoutMs: 60_000 })
        const outcomes = new Set<string>()
        for (let batch = 0; batch < 100 && !(await ground.isReady()); batch++) {
          const due = await ground.store.due(Date.now(), 10)
          if (due.length > 0) {
            const answer = await lambda.invoke(sqsEvent(due.map((key) => JSON.stringify({ key }))))
            outcomes.add(JSON.stringify(answer))
          }
          await sleep(100)
        }
        expect({ isReady: await ground.isReady(), told: await ground.state() }).toMatchObject({
          isReady: true,
        })
        expect(await ground.made()).toEqual(names)
        const done = JSON.stringify({ type: 'response', body: { batchItemFailures: [] } })
        expect(outcomes).toEqual(new Set([done]))
        expect(ground.aws.calls.counts({ service: 'sts' }).calls).toMatchObject([
          { action: 'GetWebIdentityToken' },
        ])
        // Two steps that begin at the same time may each ask.
        const presented = ground.azure.clients.assertions().map((one) => `${one.clientId} ${one.accepted}`)
        expect(new Set(presented)).toEqual(new Set([`${clientId} true`]))
      } finally {
        await schedule.kill()
        await lambda.kill()
      }
    })
  },
)

if (worker === undefined || client === undefined) {
  const missing = [
    ...(worker === undefined ? ['HEADWATER_FUNCTIONS_WORKER'] : []),
    ...(client === undefined ? ['HEADWATER_LAMBDA_RIC'] : []),
  ]
  // oxlint-disable-next-line vitest/warn-todo -- pending is what it is: visible, and not green
  it.todo(`Azure deployments by the bundled functions (set ${missing.join(', ')})`)
}
if (bicep.path === undefined) {
  // oxlint-disable-next-line vitest/warn-todo -- pending is what it is: visible, and not green
  it.todo(`Bicep in the bundled functions${bicep.pending}`)
}
