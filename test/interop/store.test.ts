import {
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  PutItemCommand,
  ScanCommand,
} from '@aws-sdk/client-dynamodb'
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import type { BucketLocationConstraint } from '@aws-sdk/client-s3'
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs'
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm'
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { awsClientConfig } from '../../src/api/aws-client.ts'
import { createS3BlobStore } from '../../src/blob/s3.ts'
import { createSqsQueue } from '../../src/queue/sqs.ts'
import { readParameterStoreSecret } from '../../src/secret/aws-ssm.ts'
import { readSecretsManagerSecret } from '../../src/secret/aws-secrets-manager.ts'
import { createDynamodbStore } from '../../src/store/dynamodb.ts'
import { dueLane, ensureTable, recordPartition } from '../../src/store/dynamodb-table.ts'
import { countUp } from '../contracts/count-up.ts'
import { blobContract } from '../contracts/blob.ts'
import type { BlobPlace } from '../contracts/blob.ts'
import { queueContract } from '../contracts/queue.ts'
import type { QueuePlace } from '../contracts/queue.ts'
import { createVirtualClock, createSeededRandom } from '../support/virtual-clock.ts'
import { storeContract } from '../contracts/store.ts'
import { recordKey, recordOf } from '../contracts/store-ground.ts'
import type { MakePlace } from '../contracts/store-ground.ts'
import { startFaultServer } from '../fault-server.ts'
import type { Fate, FaultServer } from '../fault-server.ts'
import { describeWith, startMinistack, startMoto } from './programs.ts'
import type { RunningProgram } from './programs.ts'

const credentials = { accessKeyId: 'AKIAINTEROPINTEROP00', secretAccessKey: 'not-a-secret' }
const region = 'eu-west-1'
const random = { next: Math.random, uuid: () => randomUUID() }

/** A table of its own for each test, so that nothing has to be cleared away. */
function dynamodbPlace(endpoint: () => string): MakePlace {
  return async (clock) => {
    const location = { endpoint: endpoint(), region, credentials }
    const table = `headwater-${randomUUID()}`
    const client = new DynamoDBClient(awsClientConfig(location))
    await ensureTable(client, table, clock)
    return {
      open: () => createDynamodbStore({ ...location, table, clock, random }),
      plant: async (key, body, dueAt) => {
        const item = {
          pk: { S: recordPartition(key) },
          sk: { S: key },
          version: { N: '3' },
          body: { S: body },
        }
        const due = dueAt === undefined ? {} : { lane: { S: dueLane }, at: { N: String(dueAt) } }
        await client.send(new PutItemCommand({ TableName: table, Item: { ...item, ...due } }))
      },
      remove: async () => client.destroy(),
    }
  }
}

async function sqsPlace(endpoint: string): Promise<QueuePlace> {
  const location = { endpoint, region, credentials }
  const client = new SQSClient(awsClientConfig(location))
  const queue = { QueueName: randomUUID(), Attributes: { VisibilityTimeout: '1' } }
  const { QueueUrl: url = '' } = await client.send(new CreateQueueCommand(queue))
  return {
    queue: createSqsQueue({ ...location, url, waitSeconds: 0 }),
    visibilityTimeoutMs: 1_000,
    pass: (ms) => sleep(ms + 100),
    remove: async () => client.destroy(),
  }
}

async function s3Place(endpoint: string): Promise<BlobPlace> {
  const location = { endpoint, region, credentials }
  const client = new S3Client({ ...awsClientConfig(location), forcePathStyle: true })
  const bucket = randomUUID()
  const configuration = { LocationConstraint: region as BucketLocationConstraint }
  await client.send(new CreateBucketCommand({ Bucket: bucket, CreateBucketConfiguration: configuration }))
  return {
    open: async () => createS3BlobStore({ ...location, bucket, prefix: 'some/bodies' }),
    spoil: async (sha256, bytes) => {
      await client.send(new PutObjectCommand({ Bucket: bucket, Key: `some/bodies/${sha256}`, Body: bytes }))
    },
    remove: async () => client.destroy(),
  }
}

// moto checks a condition and writes in two steps that its threads interleave (seen: two winners in one of 300 rounds of
// four writers), so calls to it wait for each other. ministack is met as it is.
for (const { name, start, oneAtATime } of [
  { name: 'moto', start: startMoto, oneAtATime: true },
  { name: 'ministack', start: startMinistack, oneAtATime: false },
] as const) {
  describeWith([name], `against ${name}`, () => {
    let running: RunningProgram
    let front: FaultServer
    beforeAll(async () => {
      running = await start()
      front = await startFaultServer({ behind: () => running.url, oneAtATime })
    })
    afterAll(async () => {
      await front.close()
      await running.stop()
    })
    storeContract(
      'dynamodb',
      dynamodbPlace(() => front.url),
      { modelRuns: 10 },
    )

    queueContract('sqs', () => sqsPlace(front.url), { hasVirtualTime: false })
    blobContract('s3', () => s3Place(front.url))

    it('gives a record that comes back no end of its own, and an index entry only while it is due', async () => {
      const location = { endpoint: front.url, region, credentials }
      const client = new DynamoDBClient(awsClientConfig(location))
      onTestFinished(() => client.destroy())
      const clock = createVirtualClock(1_000_000)
      const table = `headwater-${randomUUID()}`
      const store = await createDynamodbStore({ ...location, table, clock, random, create: true })
      onTestFinished(() => store.close())
      const attributes = async () => {
        const { Items: items = [] } = await client.send(new ScanCommand({ TableName: table }))
        return items.map((item) => Object.keys(item).sort())
      }
      await store.put(recordOf({ dueAt: 5 }), 0)
      expect(await attributes()).toEqual([['at', 'body', 'lane', 'nonce', 'pk', 'sk', 'version']])
      await store.put(recordOf(), 1)
      expect(await attributes()).toEqual([['body', 'nonce', 'pk', 'sk', 'version']])
      await store.delete(recordKey, 2)
      expect(await attributes()).toEqual([['expiresAt', 'nonce', 'pk', 'sk', 'version']])
      await store.put(recordOf(), 0)
      expect(await attributes()).toEqual([['body', 'nonce', 'pk', 'sk', 'version']])
      const ttl = await client.send(new DescribeTimeToLiveCommand({ TableName: table }))
      expect(ttl.TimeToLiveDescription).toMatchObject({
        AttributeName: 'expiresAt',
        TimeToLiveStatus: 'ENABLED',
      })
      await ensureTable(client, table, clock)
    })

    it('reads secrets and parameters', async () => {
      const location = { endpoint: front.url, region, credentials }
      const secrets = new SecretsManagerClient(awsClientConfig(location))
      const parameters = new SSMClient(awsClientConfig(location))
      onTestFinished(() => {
        secrets.destroy()
        parameters.destroy()
      })
      const id = `fleet/db-${randomUUID()}`
      const { ARN: arn = '' } = await secrets.send(
        new CreateSecretCommand({ Name: id, SecretString: '{"password":"p"}' }),
      )
      const path = `/fleet/${randomUUID()}`
      await parameters.send(new PutParameterCommand({ Name: path, Value: 'v', Type: 'SecureString' }))
      expect(await readSecretsManagerSecret('aws-sm://x', { ...location, id, key: 'password' })).toBe('p')
      expect(await readSecretsManagerSecret('aws-sm://x', { ...location, id: arn })).toBe('{"password":"p"}')
      expect(await readParameterStoreSecret('aws-ssm://x', { ...location, name: path })).toBe('v')
      const missing = { class: 'stalled', reason: 'SecretNotFound' }
      await expect(readSecretsManagerSecret('aws-sm://x', { ...location, id: 'no' })).rejects.toMatchObject(
        missing,
      )
      await expect(
        readParameterStoreSecret('aws-ssm://x', { ...location, name: '/no' }),
      ).rejects.toMatchObject(missing)
    })

    it('loses and doubles no write on a wire that loses calls and answers', async () => {
      const place = await dynamodbPlace(() => front.url)(createVirtualClock(1_000_000))
      onTestFinished(() => place.remove?.())
      const stores = await Promise.all([place.open(), place.open(), place.open()])
      onTestFinished(async () => void (await Promise.all(stores.map((store) => store.close()))))
      await stores[0]?.put(recordOf({ generation: 0 }), 0)
      const chance = createSeededRandom(7)
      front.next(
        ...Array.from({ length: 400 }, (): Fate => {
          const lot = chance.next()
          return lot < 0.15 ? { do: 'drop' } : lot < 0.3 ? { do: 'pass, then drop' } : { do: 'pass' }
        }),
      )
      const tallies = await Promise.all(stores.map((store) => countUp(store, 15)))
      front.forget()
      const acknowledged = tallies.reduce((sum, tally) => sum + tally.acknowledged, 0)
      const unknown = tallies.reduce((sum, tally) => sum + tally.unknown, 0)
      const found = await stores[0]?.get(recordKey)
      expect(acknowledged).toBe(45)
      // Every write, and nothing else, raises both by one.
      expect(found?.version).toBe((found?.record.generation ?? 0) + 1)
      expect(found?.record.generation).toBeGreaterThanOrEqual(acknowledged)
      expect(found?.record.generation).toBeLessThanOrEqual(acknowledged + unknown)
    })
  })
}
