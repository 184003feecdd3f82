import { describe, expect, it } from 'vitest'
import { recordSchema } from '../../src/api/record.ts'
import { unreadableQuietMs } from '../../src/store/reading.ts'
import type { Store } from '../../src/store/store.ts'
import { conflictShape, dueLagMs, recordKey as key, recordOf } from './store-ground.ts'
import type { StoreGround } from './store-ground.ts'

const unreadable = { name: 'HeadwaterError', class: 'stalled', reason: 'UnreadableRecord' }

/** What is due, and what becomes of records that cannot be read. */
export function storeDueContract(at: StoreGround): void {
  const readers: { name: string; reader: () => Promise<Store> }[] = [
    { name: 'to its writer at once', reader: async () => at.store },
    { name: 'to another process', reader: () => at.open() },
    {
      name: 'to its writer a moment later',
      reader: async () => {
        at.clock.advance(dueLagMs)
        return at.store
      },
    },
  ]

  describe.each(readers)('due, $name', ({ reader }) => {
    const putDue = (name: string, dueAt?: number) =>
      at.store.put(recordOf({ name, ...(dueAt === undefined ? {} : { dueAt }) }), 0)
    const keyNamed = (name: string) => `CloudFormationStack/eu/${name}`

    it('names what is due, the longest due first, never what has no time', async () => {
      await putDue('later', 3_000)
      await putDue('first', 1_000)
      await putDue('never')
      await putDue('second', 2_000)
      const store = await reader()
      expect(await store.due(2_000, 10)).toEqual([keyNamed('first'), keyNamed('second')])
      expect(await store.due(5_000, 2)).toEqual([keyNamed('first'), keyNamed('second')])
      expect(await store.due(999, 10)).toEqual([])
      expect(await store.nextDueAt()).toBe(1_000)
    })

    it('answers nothing when nothing is ever due', async () => {
      await putDue('never')
      const store = await reader()
      expect(await store.due(Number.MAX_SAFE_INTEGER, 10)).toEqual([])
      expect(await store.nextDueAt()).toBeUndefined()
    })

    it('follows a time that moves, goes, comes back, and a deletion', async () => {
      await putDue('web', 1_000)
      await at.store.put(recordOf({ dueAt: 2_000 }), 1)
      expect(await (await reader()).due(1_500, 10)).toEqual([])
      expect(await (await reader()).nextDueAt()).toBe(2_000)
      await at.store.put(recordOf(), 2)
      expect(await (await reader()).nextDueAt()).toBeUndefined()
      await at.store.put(recordOf({ dueAt: 500 }), 3)
      expect(await (await reader()).due(1_500, 10)).toEqual([key])
      await at.store.delete(key, 4)
      expect(await (await reader()).due(1_500, 10)).toEqual([])
      expect(await (await reader()).nextDueAt()).toBeUndefined()
    })

    it('names every one of many, once', async () => {
      const names = Array.from({ length: 40 }, (_, i) => `n${String(i).padStart(2, '0')}`)
      await Promise.all(names.map((name, i) => putDue(name, 1_000 + i)))
      const store = await reader()
      expect(await store.due(5_000, 100)).toEqual(names.map(keyNamed))
      expect(await store.due(5_000, 7)).toEqual(names.slice(0, 7).map(keyNamed))
    })
  })

  describe('F17 records that cannot be read', () => {
    const newer = JSON.stringify(recordOf({ schema: recordSchema + 1 }))
    const bodies = [
      { name: 'of a newer schema', body: newer },
      { name: 'that is no JSON', body: '{"schema":1,' },
      { name: 'that is something else', body: '[]' },
      {
        name: 'without a status',
        body: '{"schema":1,"kind":"CloudFormationStack","namespace":"eu","name":"web"}',
      },
      { name: 'of another object', body: JSON.stringify(recordOf({ name: 'other' })) },
    ]

    it.each(bodies)('stops the object of a record $name, goes on with others', async ({ body }) => {
      await at.place.plant(key, body, 1_000)
      await at.store.put(recordOf({ name: 'zebra', dueAt: 2_000 }), 0)
      expect(await at.store.due(5_000, 10)).toEqual([key, 'CloudFormationStack/eu/zebra'])
      await expect(at.store.get(key)).rejects.toMatchObject(unreadable)
      expect((await at.store.list('')).map(({ record }) => record.name)).toEqual(['zebra'])
      expect(await at.store.unreadable('CloudFormationStack/')).toMatchObject([{ key }])
      expect(await at.store.unreadable('GitRepository/')).toEqual([])
    })

    it('changes nothing in it', async () => {
      await at.place.plant(key, newer, 1_000)
      await expect(at.store.get(key)).rejects.toMatchObject(unreadable)
      await expect(at.store.put(recordOf(), 0)).rejects.toMatchObject(conflictShape)
      await expect(at.store.delete(key, 0)).rejects.toMatchObject(conflictShape)
      const [found] = await at.store.unreadable('')
      expect(found?.message).toContain(`schema ${recordSchema + 1}`)
    })

    it('names it as due once, then is quiet for a while, then says so again', async () => {
      await at.place.plant(key, newer, 1_000)
      await at.store.put(recordOf({ name: 'zebra', dueAt: 2_000_000_000_000 }), 0)
      await expect(at.store.get(key)).rejects.toMatchObject(unreadable)
      expect(await at.store.due(5_000, 1)).toEqual([])
      expect(await at.store.nextDueAt()).toBe(at.clock.now() + unreadableQuietMs)
      at.clock.advance(unreadableQuietMs)
      expect(await at.store.due(5_000, 1)).toEqual([key])
      expect(await at.store.nextDueAt()).toBe(1_000)
    })

    it('lets a person remove it by its version', async () => {
      await at.place.plant(key, '{', 1_000)
      const [found] = await at.store.unreadable('')
      await at.store.delete(key, found?.version ?? -1)
      expect(await at.store.get(key)).toBeUndefined()
      await at.store.put(recordOf(), 0)
      expect(await at.store.unreadable('')).toEqual([])
    })

    it('quotes nothing of it', async () => {
      await at.place.plant(key, '{"password":"s3cret!!"', 1_000)
      const error: unknown = await at.store.get(key).catch((error: unknown) => error)
      expect(inspectDeep(error)).not.toContain('s3cret')
    })
  })
}

/** All that an error could leak into a log: message, stack and causes. */
function inspectDeep(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return `${error.message} ${error.stack ?? ''} ${inspectDeep(error.cause)}`
}
