import { describe, expect, it } from 'vitest'
import { eventRetentionMs } from '../../src/api/event.ts'
import type { ObjectEvent } from '../../src/api/event.ts'
import { recordKey as key } from './store-ground.ts'
import type { StoreGround } from './store-ground.ts'

function eventOf(over: Partial<ObjectEvent> & Pick<ObjectEvent, 'id' | 'at'>): ObjectEvent {
  return { key, type: 'Normal', reason: 'Applied', message: 'ok', ...over }
}

/** Events, kept seven days, and claims. */
export function storeHistoryContract(at: StoreGround): void {
  describe('events', () => {
    it('answers newest first, all or of one object, since, limited', async () => {
      const now = at.clock.now()
      const old = eventOf({ id: 'old', at: now - 26 * 3_600_000, revision: 'main@sha1:1' })
      const early = eventOf({ id: 'early', at: now - 2_000 })
      const other = eventOf({ id: 'other', at: now - 1_000, key: 'GitRepository/eu/a', type: 'Warning' })
      const late = eventOf({ id: 'late', at: now })
      await at.store.append([early, old])
      await at.store.append([late, other])
      expect(await at.store.events({})).toEqual([late, other, early, old])
      expect(await at.store.events({ key })).toEqual([late, early, old])
      expect(await at.store.events({ since: early.at })).toEqual([late, other])
      expect(await at.store.events({ key, since: old.at, limit: 1 })).toEqual([late])
      expect(await at.store.events({ limit: 2 })).toEqual([late, other])
      expect(await at.store.events({ key: 'GitRepository/eu/none' })).toEqual([])
    })

    it('writes an event with the same id once, whatever its time; the first stays', async () => {
      const first = eventOf({ id: 'one', at: at.clock.now() - 10, message: 'first' })
      await at.store.append([first])
      await at.store.append([{ ...first, at: at.clock.now(), message: 'second' }])
      expect(await at.store.events({})).toEqual([first])
    })

    it('orders those of one moment by descending id', async () => {
      const now = at.clock.now()
      await at.store.append([
        eventOf({ id: 'a1', at: now }),
        eventOf({ id: 'a3', at: now }),
        eventOf({ id: 'a2', at: now }),
      ])
      expect((await at.store.events({})).map((event) => event.id)).toEqual(['a3', 'a2', 'a1'])
      expect((await at.store.events({ key })).map((event) => event.id)).toEqual(['a3', 'a2', 'a1'])
    })

    it('keeps them seven days', async () => {
      await at.store.append([eventOf({ id: 'one', at: at.clock.now() })])
      at.clock.advance(eventRetentionMs - 1)
      expect(await at.store.events({})).toHaveLength(1)
      at.clock.advance(1)
      expect(await at.store.events({})).toEqual([])
      expect(await at.store.events({ key })).toEqual([])
      await at.store.append([eventOf({ id: 'two', at: at.clock.now() })])
      expect((await at.store.events({})).map((event) => event.id)).toEqual(['two'])
    })

    it('takes many at once, and none', async () => {
      await at.store.append([])
      const now = at.clock.now()
      const many = Array.from({ length: 60 }, (_, i) => eventOf({ id: `e${i}`, at: now - i }))
      await at.store.append(many)
      expect(await at.store.events({})).toEqual(many)
    })
  })

  describe('claims', () => {
    it('is true for the first caller only, among many and among store objects', async () => {
      const other = await at.open()
      const expiresAt = at.clock.now() + 1_000
      const answers = await Promise.all(
        Array.from({ length: 10 }, (_, i) => (i % 2 === 0 ? at.store : other).claim('delivery/1', expiresAt)),
      )
      expect(answers.filter(Boolean)).toHaveLength(1)
      expect(await other.claim('delivery/1', expiresAt)).toBe(false)
      expect(await at.store.claim('delivery/2', expiresAt)).toBe(true)
    })

    it('lasts until its time, to the millisecond', async () => {
      expect(await at.store.claim('id', at.clock.now() + 1_000)).toBe(true)
      at.clock.advance(999)
      expect(await at.store.claim('id', at.clock.now() + 1_000)).toBe(false)
      at.clock.advance(1)
      expect(await at.store.claim('id', at.clock.now() + 1_000)).toBe(true)
      expect(await at.store.claim('id', at.clock.now() + 1_000)).toBe(false)
    })

    it('has nothing to do with records of the same name', async () => {
      expect(await at.store.claim(key, at.clock.now() + 1_000)).toBe(true)
      expect(await at.store.get(key)).toBeUndefined()
      expect(await at.store.list('')).toEqual([])
    })
  })
}
