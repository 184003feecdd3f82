import { describe, expect, it } from 'vitest'
import { transient } from '../../src/api/errors.ts'
import { createController } from '../../src/reconcile/create.ts'
import type { Controller } from '../../src/reconcile/controller.ts'
import type { ControllerPorts } from '../../src/reconcile/ports.ts'
import { createInjector, faulty } from '../support/faulty.ts'
import type { Fault, Injector } from '../support/faulty.ts'
import { createHarness, stackFiles } from '../support/harness.ts'
import type { Harness } from '../support/harness.ts'
import { createSeededRandom } from '../support/virtual-clock.ts'

const minute = 60_000
const extra = 'deletionPolicy: Delete'

/** Three revisions: a graph is made, changed, and loses a part of itself. */
const revisions: Record<string, string>[] = [
  {
    ...stackFiles('network', { extra }),
    ...stackFiles('data', { extra, dependsOn: ['network'] }),
    ...stackFiles('web', { extra, dependsOn: ['data'] }),
    ...stackFiles('bad'),
  },
  {
    ...stackFiles('network', { extra, description: 'wider' }),
    ...stackFiles('data', { extra, dependsOn: ['network'] }),
    ...stackFiles('web', { extra, dependsOn: ['data'] }),
    ...stackFiles('bad'),
  },
  {
    ...stackFiles('network', { extra, description: 'wider' }),
    ...stackFiles('bad', { description: 'mended' }),
  },
]

/** A process: a controller whose every call to the outside is under an injector. */
function startProcess(house: Harness, injector: Injector): Controller {
  const { store, cloud, ports } = house
  const target = faulty(cloud.target, 'cloud', injector, ['kind', 'digest', 'claim', 'decide'])
  const guarded: ControllerPorts = {
    ...ports,
    store: faulty(store, 'store', injector),
    blobs: faulty(ports.blobs, 'blob', injector, ['url']),
    openSource: (location) => faulty(ports.openSource(location), 'source', injector),
    target: async (kind) => (kind === 'CloudFormationStack' ? target : undefined),
  }
  return createController(guarded)
}

/** Runs the scenario; whenever the process dies, another is started with the next fate. */
async function rollOut(
  fates: (life: number) => (index: number, call: string) => Fault,
): Promise<{ house: Harness; calls: number; lives: number }> {
  const house = await createHarness()
  let lives = 0
  let calls = 0
  const born = () =>
    createInjector(fates(lives++), (call) => transient('NetworkError', `${call} failed on purpose`))
  let injector = born()
  let controller = startProcess(house, injector)
  for (const files of revisions) {
    house.cloud.failing.add('eu/bad')
    if (files === revisions[2]) house.cloud.failing.delete('eu/bad')
    house.repository.commit(files)
    const isLast = files === revisions.at(-1)
    const end = house.clock.now() + (isLast ? 20 : 8) * minute
    while (house.clock.now() < end) {
      const pass = controller.runDue({ concurrency: 1 }).catch(() => undefined)
      await Promise.race([pass, injector.death])
      if (injector.isDead) {
        calls += injector.calls
        injector = born()
        controller = startProcess(house, injector)
      }
      house.clock.advanceTo(Math.max((await house.store.nextDueAt()) ?? 0, house.clock.now() + 1_000))
    }
  }
  return { house, calls: calls + injector.calls, lives }
}

/** What must hold at the end of the scenario, whatever happened on the way. */
async function expectConverged(house: Harness): Promise<void> {
  expect([...house.cloud.stacks.keys()].toSorted()).toEqual(['eu/bad', 'eu/network'])
  for (const { record } of await house.store.list('CloudFormationStack/')) {
    expect(record.operation).toBeUndefined()
    const stack = house.cloud.stacks.get(`${record.namespace}/${record.name}`)
    expect(stack?.digest).toBe(record.inputs?.digest)
    expect(record.status.lastAppliedDigest).toBe(record.inputs?.digest)
  }
}

const mutating = (house: Harness) => house.cloud.calls.filter(({ call }) => call !== 'observe').length

describe('killed at every call', () => {
  // Every call index is covered; in parts, so that none of them outlasts a slow machine's patience.
  const parts = 8
  it.each(Array.from({ length: parts }, (_, part) => part))(
    'F1 F2 converges with at most one repeated call per kill, wherever the process dies (part %i)',
    async (part) => {
      const baseline = await rollOut(() => () => 'none')
      await expectConverged(baseline.house)
      const wanted = mutating(baseline.house)
      expect(wanted).toBe(8)

      for (let index = part; index < baseline.calls; index += parts) {
        for (const fault of ['kill-before', 'kill-after'] as const) {
          const { house, lives } = await rollOut(
            (life) => (call) => (life === 0 && call === index ? fault : 'none'),
          )
          await expectConverged(house)
          expect(mutating(house), `${fault} call ${index}`).toBeLessThanOrEqual(wanted + lives - 1)
        }
      }
    },
  )
})

describe('random faults', () => {
  const seeds = Array.from({ length: 40 }, (_, index) => index + 1)
  it.each(seeds)('I1 I3 I4 converges after a bad time (seed %i)', async (seed) => {
    const random = createSeededRandom(seed)
    const { house } = await rollOut((life) => (index) => {
      if (life > 20 || index > 400) return 'none'
      const dice = random.next()
      if (dice < 0.03) return 'fail-before'
      if (dice < 0.06) return 'fail-after'
      if (dice < 0.07) return 'kill-before'
      return dice < 0.08 ? 'kill-after' : 'none'
    })
    await expectConverged(house)
  })
})
