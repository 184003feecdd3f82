import { describe, expect, it } from 'vitest'
import { transient } from '../../src/api/errors.ts'
import { announceDue } from '../../src/compose/announce.ts'
import type { Queue } from '../../src/queue/queue.ts'
import { createController } from '../../src/reconcile/create.ts'
import type { ControllerPorts } from '../../src/reconcile/ports.ts'
import { createMemoryStore } from '../../src/store/memory.ts'
import type { Store, Stored } from '../../src/store/store.ts'
import { createInjector, faulty } from '../support/faulty.ts'
import { createHarness, rootKustomization, rootSource, stackFiles } from '../support/harness.ts'
import type { Harness } from '../support/harness.ts'
import { createSeededRandom, createVirtualClock } from '../support/virtual-clock.ts'

const minute = 60_000
const hour = 60 * minute
const stack = (name: string) => `CloudFormationStack/eu/${name}`
const mutations = ({ cloud }: Harness) => cloud.calls.filter(({ call }) => call !== 'observe')
const looks = ({ cloud }: Harness) => cloud.calls.filter(({ call }) => call === 'observe').length
const chain = {
  ...stackFiles('network'),
  ...stackFiles('data', { dependsOn: ['network'] }),
  ...stackFiles('web', { dependsOn: ['data'] }),
}
const applied = [
  { key: 'eu/network', call: 'deploy' },
  { key: 'eu/data', call: 'deploy' },
  { key: 'eu/web', call: 'deploy' },
]

describe('F5 events that come twice, or late', () => {
  it('F5 lead to the same end, with at most one more look each', async () => {
    const spared = await createHarness()
    spared.repository.commit(chain)
    await spared.run(20 * minute)

    const house = await createHarness()
    house.repository.commit(chain)
    const random = createSeededRandom(5)
    let bursts = 0
    for (let passed = 0; passed < 20 * minute; passed += 7_000) {
      await house.run(7_000)
      const keys = ['web', 'network', 'data', 'web', 'web'].map(stack)
      if (random.next() < 0.5) continue
      bursts += 1
      await house.controller.markDue(keys)
      await house.controller.markDue(keys.toReversed())
    }
    expect(bursts).toBeGreaterThan(40)
    expect(mutations(house)).toEqual(mutations(spared))
    expect(looks(house)).toBeLessThanOrEqual(looks(spared) + 3 * bursts)
    expect(await house.ready(stack('web'))).toMatch(/^True/)
  })

  it('F5 cost no look at all once there is nothing to wait for', async () => {
    const house = await createHarness()
    house.repository.commit(chain)
    await house.run(20 * minute)
    house.cloud.calls.length = 0
    for (let again = 0; again < 5; again++) {
      await house.controller.markDue(['network', 'data', 'web'].map(stack))
      await house.run(10_000)
    }
    expect(house.cloud.calls).toEqual([])
  })
})

describe('F6 every event is lost', () => {
  it('F6 a commit that nobody tells of is found within the interval', async () => {
    const house = await createHarness()
    house.repository.commit(chain)
    await house.run(20 * minute)
    house.repository.commit({ ...chain, ...stackFiles('web', { dependsOn: ['data'], description: 'new' }) })
    await house.run(3 * minute * 1.05 + 1_000)
    expect(mutations(house).slice(3)).toMatchObject([{ key: 'eu/web', call: 'deploy' }])
  })

  it('F6 a dependent that nobody wakes looks by itself', async () => {
    const clock = createVirtualClock()
    const store = createMemoryStore({ clock })
    const forgetful: Store = {
      ...store,
      put: ({ waiters: _waiters, ...record }, version) => store.put(record, version),
    }
    const house = await createHarness({ clock, store: forgetful })
    house.repository.commit(chain)
    await house.run(20 * minute)
    expect(mutations(house)).toMatchObject(applied)
    expect(await house.ready(stack('web'))).toMatch(/^True/)
  })

  it('F6 a queue that swallows every message only costs time', async () => {
    const clock = createVirtualClock()
    const hole: Queue = { send: async () => {}, receive: async () => [], done: async () => {} }
    const silent = { debug: () => {}, info: () => {}, warn: () => {} }
    const { store } = announceDue(createMemoryStore({ clock }), { queue: hole, clock, log: silent })
    const house = await createHarness({ clock, store })
    house.repository.commit(chain)
    for (let passed = 0; passed < 30 * minute; passed += minute) {
      await house.controller.runDue()
      house.clock.advance(minute)
    }
    expect(mutations(house)).toMatchObject(applied)
  })
})

/** A house over a spoilt store, and the calls that came to its cloud without being written down in the store first. */
async function strictHouse(
  faultyStore: (store: Store) => Store,
  seed: number,
): Promise<{ house: Harness; unwritten: string[] }> {
  const clock = createVirtualClock()
  const store = createMemoryStore({ clock })
  const house = await createHarness({ clock, store }, seed)
  const { target } = house.cloud
  const act = target.act.bind(target)
  const unwritten: string[] = []
  target.act = async (subject, operation, action) => {
    const stored = await store.get(stack(subject.record.name))
    const intent = stored?.record.operation
    if (intent?.token !== operation.token || intent.phase !== operation.phase)
      unwritten.push(`${action.type} ${operation.token}`)
    return act(subject, operation, action)
  }
  const ports: ControllerPorts = { ...house.ports, store: faultyStore(store) }
  Object.assign(house.controller, createController(ports))
  return { house, unwritten }
}

/** Runs on although passes fail, for a while. */
async function runThrough(house: Harness, spanMs: number): Promise<void> {
  const end = house.clock.now() + spanMs
  while (house.clock.now() < end) {
    await house.controller.runDue({ concurrency: 1 }).catch(() => undefined)
    const nextDueAt = (await house.store.nextDueAt()) ?? end
    house.clock.advanceTo(Math.max(Math.min(nextDueAt, end), house.clock.now() + 1_000))
  }
}

const stores: { name: string; spoil: (store: Store, seed: number) => Store }[] = [
  {
    name: 'F11 a throttled store: no call without a stored intent',
    spoil(store, seed) {
      const random = createSeededRandom(seed)
      const injector = createInjector(
        (index) => (index < 300 && random.next() < 0.2 ? 'fail-before' : 'none'),
        () => transient('Throttled', 'the table is throttled'),
      )
      return faulty(store, 'store', injector)
    },
  },
  {
    name: 'F12 a store whose answers are lost: our own write is no stranger’s',
    spoil(store, seed) {
      const random = createSeededRandom(seed)
      const injector = createInjector(
        (index) => (index < 300 && random.next() < 0.1 ? 'fail-after' : 'none'),
        () => transient('Unavailable', 'the answer was lost'),
      )
      return faulty(store, 'store', injector)
    },
  },
  {
    name: 'F13 a store that answers stale: compare-and-swap catches it',
    spoil(store, seed) {
      const random = createSeededRandom(seed)
      const before = new Map<string, Stored | undefined>()
      let reads = 0
      return {
        ...store,
        async get(key) {
          const fresh = await store.get(key)
          const stale = before.get(key)
          before.set(key, fresh)
          const isStale = ++reads < 300 && stale !== undefined && random.next() < 0.2
          return isStale ? stale : fresh
        },
      }
    },
  },
]
describe.each(stores)('$name', ({ spoil }) => {
  it.each([1, 2, 3, 4, 5])('and all converges with no call more (seed %i)', async (seed) => {
    const { house, unwritten } = await strictHouse((store) => spoil(store, seed), seed)
    house.repository.commit(chain)
    await runThrough(house, 4 * hour)
    expect(unwritten).toEqual([])
    expect(mutations(house)).toMatchObject(applied)
    for (const name of ['network', 'data', 'web']) expect(await house.ready(stack(name))).toMatch(/^True/)
  })
})

it('F15 a record that is too large is refused by its name; the others go on', async () => {
  const house = await createHarness()
  const policy = JSON.stringify({ Statement: [{ Sid: 'x'.repeat(400 * 1024) }] })
  house.repository.commit({
    ...stackFiles('huge', { extra: `stackPolicy: ${policy}` }),
    ...stackFiles('web'),
  })
  await house.run(20 * minute)
  expect(await house.ready(rootKustomization)).toMatch(
    /^False: stacks\/huge\.yaml:\d+:\d+: CloudFormationStack eu\/huge: the record .* has \d+ bytes/,
  )
  expect(await house.ready(stack('web'))).toMatch(/^True/)
  expect(mutations(house)).toHaveLength(1)
})

describe('F31 the deadline of a function', () => {
  const names = Array.from({ length: 20 }, (_, index) => `s${String(index).padStart(2, '0')}`)
  const many = Object.assign({}, ...names.map((name) => stackFiles(name))) as Record<string, string>

  it('F31 nothing is begun after it, and what is left stays due', async () => {
    const house = await createHarness()
    house.repository.commit(many)
    const { target } = house.cloud
    const observe = target.observe.bind(target)
    const begun: number[] = []
    target.observe = async (subject) => {
      begun.push(house.clock.now())
      house.clock.advance(7_000)
      return observe(subject)
    }
    const deadline = house.clock.now() + minute
    await house.controller.runDue({ deadline, concurrency: 1 })
    expect(begun.length).toBeGreaterThan(0)
    expect(begun.every((at) => at < deadline + 7_000 * 2)).toBe(true)
    const steps = begun.length
    await house.controller.runDue({ deadline, concurrency: 1 })
    expect(begun).toHaveLength(steps)
    const due = await house.store.due(house.clock.now(), 100)
    expect(due.length).toBeGreaterThan(10)
  })

  it('F31 the longest due comes first, so that nobody starves', async () => {
    const house = await createHarness()
    house.repository.commit(many)
    await house.controller.markDue([rootSource])
    const first = new Map<string, number>()
    for (let pass = 1; pass <= 12 && first.size < names.length; pass++) {
      await house.controller.runDue({ limit: 4, concurrency: 1 })
      for (const { key } of house.cloud.calls) if (!first.has(key)) first.set(key, pass)
      // Somebody is impatient with one of them all the time.
      await house.controller.markDue([stack('s00')], { token: `again ${pass}`, force: true })
      house.clock.advance(11_000)
    }
    expect(first.size).toBe(names.length)
  })
})

it('F39 the ref moves in the middle of a fetch: every file is of the pinned commit', async () => {
  const clock = createVirtualClock()
  const house = await createHarness({ clock })
  const versions = [1, 2, 3, 4].map((version) => stackFiles('web', { description: `of version ${version}` }))
  const commits: string[] = []
  const push = () => {
    const next = versions[commits.length]
    if (next !== undefined) commits.push(house.repository.commit(next))
  }
  push()
  // A push before every single read.
  const ports: ControllerPorts = {
    ...house.ports,
    openSource(location) {
      const source = house.ports.openSource(location)
      return {
        ...source,
        async files(commit, paths) {
          push()
          return source.files(commit, paths)
        },
      }
    },
  }
  const seen = new Map<string, string>()
  Object.assign(house.controller, createController(ports))
  for (let passed = 0; passed < 30 * minute; passed += 5_000) {
    await house.run(5_000)
    const inputs = (await house.record(stack('web')))?.inputs
    const sha256 = inputs?.files['template']?.sha256
    if (inputs === undefined || sha256 === undefined) continue
    const body = await house.ports.blobs.get(sha256)
    seen.set(inputs.revision, new TextDecoder().decode(body))
  }
  expect(seen.size).toBeGreaterThan(1)
  for (const [revision, body] of seen) {
    const version = commits.indexOf(revision.slice(-40)) + 1
    expect(body).toContain(`of version ${version}\n`)
  }
  expect(await house.ready(stack('web'))).toMatch(/^True/)
})

it('F42 a cycle is refused with its path; what has no part in it goes on', async () => {
  const house = await createHarness()
  house.repository.commit({
    ...stackFiles('a', { dependsOn: ['b'] }),
    ...stackFiles('b', { dependsOn: ['c'] }),
    ...stackFiles('c', { dependsOn: ['a'] }),
    ...stackFiles('after', { dependsOn: ['a'] }),
    ...stackFiles('web'),
  })
  await house.run(20 * minute)
  expect(await house.ready(rootKustomization)).toMatch(/eu\/a.* → .*eu\/b.* → .*eu\/c.* → .*eu\/a/)
  expect(mutations(house)).toMatchObject([{ key: 'eu/web' }])
  expect((await house.store.list('CloudFormationStack/')).map(({ record }) => record.name)).toEqual(['web'])
})
