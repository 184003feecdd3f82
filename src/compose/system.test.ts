import { describe, expect, it } from 'vitest'
import { createSystemClock, createSystemRandom } from './system.ts'

describe('the system clock', () => {
  it('sleeps and tells the time', async () => {
    const clock = createSystemClock()
    const before = clock.now()
    await clock.sleep(20)
    expect(clock.now() - before).toBeGreaterThanOrEqual(18)
  })

  it("rejects with the signal's own reason, before and while it sleeps", async () => {
    const clock = createSystemClock()
    const reason = new Error('told to end')
    await expect(clock.sleep(10_000, AbortSignal.abort(reason))).rejects.toBe(reason)
    const controller = new AbortController()
    const asleep = clock.sleep(10_000, controller.signal)
    controller.abort(reason)
    await expect(asleep).rejects.toBe(reason)
  })
})

describe('chance', () => {
  it('is in [0, 1) and does not repeat', () => {
    const random = createSystemRandom()
    const drawn = Array.from({ length: 1000 }, () => random.next())
    expect(drawn.every((value) => value >= 0 && value < 1)).toBe(true)
    expect(new Set(drawn).size).toBe(1000)
    expect(random.uuid()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  })
})
