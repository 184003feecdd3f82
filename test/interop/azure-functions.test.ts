import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { bundle } from '../../scripts/bundle.ts'
import type { AzureStorageAccess } from '../../src/api/azure-storage.ts'
import { findCondition } from '../../src/api/condition.ts'
import { createSystemClock, createSystemRandom } from '../../src/compose/system.ts'
import { createAzureQueue } from '../../src/queue/azure-queue.ts'
import type { Queue } from '../../src/queue/queue.ts'
import { writeDueMessage } from '../../src/queue/message.ts'
import { createAwsSandbox } from '../../src/sandbox/aws/server.ts'
import type { AwsSandbox } from '../../src/sandbox/aws/server.ts'
import { createAzureTableStore } from '../../src/store/azure-table.ts'
import type { Store } from '../../src/store/store.ts'
import { createGitFixture } from '../git-fixture.ts'
import type { GitFixture } from '../git-fixture.ts'
import { serveGit } from '../git-http.ts'
import type { GitHttpServer } from '../git-http.ts'
import { queueEvent, timerEvent } from '../runtimes/azure-events.ts'
import { findFunctionsWorker, startFunctionApp } from '../runtimes/functions-host.ts'
import type { FunctionApp } from '../runtimes/functions-host.ts'
import { describeWith, startAzurite } from './programs.ts'
import type { RunningAzurite } from './programs.ts'

const worker = findFunctionsWorker()
const key = 'CloudFormationStack/default/web'
const manifest = `apiVersion: headwater.dev/v1alpha1
kind: CloudFormationStack
metadata: { name: web }
spec: { template: web.cfn.yaml, region: eu-west-1 }
`

/* The bundle holds the storage SDKs in part, so it is run against real storage: table, blobs and queue of Azurite. */
describeWith(['azurite'], 'the functions for Azure over Azurite', () => {
  if (worker === undefined) {
    // oxlint-disable-next-line vitest/warn-todo -- pending is what it is: visible, and not green
    it.todo('run (needs the Azure Functions worker: set HEADWATER_FUNCTIONS_WORKER to its folder)')
    return
  }
  let folder: string
  let azurite: RunningAzurite
  let sandbox: AwsSandbox
  let git: GitFixture
  let host: GitHttpServer
  let app: FunctionApp
  let store: Store
  let queue: Queue

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'headwater-functions-'))
    await bundle('azure', join(folder, 'code'))
    azurite = await startAzurite()
    const [clock, random] = [createSystemClock(), createSystemRandom()]
    sandbox = await createAwsSandbox({ clock, random, speed: 0 })
    git = await createGitFixture()
    await git.commit({
      'web.yaml': manifest,
      'web.cfn.yaml': 'Resources:\n  Orders:\n    Type: AWS::SNS::Topic\n',
    })
    host = await serveGit({ root: git.directory })
    const access: AzureStorageAccess = { by: 'connection', connectionString: azurite.connectionString }
    store = await createAzureTableStore({ access, table: 'headwater', clock, random, create: true })
    queue = await createAzureQueue({ access, queue: 'due', create: true })
    const env = {
      HEADWATER_SOURCE_URL: host.url('.git'),
      HEADWATER_STORE: 'aztable://devstoreaccount1/headwater?connection=env://CONNECTION',
      HEADWATER_BLOBS: 'azblob://devstoreaccount1/bodies/some?connection=env://CONNECTION&create=true',
      HEADWATER_QUEUE: 'azqueue://devstoreaccount1/due?connection=env://CONNECTION',
      HEADWATER_INTERVAL: '1s',
      CONNECTION: azurite.connectionString,
      AWS_ENDPOINT_URL: sandbox.url,
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: '123456789012',
      AWS_SECRET_ACCESS_KEY: 'not-a-secret',
    }
    app = await startFunctionApp({ worker, folder: join(folder, 'code'), env })
  })
  afterAll(async () => {
    await app.kill()
    await store.close()
    await sandbox.close()
    await host.close()
    await git.remove()
    await azurite.stop()
    await rm(folder, { recursive: true, force: true })
  })

  /** The host's part: hands the messages of the queue to the worker, and ends those that it is done with. */
  async function deliver(): Promise<number> {
    const deliveries = await queue.receive(10)
    for (const delivery of deliveries) {
      const { data, metadata } = queueEvent(writeDueMessage(delivery.key), delivery.attempts)
      const { status, error } = await app.invoke('worker', data, metadata)
      if (status !== 'Success') throw new Error(`${delivery.key}: ${error}\n${app.output()}`)
      await queue.done([delivery])
    }
    return deliveries.length
  }

  it('deploy what git says: the timer tells the queue, the queue the worker, the worker the cloud', async () => {
    const isReady = async () =>
      findCondition((await store.get(key))?.record.status.conditions ?? [], 'Ready')?.status === 'True'
    let delivered = 0
    for (let round = 0; round < 40 && !(await isReady()); round++) {
      if (round % 5 === 0) await app.invoke('schedule', timerEvent())
      delivered += await deliver()
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
    expect(await isReady()).toBe(true)
    expect(delivered).toBeGreaterThan(3)
    const calls = sandbox.calls.recent({
      service: 'cloudformation',
      action: 'ExecuteChangeSet',
      stack: 'web',
    })
    expect(calls).toHaveLength(1)
    expect((await store.events({})).length).toBeGreaterThan(0)
  })
})
