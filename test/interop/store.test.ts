import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb'
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll } from 'vitest'
import { awsClientConfig } from '../../src/api/aws-client.ts'
import { createDynamodbStore } from '../../src/store/dynamodb.ts'
import { dueLane, ensureTable, recordPartition } from '../../src/store/dynamodb-table.ts'
import { storeContract } from '../contracts/store.ts'
import type { MakePlace } from '../contracts/store-ground.ts'
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
        const item = { pk: { S: recordPartition(key) }, sk: { S: key }, version: { N: '3' }, body: { S: body } }
        const due = dueAt === undefined ? {} : { lane: { S: dueLane }, at: { N: String(dueAt) } }
        await client.send(new PutItemCommand({ TableName: table, Item: { ...item, ...due } }))
      },
      remove: async () => client.destroy(),
    }
  }
}

for (const { name, program, start } of [
  { name: 'moto', program: 'moto', start: startMoto },
  { name: 'ministack', program: 'ministack', start: startMinistack },
] as const) {
  describeWith([program], `against ${name}`, (paths) => {
    let running: RunningProgram
    beforeAll(async () => {
      running = await start(paths[program as never])
    })
    afterAll(() => running.stop())
    storeContract('dynamodb', dynamodbPlace(() => running.url), { modelRuns: 10 })
  })
}
