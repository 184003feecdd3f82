import * as fc from 'fast-check'
import { expect } from 'vitest'
import { isConflict } from '../../src/api/errors.ts'
import { keyOf, recordSchema } from '../../src/api/record.ts'
import type { ObjectRecord } from '../../src/api/record.ts'
import type { Store } from '../../src/store/store.ts'
import type { VirtualClock } from '../support/virtual-clock.ts'
import { dueLagMs } from './store-ground.ts'
import type { MakePlace } from './store-ground.ts'

type Call =
  | { call: 'put'; name: string; expected: Expected; dueAt: number | undefined; generation: number }
  | { call: 'delete'; name: string; expected: Expected }
  | { call: 'get'; name: string }
  | { call: 'list'; prefix: string }
  | { call: 'due'; before: number; limit: number }
  | { call: 'nextDueAt' }

/** Which version a writer names: the right one, none, or one from before. */
type Expected = 'current' | 'none' | 'older'

const names = fc.constantFrom('a', 'ab', 'b', 'c')
const expectations = fc.constantFrom<Expected>('current', 'current', 'current', 'none', 'older')
const calls: fc.Arbitrary<Call> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      call: fc.constant('put' as const),
      name: names,
      expected: expectations,
      dueAt: fc.option(fc.integer({ min: 1, max: 9 }), { nil: undefined }),
      generation: fc.nat(1000),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ call: fc.constant('delete' as const), name: names, expected: expectations }),
  },
  fc.record({ call: fc.constant('get' as const), name: names }),
  fc.record({ call: fc.constant('list' as const), prefix: fc.constantFrom('', 'K/n/', 'K/n/a', 'X/') }),
  fc.record({
    call: fc.constant('due' as const),
    before: fc.integer({ min: 0, max: 10 }),
    limit: fc.integer({ min: 1, max: 5 }),
  }),
  fc.record({ call: fc.constant('nextDueAt' as const) }),
)

/** The store as three lines of thought: a map of records, and versions that only grow. */
interface Model {
  records: Map<string, { record: ObjectRecord; version: number }>
  lastVersion: Map<string, number>
}

/** Runs random calls against a driver and the model side by side; throws at the first difference, shrunk. */
export async function checkAgainstModel(
  makePlace: MakePlace,
  { clock, runs }: { clock: VirtualClock; runs: number },
): Promise<void> {
  await fc.assert(
    fc.asyncProperty(fc.array(calls, { maxLength: 40 }), async (script) => {
      const place = await makePlace(clock)
      const stores = [await place.open(), await place.open()]
      const model: Model = { records: new Map(), lastVersion: new Map() }
      try {
        for (const [i, call] of script.entries()) {
          const store = stores[i % 2]
          // What is due may lag behind the other store object's writes; time that passes settles it.
          if (call.call === 'due' || call.call === 'nextDueAt') clock.advance(dueLagMs)
          if (store) await step(store, model, call)
        }
      } finally {
        for (const store of stores) await store.close()
        await place.remove?.()
      }
    }),
    { numRuns: runs },
  )
}

async function step(store: Store, model: Model, call: Call): Promise<void> {
  const dueNow = () =>
    [...model.records]
      .flatMap(([key, { record }]) => (record.dueAt === undefined ? [] : [{ key, dueAt: record.dueAt }]))
      .sort((a, b) => a.dueAt - b.dueAt)
  switch (call.call) {
    case 'put':
      return put(store, model, call)
    case 'delete':
      return remove(store, model, call)
    case 'get':
      expect(await store.get(`K/n/${call.name}`)).toEqual(model.records.get(`K/n/${call.name}`))
      return undefined
    case 'list': {
      const want = [...model.records]
        .filter(([key]) => key.startsWith(call.prefix))
        .sort(([a], [b]) => (a < b ? -1 : 1))
      expect(await store.list(call.prefix)).toEqual(want.map(([, stored]) => stored))
      return undefined
    }
    case 'due': {
      const want = dueNow().filter(({ dueAt }) => dueAt <= call.before)
      const got = await store.due(call.before, call.limit)
      const times = got.map((key) => model.records.get(key)?.record.dueAt)
      expect(times).toEqual(want.slice(0, call.limit).map(({ dueAt }) => dueAt))
      expect(new Set(got).size).toBe(got.length)
      return undefined
    }
    case 'nextDueAt':
      expect(await store.nextDueAt()).toBe(dueNow()[0]?.dueAt)
      return undefined
  }
}

function versionOf(model: Model, key: string, expected: Expected): number {
  const current = model.records.get(key)?.version ?? 0
  if (expected === 'current') return current
  return expected === 'none' ? 0 : Math.max(1, (model.lastVersion.get(key) ?? 0) - 1)
}

async function put(store: Store, model: Model, call: Call & { call: 'put' }): Promise<void> {
  const record: ObjectRecord = {
    schema: recordSchema,
    kind: 'K',
    namespace: 'n',
    name: call.name,
    spec: {},
    generation: call.generation,
    status: { conditions: [], observedGeneration: 0 },
    ...(call.dueAt === undefined ? {} : { dueAt: call.dueAt }),
  }
  const key = keyOf(record)
  const expected = versionOf(model, key, call.expected)
  const version = await unlessConflict(() => store.put(record, expected))
  if (expected !== (model.records.get(key)?.version ?? 0)) {
    expect(version).toBe('conflict')
    return
  }
  if (version === 'conflict') throw new Error('a put with the current version conflicted')
  expect(version).toBeGreaterThan(model.lastVersion.get(key) ?? 0)
  model.records.set(key, { record, version })
  model.lastVersion.set(key, version)
}

async function remove(store: Store, model: Model, call: Call & { call: 'delete' }): Promise<void> {
  const key = `K/n/${call.name}`
  const expected = versionOf(model, key, call.expected)
  const outcome = await unlessConflict(() => store.delete(key, expected))
  expect(outcome === 'conflict').toBe(expected !== (model.records.get(key)?.version ?? 0))
  if (outcome !== 'conflict') model.records.delete(key)
}

async function unlessConflict<Result>(run: () => Promise<Result>): Promise<Result | 'conflict'> {
  try {
    return await run()
  } catch (error) {
    if (isConflict(error)) return 'conflict'
    throw error
  }
}
