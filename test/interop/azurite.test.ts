import { BlobServiceClient } from '@azure/storage-blob'
import { QueueClient } from '@azure/storage-queue'
import { AzureNamedKeyCredential, TableClient } from '@azure/data-tables'
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { AzureStorageAccess } from '../../src/api/azure-storage.ts'
import { eventRetentionMs } from '../../src/api/event.ts'
import { createAzureBlobStore } from '../../src/blob/azure-blob.ts'
import { createAzureQueue, maxDeliveries } from '../../src/queue/azure-queue.ts'
import { createTableCalls } from '../../src/store/azure-table-call.ts'
import { insertDue } from '../../src/store/azure-table-due.ts'
import { bodyProperties, escapeKey, partitions } from '../../src/store/azure-table-layout.ts'
import { createAzureTableStore } from '../../src/store/azure-table.ts'
import { sweepEveryMs } from '../../src/store/azure-table-sweep.ts'
import { countUp } from '../contracts/count-up.ts'
import { blobContract } from '../contracts/blob.ts'
import type { BlobPlace } from '../contracts/blob.ts'
import { queueContract } from '../contracts/queue.ts'
import type { QueuePlace } from '../contracts/queue.ts'
import { recordKey, recordOf } from '../contracts/store-ground.ts'
import type { MakePlace } from '../contracts/store-ground.ts'
import { storeContract } from '../contracts/store.ts'
import { startFaultServer } from '../fault-server.ts'
import type { Fate, FaultServer } from '../fault-server.ts'
import { createSeededRandom, createVirtualClock } from '../support/virtual-clock.ts'
import { azuriteAccount, azuriteConnection, describeWith, startAzurite } from './programs.ts'
import type { RunningAzurite } from './programs.ts'

const random = { next: Math.random, uuid: () => randomUUID() }
const nameOf = (prefix: string) => `${prefix}${randomUUID().replaceAll('-', '').slice(0, 20)}`

function tableClient(url: string, table: string): TableClient {
  const credential = new AzureNamedKeyCredential(azuriteAccount.name, azuriteAccount.key)
  return new TableClient(`${url}/${azuriteAccount.name}`, table, credential, {
    allowInsecureConnection: true,
  })
}

/** A table of its own for each test, so that nothing has to be cleared away. */
function tablePlace(tableUrl: () => string): MakePlace {
  return async (clock) => {
    const table = nameOf('t')
    const client = tableClient(tableUrl(), table)
    await client.createTable()
    const access = accessTo({ blob: '', queue: '', table: tableUrl() })
    const calls = createTableCalls(client, 5_000)
    return {
      open: () => createAzureTableStore({ access, table, clock, random }),
      plant: async (key, body, dueAt) => {
        const due =
          dueAt === undefined
            ? undefined
            : await insertDue(calls, { key, at: dueAt }, { nonce: 'planted', now: clock.now() })
        await calls.insert({
          partitionKey: partitions.record,
          rowKey: escapeKey(key),
          key,
          version: 3,
          nonce: 'planted',
          ...bodyProperties(body),
          ...(due === undefined ? {} : { dueRow: due }),
        })
      },
    }
  }
}

function accessTo(urls: RunningAzurite['urls']): AzureStorageAccess {
  return { by: 'connection', connectionString: azuriteConnection(urls) }
}

describeWith(['azurite'], 'against Azurite', () => {
  let running: RunningAzurite
  let front: FaultServer
  beforeAll(async () => {
    running = await startAzurite()
    front = await startFaultServer({ behind: () => running.urls.table })
  })
  afterAll(async () => {
    await front.close()
    await running.stop()
  })
  const access = () => accessTo(running.urls)

  async function queuePlace(): Promise<QueuePlace> {
    const queue = await createAzureQueue({
      access: access(),
      queue: nameOf('q'),
      visibilityTimeoutMs: 1_000,
      create: true,
    })
    return { queue, visibilityTimeoutMs: 1_000, pass: (ms) => sleep(ms + 100) }
  }

  async function blobPlace(): Promise<BlobPlace> {
    const container = nameOf('c')
    const client = BlobServiceClient.fromConnectionString(running.connectionString).getContainerClient(
      container,
    )
    await client.create()
    return {
      open: () => createAzureBlobStore({ access: access(), container, prefix: 'some/bodies' }),
      spoil: async (sha256, bytes) => {
        await client.getBlockBlobClient(`some/bodies/${sha256}`).upload(Buffer.from(bytes), bytes.length)
      },
    }
  }

  storeContract(
    'azure table',
    tablePlace(() => front.url),
    { modelRuns: 10 },
  )
  queueContract('azure queue', queuePlace, { hasVirtualTime: false })
  blobContract('azure blob', blobPlace)

  /** A store in a table of its own, over a clock, with a look past the driver. */
  async function openTable(tableUrl = running.urls.table) {
    const table = nameOf('t')
    const clock = createVirtualClock(Date.UTC(2026, 10, 20, 12))
    const open = () =>
      createAzureTableStore({
        access: accessTo({ blob: '', queue: '', table: tableUrl }),
        table,
        clock,
        random,
        create: true,
      })
    const client = tableClient(running.urls.table, table)
    const rows = async (partition: string) => {
      const found: string[] = []
      const filter = `PartitionKey ge '${partition}' and PartitionKey lt '${partition}~'`
      for await (const entity of client.listEntities({ queryOptions: { filter } }))
        found.push(entity.rowKey ?? '')
      return found
    }
    return { store: await open(), open, clock, rows, calls: createTableCalls(client, 5_000) }
  }

  it('makes a table that is missing, and takes one that is there', async () => {
    const { store, open } = await openTable()
    await store.put(recordOf(), 0)
    expect(await (await open()).get(recordKey)).toMatchObject({ version: 1 })
  })

  it('keeps one due entity a record, and none without a time', async () => {
    const { store, rows } = await openTable()
    await store.put(recordOf({ dueAt: 1_000 }), 0)
    const first = await rows(partitions.due)
    await store.put(recordOf({ dueAt: 1_000, generation: 2 }), 1)
    expect(await rows(partitions.due)).toEqual(first)
    await store.put(recordOf({ dueAt: 2_000 }), 2)
    expect(await rows(partitions.due)).toHaveLength(1)
    await store.put(recordOf(), 3)
    expect(await rows(partitions.due)).toEqual([])
  })

  it('F1 passes over the due entity of a writer who was killed, and takes it away when it is old', async () => {
    const { store, clock, rows, calls } = await openTable()
    await store.put(recordOf({ dueAt: 5_000_000_000_000 }), 0)
    await insertDue(calls, { key: recordKey, at: 1_000 }, { nonce: 'killed', now: clock.now() })
    await insertDue(calls, { key: 'K/n/never', at: 1_000 }, { nonce: 'killed', now: clock.now() })
    expect(await store.due(2_000, 10)).toEqual([])
    expect(await store.nextDueAt()).toBe(5_000_000_000_000)
    expect(await rows(partitions.due)).toHaveLength(3)
    clock.advance(3_600_001)
    expect(await store.due(2_000, 10)).toEqual([])
    expect(await rows(partitions.due)).toHaveLength(1)
  })

  it('takes away events, claims and tombstones that have had their time, and nothing else', async () => {
    const { store, open, clock, rows } = await openTable()
    const event = (id: string) =>
      ({ id, at: clock.now(), key: recordKey, type: 'Normal', reason: 'A', message: 'b' }) as const
    await store.append([event('old/1')])
    await store.claim('old/2', clock.now() + 1_000)
    await store.put(recordOf({ name: 'gone' }), 0)
    await store.delete('CloudFormationStack/eu/gone', 1)
    clock.advance(eventRetentionMs)
    await store.put(recordOf(), 0)
    await store.put(recordOf({ name: 'just-gone' }), 0)
    await store.delete('CloudFormationStack/eu/just-gone', 1)
    await store.claim('new/1', clock.now() + 1_000)
    await (await open()).append([event('new/2')])
    expect(await rows('event:')).toEqual(['new|2'])
    expect(await rows(partitions.timeline)).toHaveLength(1)
    expect((await rows(partitions.claim)).sort()).toEqual(['new|1', 'sweep:20of:20the:20table'])
    expect(await rows(partitions.record)).toEqual([
      'CloudFormationStack|eu|just-gone',
      'CloudFormationStack|eu|web',
    ])
    clock.advance(sweepEveryMs)
    await (await open()).append([])
    expect(await rows(partitions.claim)).toEqual(['sweep:20of:20the:20table'])
  })

  it('F12 loses and doubles no write on a wire that loses calls and answers', async () => {
    const { store, open } = await openTable(front.url)
    const stores = [store, await open(), await open()]
    await store.put(recordOf({ generation: 0 }), 0)
    const chance = createSeededRandom(7)
    front.next(
      ...Array.from({ length: 600 }, (): Fate => {
        const lot = chance.next()
        return lot < 0.15 ? { do: 'drop' } : lot < 0.3 ? { do: 'pass, then drop' } : { do: 'pass' }
      }),
    )
    const tallies = await Promise.all(stores.map((one) => countUp(one, 15)))
    front.forget()
    const acknowledged = tallies.reduce((sum, tally) => sum + tally.acknowledged, 0)
    const unknown = tallies.reduce((sum, tally) => sum + tally.unknown, 0)
    const found = await store.get(recordKey)
    expect(acknowledged).toBe(45)
    // Every write, and nothing else, raises both by one.
    expect(found?.version).toBe((found?.record.generation ?? 0) + 1)
    expect(found?.record.generation).toBeGreaterThanOrEqual(acknowledged)
    expect(found?.record.generation).toBeLessThanOrEqual(acknowledged + unknown)
  })

  it('moves a message that nobody ends to the poison queue', async () => {
    const name = nameOf('q')
    const queue = await createAzureQueue({
      access: access(),
      queue: name,
      visibilityTimeoutMs: 1,
      create: true,
    })
    await queue.send([{ key: 'a/b/c' }])
    for (let delivery = 1; delivery <= maxDeliveries; delivery++) {
      expect(await queue.receive(1)).toMatchObject([{ attempts: delivery }])
      await sleep(1_100)
    }
    expect(await queue.receive(1)).toEqual([])
    const poison = new QueueClient(running.connectionString, `${name}-poison`)
    const { peekedMessageItems } = await poison.peekMessages()
    const [text] = peekedMessageItems.map(({ messageText }) => Buffer.from(messageText, 'base64').toString())
    expect(text).toBe('{"key":"a/b/c"}')
  })
})
