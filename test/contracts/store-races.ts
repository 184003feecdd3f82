import { describe, expect, it } from 'vitest'
import { isConflict } from '../../src/api/errors.ts'
import type { Store } from '../../src/store/store.ts'
import { conflictShape, recordKey as key, recordOf } from './store-ground.ts'
import type { StoreGround } from './store-ground.ts'

/** Compare-and-swap between store objects, as between processes. */
export function storeRaceContract(at: StoreGround): void {
  describe('races', () => {
    it('lets exactly one of 20 writers create', async () => {
      const stores = await Promise.all(Array.from({ length: 4 }, () => at.open()))
      const attempts = await Promise.allSettled(
        Array.from({ length: 20 }, async (_, i) => stores[i % 4]?.put(recordOf({ generation: i + 1 }), 0)),
      )
      expectOneWinner(attempts)
      const winner = attempts.findIndex((attempt) => attempt.status === 'fulfilled')
      expect((await at.store.get(key))?.record.generation).toBe(winner + 1)
    })

    it('lets exactly one of 20 writers change', async () => {
      const stores = await Promise.all(Array.from({ length: 4 }, () => at.open()))
      const version = await at.store.put(recordOf(), 0)
      const attempts = await Promise.allSettled(
        Array.from({ length: 20 }, async (_, i) =>
          stores[i % 4]?.put(recordOf({ generation: i + 10 }), version),
        ),
      )
      expectOneWinner(attempts)
      const winner = attempts.findIndex((attempt) => attempt.status === 'fulfilled')
      expect((await at.store.get(key))?.record.generation).toBe(winner + 10)
    })

    it('lets exactly one win when writers and deleters race', async () => {
      const version = await at.store.put(recordOf(), 0)
      const attempts = await Promise.allSettled(
        Array.from({ length: 10 }, (_, i) =>
          i % 2 === 0
            ? at.store.put(recordOf({ generation: i + 10 }), version)
            : at.store.delete(key, version),
        ),
      )
      expectOneWinner(attempts)
      const winner = attempts.findIndex((attempt) => attempt.status === 'fulfilled')
      const left = (await at.store.get(key))?.record.generation
      expect(left).toBe(winner % 2 === 0 ? winner + 10 : undefined)
    })

    it('loses no increment of writers who read again after a conflict', async () => {
      const stores = await Promise.all(Array.from({ length: 4 }, () => at.open()))
      await at.store.put(recordOf({ generation: 0 }), 0)
      await Promise.all(stores.map((writer) => increment(writer, 5)))
      expect((await at.store.get(key))?.record.generation).toBe(20)
    })
  })
}

function expectOneWinner(attempts: readonly PromiseSettledResult<unknown>[]): void {
  const lost = attempts.flatMap((attempt) =>
    attempt.status === 'rejected' ? [attempt.reason as unknown] : [],
  )
  expect(lost).toHaveLength(attempts.length - 1)
  expect(lost).toEqual(lost.map(() => expect.objectContaining(conflictShape) as unknown))
}

async function increment(store: Store, times: number): Promise<void> {
  for (let done = 0; done < times;) {
    const read = await store.get(key)
    if (read === undefined) throw new Error(`${key} is gone`)
    try {
      await store.put({ ...read.record, generation: read.record.generation + 1 }, read.version)
      done++
    } catch (error) {
      if (!isConflict(error)) throw error
    }
  }
}
