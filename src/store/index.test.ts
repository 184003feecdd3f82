import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { createVirtualClock, createSeededRandom } from '../../test/support/virtual-clock.ts'
import { recordKey, recordOf } from '../../test/contracts/store-ground.ts'
import { openStore } from './index.ts'

const ports = { clock: createVirtualClock(1_000), random: createSeededRandom() }

it.each([
  {
    url: 'dynamo://fleet',
    message: '"dynamo://fleet" has an unknown scheme; known: sqlite, dynamodb, aztable, memory',
  },
  { url: 'state.db', message: '"state.db" has no scheme; known: sqlite, dynamodb, aztable, memory' },
  { url: '', message: '"" has no scheme; known: sqlite, dynamodb, aztable, memory' },
  {
    url: 'constructor://x',
    message: '"constructor://x" has an unknown scheme; known: sqlite, dynamodb, aztable, memory',
  },
  { url: 'sqlite://', message: '"sqlite://" names no file; write sqlite:///path/to/state.db' },
  {
    url: 'dynamodb://a/b',
    message: '"dynamodb://a/b" names no table; write dynamodb://table or dynamodb://table?region=…',
  },
])('refuses "$url" in words that fit behind a setting\'s name', async ({ url, message }) => {
  await expect(openStore(url, ports)).rejects.toMatchObject({
    class: 'stalled',
    reason: 'InvalidSetting',
    message,
  })
})

it('opens a file by its absolute path, as it is written', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'headwater store%20-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const store = await openStore(`sqlite://${folder}/state.db`, ports)
  onTestFinished(() => store.close())
  await store.put(recordOf(), 0)
  expect((await stat(path.join(folder, 'state.db'))).isFile()).toBe(true)
})

it('opens a store in memory, a new one each time', async () => {
  const store = await openStore('memory:', ports)
  await store.put(recordOf(), 0)
  expect(await store.get(recordKey)).toBeDefined()
  expect(await (await openStore('memory:', ports)).get(recordKey)).toBeUndefined()
})

it('opens a table without calling anybody', async () => {
  const store = await openStore('dynamodb://fleet?region=eu-west-1&endpoint=http://127.0.0.1:9', ports)
  await expect(store.close()).resolves.toBeUndefined()
})
