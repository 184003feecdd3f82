import { describe, expect, it } from 'vitest'
import { keyOf } from '../../src/api/record.ts'
import { storeDueContract } from './store-due.ts'
import { conflictShape, layGround, recordKey as key, recordOf } from './store-ground.ts'
import type { MakePlace, StoreGround } from './store-ground.ts'
import { storeHistoryContract } from './store-history.ts'
import { checkAgainstModel } from './store-model.ts'
import { storeRaceContract } from './store-races.ts'

/** What a suite may ask of a driver. */
export interface StoreContractOptions {
  /** How many runs the property test makes; fewer over a slow wire. */
  modelRuns?: number
}

/** Every sentence of the store's interface, for one driver. `makePlace` makes an empty place over the given clock. */
export function storeContract(
  driver: string,
  makePlace: MakePlace,
  { modelRuns = 30 }: StoreContractOptions = {},
): void {
  describe(`${driver} keeps the store's contract`, () => {
    const at = layGround(makePlace)
    recordContract(at)
    listContract(at)
    storeRaceContract(at)
    storeDueContract(at)
    storeHistoryContract(at)
    it('does what a simple model does, whatever the order of calls', async () => {
      await expect(
        checkAgainstModel(makePlace, { clock: at.clock, runs: modelRuns }),
      ).resolves.toBeUndefined()
    })
  })
}

function recordContract(at: StoreGround): void {
  describe('records', () => {
    it('answers undefined for what is not there', async () => {
      expect(await at.store.get(key)).toBeUndefined()
    })

    it('gives back what was put, whole, with its version', async () => {
      const record = recordOf({
        labels: { team: 'zażółć 🐟' },
        spec: { nested: { list: [1, 'two', null, false] }, empty: '' },
        dueAt: at.clock.now() + 1.5,
        operation: {
          type: 'apply',
          id: 'headwater-1',
          token: 't',
          digest: 'd',
          revision: 'r',
          attempt: 1,
          startedAt: 1,
          deadline: 2,
          phase: 'execute',
          data: { changeSetArn: 'arn' },
        },
      })
      const version = await at.store.put(record, 0)
      expect(version).toBeGreaterThan(0)
      expect(await at.store.get(key)).toEqual({ record, version })
    })

    it('shows a write to every other store object at once', async () => {
      const other = await at.open()
      const version = await at.store.put(recordOf(), 0)
      expect(await other.get(key)).toEqual({ record: recordOf(), version })
      const next = await other.put(recordOf({ generation: 2 }), version)
      expect(await at.store.get(key)).toEqual({ record: recordOf({ generation: 2 }), version: next })
    })

    it('hands out copies: changing one changes nothing stored', async () => {
      const record = recordOf()
      await at.store.put(record, 0)
      record.generation = 99
      const read = await at.store.get(key)
      if (read) read.record.spec['region'] = 'elsewhere'
      expect((await at.store.get(key))?.record).toEqual(recordOf())
    })

    it('lets versions only grow, over a deletion too', async () => {
      const versions = [await at.store.put(recordOf(), 0)]
      for (let round = 0; round < 3; round++) {
        versions.push(await at.store.put(recordOf(), versions.at(-1) ?? 0))
        await at.store.delete(key, versions.at(-1) ?? 0)
        expect(await at.store.get(key)).toBeUndefined()
        versions.push(await at.store.put(recordOf(), 0))
      }
      expect(versions).toEqual([...new Set(versions)].sort((a, b) => a - b))
    })

    it.each([
      { name: 'a put onto nothing with a version', setUp: 'nothing', expected: 1 },
      { name: 'a put with 0 onto a record', setUp: 'record', expected: 0 },
      { name: 'a put with an older version', setUp: 'record', expected: 1 },
      { name: 'a put with a version that never was', setUp: 'record', expected: 99 },
      { name: 'a put with the last version of a deleted record', setUp: 'deleted', expected: 2 },
    ])('refuses $name, and nothing changes', async ({ setUp, expected }) => {
      if (setUp !== 'nothing')
        await at.store.put(recordOf({ generation: 2 }), await at.store.put(recordOf(), 0))
      if (setUp === 'deleted') await at.store.delete(key, 2)
      const before = await at.store.get(key)
      await expect(at.store.put(recordOf({ generation: 7 }), expected)).rejects.toMatchObject(conflictShape)
      expect(await at.store.get(key)).toEqual(before)
    })

    it.each([
      { name: 'with an older version', setUp: 'record', expected: 1 },
      { name: 'with version 0 of what is there', setUp: 'record', expected: 0 },
      { name: 'of what never was, with a version', setUp: 'nothing', expected: 1 },
      { name: 'of what was deleted, again', setUp: 'deleted', expected: 2 },
    ])('refuses a delete $name, and nothing changes', async ({ setUp, expected }) => {
      if (setUp !== 'nothing')
        await at.store.put(recordOf({ generation: 2 }), await at.store.put(recordOf(), 0))
      if (setUp === 'deleted') await at.store.delete(key, 2)
      const before = await at.store.get(key)
      await expect(at.store.delete(key, expected)).rejects.toMatchObject(conflictShape)
      expect(await at.store.get(key)).toEqual(before)
    })

    it('deletes what is not there with version 0', async () => {
      await at.store.delete(key, 0)
      const version = await at.store.put(recordOf(), 0)
      await at.store.delete(key, version)
      await at.store.delete(key, 0)
      expect(await at.store.get(key)).toBeUndefined()
    })

    it('F15 refuses a record above 350 KB and keeps the one before; just below is kept whole', async () => {
      const large = recordOf({ spec: { text: 'ü'.repeat(170 * 1024) } })
      const version = await at.store.put(large, 0)
      expect(await at.store.get(key)).toEqual({ record: large, version })
      const tooLarge = recordOf({ spec: { text: 'ü'.repeat(180 * 1024) } })
      const refused = { name: 'HeadwaterError', class: 'stalled', reason: 'RecordTooLarge' }
      await expect(at.store.put(tooLarge, version)).rejects.toMatchObject(refused)
      expect(await at.store.get(key)).toEqual({ record: large, version })
    })
  })
}

function listContract(at: StoreGround): void {
  describe('list', () => {
    const names = ['CloudFormationStack/eu/a', 'CloudFormationStack/eu/web', 'CloudFormationStack/eu-2/a']
    const put = async (name: string) => {
      const [kind = '', namespace = '', last = ''] = name.split('/')
      await at.store.put(recordOf({ kind, namespace, name: last }), 0)
    }
    it.each([
      { name: 'everything', prefix: '', want: [...names, 'GitRepository/eu/a'] },
      { name: 'a kind', prefix: 'CloudFormationStack/', want: names },
      {
        name: 'a namespace, not its longer namesake',
        prefix: 'CloudFormationStack/eu/',
        want: names.slice(0, 2),
      },
      { name: 'one', prefix: 'CloudFormationStack/eu/web', want: ['CloudFormationStack/eu/web'] },
      { name: 'nothing', prefix: 'Kustomization/', want: [] },
    ])('answers $name in key order', async ({ prefix, want }) => {
      for (const name of ['GitRepository/eu/a', ...names.toReversed()]) await put(name)
      const listed = await at.store.list(prefix)
      expect(listed.map(({ record }) => keyOf(record))).toEqual(want.toSorted())
    })

    it('answers each record with its version, without the deleted', async () => {
      await put('Kustomization/eu/gone')
      await at.store.delete('Kustomization/eu/gone', 1)
      const version = await at.store.put(recordOf({ generation: 2 }), await at.store.put(recordOf(), 0))
      expect(await at.store.list('')).toEqual([{ record: recordOf({ generation: 2 }), version }])
    })

    it('answers all of many large records', async () => {
      const many = Array.from({ length: 30 }, (_, i) => `n${String(i).padStart(2, '0')}`)
      const text = 'x'.repeat(100 * 1024)
      await Promise.all(many.map((name) => at.store.put(recordOf({ name, spec: { text } }), 0)))
      const listed = await at.store.list('CloudFormationStack/')
      expect(listed.map(({ record }) => record.name)).toEqual(many)
      expect(listed.every(({ record }) => record.spec['text'] === text)).toBe(true)
    })
  })
}
