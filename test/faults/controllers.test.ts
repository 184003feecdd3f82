import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Clock } from '../../src/api/clock.ts'
import type { Operation } from '../../src/api/record.ts'
import type { Controller } from '../../src/reconcile/controller.ts'
import { createController } from '../../src/reconcile/create.ts'
import type { AnyTarget, Subject } from '../../src/target/target.ts'
import { lookAt } from '../support/cloud-look.ts'
import type { CloudLook } from '../support/cloud-look.ts'
import { createHarness, rootKustomization, rootSource, stackFiles } from '../support/harness.ts'
import { createSandboxFleet } from '../support/sandbox-fleet.ts'
import type { SandboxFleet } from '../support/sandbox-fleet.ts'

const minute = 60_000
const hour = 60 * minute
const stack = (name: string) => `CloudFormationStack/eu/${name}`
const extra = 'deletionPolicy: Delete'

let fleet: SandboxFleet
let look: CloudLook
beforeEach(async () => {
  fleet = await createSandboxFleet()
  look = lookAt(fleet.sandbox.url)
})
afterEach(async () => {
  look.close()
  await fleet.close()
})

/** The fleet's clock as a machine sees it whose own is wrong by this much. */
function wrongClock(byMs: number): Clock {
  const { clock } = fleet
  return { now: () => clock.now() + byMs, sleep: (ms, signal) => clock.sleep(ms, signal) }
}

/** All controllers pass at once, again and again, while the time goes on. */
async function passTogether(controllers: readonly Controller[], spanMs: number): Promise<void> {
  const end = fleet.clock.now() + spanMs
  while (fleet.clock.now() < end) {
    await Promise.all(controllers.map((controller) => controller.runDue()))
    fleet.clock.advance(10_000)
  }
}

const readyOf = async (...names: string[]) =>
  Promise.all(names.map(async (name) => (await fleet.ready(stack(name)))?.slice(0, 4)))

/** Leases of a right clock let no call be made twice; a wrong clock may cost some, and never an operation. */
const machines = [
  { name: 'F7 three controllers at once', offsets: [0, 0, 0], calls: 7 },
  { name: 'F10 two whose clocks differ by twenty minutes', offsets: [10 * minute, -10 * minute], calls: 21 },
]
it.each(machines)('$name do every operation once', async ({ offsets, calls }) => {
  const controllers = offsets.map((byMs) => createController({ ...fleet.ports, clock: wrongClock(byMs) }))
  const web = (description: string) => ({
    ...stackFiles('network', { extra }),
    ...stackFiles('web', { extra, dependsOn: ['network'], description }),
  })
  fleet.repository.commit(web('first'))
  await passTogether(controllers, 40 * minute)
  expect(await readyOf('network', 'web')).toEqual(['True', 'True'])
  fleet.repository.commit(web('second'))
  await passTogether(controllers, 40 * minute)
  fleet.repository.commit(stackFiles('network', { extra }))
  await passTogether(controllers, 40 * minute)

  expect([...(await look.stacks()).keys()]).toEqual(['network'])
  expect(await look.operations('network')).toEqual(['CREATE_IN_PROGRESS'])
  expect(await look.operations('web')).toEqual([
    'CREATE_IN_PROGRESS',
    'UPDATE_IN_PROGRESS',
    'DELETE_IN_PROGRESS',
  ])
  expect(fleet.sandbox.calls.counts({ mutating: true }).total).toBeLessThanOrEqual(calls)
  expect(await look.leftovers()).toEqual([])
})

/** A controller that stands still before its first call of one type, until it is let go. */
async function pausing(type: string): Promise<{ controller: Controller; paused: Promise<void>; go(): void }> {
  const real = await fleet.ports.target('CloudFormationStack')
  if (real === undefined) throw new Error('there is no target')
  const arrived = Promise.withResolvers<void>()
  const released = Promise.withResolvers<void>()
  const target: AnyTarget = {
    ...real,
    async act(subject: Subject, operation: Operation, action: { type: string }) {
      if (action.type === type) {
        arrived.resolve()
        await released.promise
      }
      return real.act(subject, operation, action)
    },
  }
  const controller = createController({ ...fleet.ports, target: async () => target })
  return { controller, paused: arrived.promise, go: () => released.resolve() }
}

const pauses = ['create-change-set', 'execute-change-set']
it.each(pauses)('F8 who wakes before its %s, long after its lease, changes nothing', async (type) => {
  fleet.repository.commit(stackFiles('web'))
  await fleet.run(10 * minute)
  fleet.repository.commit(stackFiles('web', { description: 'second' }))
  await fleet.controller.markDue([rootSource])
  const sleeper = await pausing(type)
  const passes: Promise<unknown>[] = []
  for (let isPaused = false; !isPaused;) {
    const pass = sleeper.controller.runDue({ concurrency: 1 })
    passes.push(pass)
    isPaused = await Promise.race([pass.then(() => false), sleeper.paused.then(() => true)])
    fleet.clock.advance(1_000)
  }

  fleet.repository.commit(stackFiles('web', { description: 'third' }))
  await fleet.controller.markDue([rootSource])
  await passTogether([fleet.controller], 10 * minute)
  expect(await fleet.ready(stack('web'))).toMatch(/^True: update complete/)
  const before = await fleet.store.get(stack('web'))
  sleeper.go()
  await Promise.all(passes)
  expect(await fleet.store.get(stack('web'))).toEqual(before)

  await fleet.run(hour)
  expect(await look.operations('web')).toEqual(['CREATE_IN_PROGRESS', 'UPDATE_IN_PROGRESS'])
  expect(await look.template('web')).toContain('third')

  // What it made too late is executed by nobody; CloudFormation drops it with the next update.
  fleet.repository.commit(stackFiles('web', { description: 'fourth' }))
  await fleet.run(hour)
  expect(await look.template('web')).toContain('fourth')
  expect(await look.leftovers()).toEqual([])
})

describe('F16 the state is lost', () => {
  /** The same cloud and repository, an empty store. */
  const anew = async () => {
    const { clock, ports, repository } = fleet
    return createHarness({
      clock,
      blobs: ports.blobs,
      target: (kind) => ports.target(kind),
      openSource: repository.open,
    })
  }
  const files = {
    ...stackFiles('network', { extra }),
    ...stackFiles('web', { extra, dependsOn: ['network'] }),
  }

  it('F16 at rest: known again by the marks, no stack twice, nothing deleted', async () => {
    fleet.repository.commit({ ...files, ...stackFiles('old', { extra }) })
    await fleet.run(20 * minute)
    fleet.repository.commit(files)
    const before = await look.stacks()
    const house = await anew()
    await house.run(20 * minute)
    expect(await house.ready(stack('web'))).toMatch(/^True/)
    const after = await look.stacks()
    expect([...after].map(([name, { StackId }]) => [name, StackId])).toEqual(
      [...before].map(([name, { StackId }]) => [name, StackId]),
    )
    for (const name of ['network', 'web', 'old'])
      expect(await look.operations(name)).toEqual(['CREATE_IN_PROGRESS'])
    expect(await look.leftovers()).toEqual([])
  })

  it('F16 in the middle of a rollout: what runs is waited for and taken on', async () => {
    fleet.repository.commit(files)
    fleet.sandbox.engine.faults.delayResource({ stackName: 'network', logicalId: 'Topic', ms: 10 * minute })
    await fleet.run(5 * minute)
    expect((await look.stacks()).get('network')?.StackStatus).toBe('CREATE_IN_PROGRESS')
    const house = await anew()
    await house.run(40 * minute)
    expect(await house.ready(stack('network'))).toMatch(/^True/)
    expect(await house.ready(stack('web'))).toMatch(/^True/)
    expect(await look.operations('network')).toEqual(['CREATE_IN_PROGRESS'])
    expect(await look.leftovers()).toEqual([])
  })

  it('F16 with a change set waiting: it is not left behind', async () => {
    fleet.repository.commit(files)
    await fleet.run(20 * minute)
    fleet.repository.commit({ ...files, ...stackFiles('network', { extra, description: 'wider' }) })
    await fleet.controller.markDue([rootSource])
    let left: string[] = []
    for (let steps = 0; steps < 40 && left.length === 0; steps++) {
      await fleet.controller.runDue({ limit: 1, concurrency: 1 })
      fleet.clock.advance(200)
      left = await look.leftovers()
    }
    expect(left).toHaveLength(1)
    const house = await anew()
    await house.run(40 * minute)
    expect(await look.operations('network')).toEqual(['CREATE_IN_PROGRESS', 'UPDATE_IN_PROGRESS'])
    expect(await look.template('network')).toContain('wider')
    expect(await house.ready(rootKustomization)).toMatch(/^True/)
    expect(await look.leftovers()).toEqual([])
  })
})
