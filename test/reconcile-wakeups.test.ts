import { describe, expect, it } from 'vitest'
import { createController } from '../src/reconcile/create.ts'
import { declare } from '../src/reconcile/declare.ts'
import type { Declaration } from '../src/reconcile/declare.ts'
import { createMemoryStore } from '../src/store/memory.ts'
import { createHarness, rootSource, stackFiles } from './support/harness.ts'
import type { Harness } from './support/harness.ts'
import { createVirtualClock } from './support/virtual-clock.ts'

const minute = 60_000
const hour = 60 * minute
const stack = (name: string) => `CloudFormationStack/eu/${name}`
const looks = ({ cloud }: Harness) => cloud.calls.filter(({ call }) => call === 'observe').length

/** What a stack declares, with other inputs. */
async function redeclared(
  house: Harness,
  name: string,
  changed: { revision?: string; digest?: string },
): Promise<Declaration> {
  const { spec, origin, inputs } = (await house.record(stack(name))) ?? {}
  if (spec === undefined || origin === undefined || inputs === undefined)
    throw new Error(`no record of ${name}`)
  return {
    kind: 'CloudFormationStack',
    namespace: 'eu',
    name,
    spec,
    origin,
    inputs: { ...inputs, ...changed },
  }
}

/** Lets everything run that waits for nothing but its turn. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 200; turn++) await Promise.resolve()
}

it('one step that takes long holds up no other that falls due meanwhile', async () => {
  const house = await createHarness()
  house.repository.commit(stackFiles('a'))
  await house.run(10_000)
  await house.controller.markDue([rootSource])
  let release = () => {}
  const gate = new Promise<void>((resolve) => (release = resolve))
  const controller = createController({
    ...house.ports,
    openSource: (location) => {
      const source = house.repository.open(location)
      return { ...source, head: (ref) => gate.then(() => source.head(ref)) }
    },
  })
  const pass = controller.runDue()
  for (let second = 0; second < 90; second++) {
    await settle()
    house.clock.advance(1_000)
  }
  await settle()
  expect(await house.ready(stack('a'))).toMatch(/^True/)
  release()
  await pass
})

it('a dependent that was quicker than the new revision of its dependency need not wait for its own next look', async () => {
  const house = await createHarness()
  const files = (description: string) => ({
    ...stackFiles('network'),
    ...stackFiles('web', { dependsOn: ['network'], description }),
  })
  house.repository.commit(files('first'))
  await house.run(5 * minute)
  // The second revision reaches web first, as another process may see it.
  const revision = 'main@sha1:0000000000000000000000000000000000000002'
  await declare(house.ports, await redeclared(house, 'web', { revision, digest: 'second' }))
  await house.controller.reconcile(stack('web'))
  expect(await house.ready(stack('web'))).toMatch(/it is still at/)
  await declare(house.ports, await redeclared(house, 'network', { revision }))
  expect((await house.record(stack('web')))?.dueAt).toBe(house.clock.now())
})

describe('F10 a mark by somebody whose clock is ahead', () => {
  it('is kept although it lies beyond the lease', async () => {
    const house = await createHarness()
    house.repository.commit(stackFiles('a'))
    await house.run(10 * minute)
    const ahead = createVirtualClock(house.clock.now() + 10 * minute)
    const other = createController({ ...house.ports, clock: ahead })
    await house.controller.markDue([stack('a')], { token: 'first' })
    const { target } = house.cloud
    const observe = target.observe.bind(target)
    target.observe = async (subject) => {
      target.observe = observe
      await other.markDue([stack('a')], { token: 'second' })
      return observe(subject)
    }
    await house.run(hour)
    expect((await house.record(stack('a')))?.status.lastHandledReconcileAt).toBe('second')
  })

  it('so is a declaration', async () => {
    const house = await createHarness()
    house.repository.commit(stackFiles('a'))
    await house.run(10 * minute)
    const changed = await redeclared(house, 'a', { digest: 'changed' })
    const clock = createVirtualClock(house.clock.now() + 10 * minute)
    await house.controller.markDue([stack('a')], { token: 'first' })
    const { target } = house.cloud
    const observe = target.observe.bind(target)
    target.observe = async (subject) => {
      target.observe = observe
      await declare({ store: house.store, clock }, changed)
      return observe(subject)
    }
    await house.run(hour)
    expect((await house.record(stack('a')))?.status.lastAppliedDigest).toBe('changed')
  })
})

it('an index that lags behind its records leads to no look before its time', async () => {
  const clock = createVirtualClock()
  const store = createMemoryStore({ clock })
  const house = await createHarness({ clock, store })
  house.repository.commit(stackFiles('a'))
  await house.run(5_000)
  const due = store.due.bind(store)
  const before = looks(house)
  // What was due a moment ago is still said to be.
  let isStale = true
  store.due = async (time, limit) => {
    const keys = await due(time, limit)
    return isStale && !keys.includes(stack('a')) ? [...keys, stack('a')] : keys
  }
  await house.controller.runDue({ concurrency: 1, limit: 20 })
  isStale = false
  expect(looks(house) - before).toBe(0)
})

it('objects of two revisions that wait for each other say so in a message that does not grow', async () => {
  const house = await createHarness()
  house.repository.commit({ 'README.md': 'none' })
  const origin = { source: rootSource, file: 'x.yaml', line: 1, column: 1 }
  const inputs = { revision: 'main@sha1:1', files: {}, digest: 'd' }
  for (const [name, other] of [
    ['a', 'b'],
    ['b', 'a'],
  ] as const) {
    const spec = { dependsOn: [{ name: other }], interval: '10m' }
    await declare(house.ports, { kind: 'CloudFormationStack', namespace: 'eu', name, spec, origin, inputs })
  }
  await house.run(hour)
  const message = (await house.ready(stack('a'))) ?? ''
  expect(message).toContain('eu/b')
  expect(message.length).toBeLessThan(600)
})
