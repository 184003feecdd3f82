import { describe, expect, test } from 'vitest'
import { createVirtualClock } from '../../../../test/support/virtual-clock.ts'
import { ChildDied, type BicepChild } from './child.ts'
import { createChildren } from './children.ts'
import type { ChildSettings } from './environment.ts'

const common: ChildSettings = { environment: {}, registries: [] }
const own = (region: string): ChildSettings => ({ environment: { REGION: region }, registries: [] })

/** Children that hold as many bytes as they have answered calls, and die when they are told to. */
function ground() {
  const clock = createVirtualClock()
  const log: string[] = []
  let deaths = 0
  const children = createChildren({
    clock,
    limits: { recycleAboveBytes: 3, idleMs: 1_000, ownEnvironmentIdleMs: 100 },
    async start(settings) {
      const name = settings.environment['REGION'] ?? 'common'
      let isAlive = true
      let bytes = 0
      log.push(`${name} starts`)
      const child: BicepChild = {
        isAlive: () => isAlive,
        memoryBytes: async () => bytes,
        kill() {
          if (isAlive) log.push(`${name} ends`)
          isAlive = false
        },
        async call() {
          bytes += 1
          if (deaths === 0) return name
          deaths -= 1
          isAlive = false
          throw new ChildDied('killed')
        },
      }
      return child
    },
  })
  const use = (settings: ChildSettings) => children.use(settings, (child) => child.call('x', {}))
  return { clock, log, children, use, dieNext: (times: number) => void (deaths = times) }
}

/** Lets what was woken run. */
const settle = () => new Promise((resolve) => setImmediate(resolve))

describe('children', () => {
  test('one serves all that set nothing, until it has grown', async () => {
    const { use, log, children } = ground()
    for (let count = 0; count < 5; count += 1) expect(await use(common)).toBe('common')
    expect(log).toEqual(['common starts', 'common ends', 'common starts'])
    expect(children.started()).toBe(2)
  })

  test('an environment of its own has a process of its own, one at a time, beside the common one', async () => {
    const { use, log } = ground()
    const order = [common, own('eu'), own('eu'), common, own('us'), common]
    expect(await Promise.all(order.map(use))).toEqual(['common', 'eu', 'eu', 'common', 'us', 'common'])
    expect(log.toSorted()).toEqual(['common starts', 'eu ends', 'eu starts', 'us starts'])
  })

  test('what nobody needs any more is ended', async () => {
    const { use, log, clock } = ground()
    await use(common)
    await use(own('eu'))
    clock.advance(200)
    await settle()
    expect(log).toEqual(['common starts', 'eu starts', 'eu ends'])
    clock.advance(700)
    await use(common)
    clock.advance(999)
    await settle()
    expect(log).toHaveLength(3)
    clock.advance(1)
    await settle()
    expect(log.at(-1)).toBe('common ends')
  })

  test('a call under which it dies is made once more, and no third time', async () => {
    const { use, children, dieNext } = ground()
    dieNext(1)
    expect(await use(common)).toBe('common')
    expect(children.started()).toBe(2)
    dieNext(2)
    await expect(use(common)).rejects.toMatchObject({ class: 'stalled', reason: 'BicepCrashed' })
    expect(await use(common)).toBe('common')
  })

  test('closing waits for what runs, and starts anew for what comes after', async () => {
    const { use, log, children } = ground()
    const running = use(common)
    await children.close()
    expect(await running).toBe('common')
    expect(log).toEqual(['common starts', 'common ends'])
    await use(common)
    expect(log.at(-1)).toBe('common starts')
  })
})
