import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { maxDelayMs, maxReceive } from '../../src/queue/queue.ts'
import type { Delivery, Queue } from '../../src/queue/queue.ts'

/** An empty queue, and how its time goes by. */
export interface QueuePlace {
  queue: Queue
  /** After how long a delivery comes again, in milliseconds. */
  visibilityTimeoutMs: number
  /** Lets time pass: a virtual clock's or the real one's. */
  pass(ms: number): Promise<void>
  remove?(): Promise<void>
}

/** What a suite may ask of a driver. */
export interface QueueContractOptions {
  /** Whether waiting fifteen minutes costs nothing. */
  hasVirtualTime: boolean
}

/** Every sentence of the queue's interface, for one driver. */
export function queueContract(
  driver: string,
  makePlace: () => Promise<QueuePlace>,
  { hasVirtualTime }: QueueContractOptions,
): void {
  describe(`${driver} keeps the queue's contract`, () => {
    let place: QueuePlace
    beforeEach(async () => {
      place = await makePlace()
      onTestFinished(async () => place.remove?.())
    })
    const keys = (deliveries: readonly Delivery[]) => deliveries.map(({ key }) => key).sort()

    it('answers nothing when there is nothing', async () => {
      expect(await place.queue.receive(10)).toEqual([])
    })

    it('delivers what was sent, once, until it is done', async () => {
      await place.queue.send([{ key: 'a/b/ü' }, { key: 'a/b/d' }])
      const deliveries = await receiveAll(place.queue)
      expect(keys(deliveries)).toEqual(['a/b/d', 'a/b/ü'])
      expect(deliveries.map(({ attempts }) => attempts)).toEqual([1, 1])
      await place.queue.done(deliveries)
      await place.pass(place.visibilityTimeoutMs)
      expect(await receiveAll(place.queue)).toEqual([])
    })

    it('keeps two messages of one object apart', async () => {
      await place.queue.send([{ key: 'a/b/c' }])
      await place.queue.send([{ key: 'a/b/c' }])
      expect(keys(await receiveAll(place.queue))).toEqual(['a/b/c', 'a/b/c'])
    })

    it('delivers again what was not done in time, and counts', async () => {
      await place.queue.send([{ key: 'a/b/c' }])
      const [first] = await place.queue.receive(1)
      expect(await place.queue.receive(1)).toEqual([])
      await place.pass(place.visibilityTimeoutMs)
      const [second] = await place.queue.receive(1)
      expect(second).toMatchObject({ key: 'a/b/c', attempts: 2 })
      expect(second?.receipt).not.toBe(first?.receipt)
      await place.queue.done(second ? [second] : [])
      await place.pass(place.visibilityTimeoutMs)
      expect(await place.queue.receive(1)).toEqual([])
    })

    it('takes and hands out more than ten, ten at a time', async () => {
      const sent = Array.from({ length: 23 }, (_, i) => `a/b/${i}`)
      await place.queue.send(sent.map((key) => ({ key })))
      expect((await place.queue.receive(100)).length).toBeLessThanOrEqual(maxReceive)
      await place.pass(place.visibilityTimeoutMs)
      const deliveries = await receiveAll(place.queue)
      expect(keys(deliveries)).toEqual(sent.toSorted())
      await place.queue.done(deliveries)
      await place.pass(place.visibilityTimeoutMs)
      expect(await receiveAll(place.queue)).toEqual([])
    })

    it('answers no more than asked for', async () => {
      await place.queue.send([{ key: 'a/b/1' }, { key: 'a/b/2' }, { key: 'a/b/3' }])
      expect(await place.queue.receive(0)).toEqual([])
      expect((await place.queue.receive(2)).length).toBeLessThanOrEqual(2)
    })

    it('takes nothing, and ends nothing', async () => {
      await place.queue.send([])
      await place.queue.done([])
      expect(await place.queue.receive(10)).toEqual([])
    })

    it('holds a delayed message back', async () => {
      await place.queue.send([{ key: 'a/b/late', delayMs: 1_500 }, { key: 'a/b/now' }])
      expect(keys(await receiveAll(place.queue))).toEqual(['a/b/now'])
      // SQS counts whole seconds.
      await place.pass(2_000)
      expect(keys(await receiveAll(place.queue))).toContain('a/b/late')
    })

    if (!hasVirtualTime) return

    it('holds none back longer than fifteen minutes', async () => {
      await place.queue.send([{ key: 'a/b/c', delayMs: 24 * 3_600_000 }])
      await place.pass(maxDelayMs - 1)
      expect(await receiveAll(place.queue)).toEqual([])
      await place.pass(1)
      expect(keys(await receiveAll(place.queue))).toEqual(['a/b/c'])
    })

    it('leaves alone what was delivered anew when an old delivery is done', async () => {
      await place.queue.send([{ key: 'a/b/c' }])
      const old = await place.queue.receive(1)
      await place.pass(place.visibilityTimeoutMs)
      await place.queue.receive(1)
      await place.queue.done(old)
      await place.pass(place.visibilityTimeoutMs)
      expect(await place.queue.receive(1)).toMatchObject([{ key: 'a/b/c', attempts: 3 }])
    })
  })
}

/** All that is ready now. */
async function receiveAll(queue: Queue): Promise<Delivery[]> {
  const all: Delivery[] = []
  for (;;) {
    const some = await queue.receive(maxReceive)
    if (some.length === 0) return all
    all.push(...some)
  }
}
