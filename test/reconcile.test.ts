import { describe, expect, it } from 'vitest'
import { transient, stalled } from '../src/api/errors.ts'
import { editRecord } from '../src/reconcile/step.ts'
import { createHarness, rootKustomization, rootSource, stackFiles } from './support/harness.ts'
import type { Harness } from './support/harness.ts'

const minute = 60_000
const hour = 60 * minute
const stack = (name: string) => `CloudFormationStack/eu/${name}`
const deploys = ({ cloud }: Harness) =>
  cloud.calls.filter(({ call }) => call === 'deploy').map(({ key }) => key)

describe('a first rollout', () => {
  it('creates what is declared, dependencies first, and says so', async () => {
    const house = await createHarness()
    house.repository.commit({ ...stackFiles('network'), ...stackFiles('web', { dependsOn: ['network'] }) })
    await house.run(5 * minute)

    expect(deploys(house)).toEqual(['eu/network', 'eu/web'])
    expect(await house.ready(stack('web'))).toMatch(/^True/)
    expect(await house.ready(rootKustomization)).toBe('True: applied 2 objects')
    expect(await house.reasons(stack('web'))).toEqual(['Progressing', 'ReconciliationSucceeded'])
  })

  it('starts a dependent the moment its dependency is Ready', async () => {
    const house = await createHarness()
    house.repository.commit({ ...stackFiles('network'), ...stackFiles('web', { dependsOn: ['network'] }) })
    await house.run(5 * minute)
    const network = await house.record(stack('network'))
    const web = await house.record(stack('web'))
    expect(web?.status.history?.[0]?.startedAt).toBe(network?.status.history?.[0]?.finishedAt)
  })

  it('F42 a failed dependency holds its dependents, which say on what they wait', async () => {
    const house = await createHarness()
    house.cloud.failing.add('eu/network')
    house.repository.commit({ ...stackFiles('network'), ...stackFiles('web', { dependsOn: ['network'] }) })
    await house.run(10 * minute)
    expect(deploys(house)).toEqual(['eu/network'])
    expect(await house.ready(stack('web'))).toMatch(
      /^False: waiting for CloudFormationStack eu\/network \(not Ready: rolled back/,
    )
    expect((await house.record(stack('web')))?.status.blockedBy).toEqual([stack('network')])
  })
})

describe('what a new revision costs', () => {
  it('nothing in the cloud where the inputs are the same', async () => {
    const house = await createHarness()
    house.repository.commit({ ...stackFiles('a'), ...stackFiles('b') })
    await house.run(5 * minute)
    house.cloud.calls.length = 0
    const second = house.repository.commit({ ...stackFiles('a'), ...stackFiles('b'), 'README.md': 'words' })
    await house.run(5 * minute)
    expect(house.cloud.calls).toEqual([])
    expect((await house.record(stack('a')))?.status.lastAppliedRevision).toBe(`main@sha1:${second}`)
    expect(await house.ready(stack('a'))).toMatch(/^True: no changes since main@sha1:/)
  })

  it('one stack where one changed', async () => {
    const house = await createHarness()
    house.repository.commit({ ...stackFiles('a'), ...stackFiles('b') })
    await house.run(5 * minute)
    house.cloud.calls.length = 0
    house.repository.commit({ ...stackFiles('a'), ...stackFiles('b', { description: 'new' }) })
    await house.run(5 * minute)
    expect(new Set(house.cloud.calls.map(({ key }) => key))).toEqual(new Set(['eu/b']))
  })

  it('an idle pass is at most two writes for the source and none else', async () => {
    const house = await createHarness()
    house.repository.commit(stackFiles('a'))
    await house.run(5 * minute)
    const before = await house.store.list('')
    await house.run(minute)
    const after = await house.store.list('')
    const changed = after.filter(
      ({ record, version }) =>
        before.find((old) => old.record.name === record.name && old.record.kind === record.kind)?.version !==
        version,
    )
    expect(changed.map(({ record }) => record.kind)).toEqual(['GitRepository'])
    const written = changed[0]?.version ?? 0
    const old = before.find(({ record }) => record.kind === 'GitRepository')?.version ?? 0
    expect(written - old).toBeLessThanOrEqual(4)
  })
})

describe('a failed deployment', () => {
  it('is not tried again until its inputs change', async () => {
    const house = await createHarness()
    house.cloud.failing.add('eu/a')
    house.repository.commit(stackFiles('a'))
    await house.run(2 * hour)
    expect(deploys(house)).toEqual(['eu/a'])
    house.cloud.failing.clear()
    house.repository.commit(stackFiles('a', { description: 'mended' }))
    await house.run(10 * minute)
    expect(deploys(house)).toEqual(['eu/a', 'eu/a'])
    expect(await house.ready(stack('a'))).toMatch(/^True/)
  })

  it('is tried again when a person forces it, once', async () => {
    const house = await createHarness()
    house.cloud.failing.add('eu/a')
    house.repository.commit(stackFiles('a'))
    await house.run(10 * minute)
    await house.controller.markDue([stack('a')], { token: 'now', force: true })
    await house.run(hour)
    expect(deploys(house)).toEqual(['eu/a', 'eu/a'])
    expect((await house.record(stack('a')))?.status.lastHandledReconcileAt).toBe('now')
  })

  it('is tried again after retryInterval where the spec says so', async () => {
    const house = await createHarness()
    house.cloud.failing.add('eu/a')
    house.repository.commit(stackFiles('a', { extra: 'retryInterval: 20m' }))
    await house.run(50 * minute)
    expect(deploys(house).length).toBe(3)
  })
})

describe('a source that cannot be read', () => {
  const cases = [
    {
      name: 'F37 refused',
      error: stalled('AuthenticationFailed', 'the server answered 401'),
      want: /^False: the server answered 401/,
    },
    {
      name: 'F37 gone',
      error: stalled('RepositoryNotFound', 'no such repository'),
      want: /^False: no such repository/,
    },
    {
      name: 'F33 hanging',
      error: transient('Timeout', 'no answer within 60s'),
      want: /^False: no answer within 60s/,
    },
  ]
  it.each(cases)('$name keeps the last good state and removes nothing', async ({ error, want }) => {
    const house = await createHarness()
    house.repository.commit(stackFiles('a', { extra: 'deletionPolicy: Delete' }))
    await house.run(5 * minute)
    house.repository.breakWith(error)
    await house.run(hour)
    expect(await house.ready(rootSource)).toMatch(want)
    expect(house.cloud.stacks.has('eu/a')).toBe(true)
    expect(await house.ready(stack('a'))).toMatch(/^True/)
  })

  it('F38 a path that is gone in a good commit holds everything', async () => {
    const house = await createHarness()
    house.repository.commit({ 'README.md': 'root', ...stackFiles('a', { extra: 'deletionPolicy: Delete' }) })
    await editRecord(house.ports, rootKustomization, (record) => ({
      ...record,
      spec: { ...record.spec, path: './stacks' },
    }))
    await house.run(5 * minute)
    house.repository.commit({ 'README.md': 'root' })
    await house.run(hour)
    expect(await house.ready(rootKustomization)).toMatch(/^False: path "\.\/stacks" does not exist/)
    expect(house.cloud.stacks.has('eu/a')).toBe(true)
  })
})

describe('what leaves git', () => {
  it('is forgotten and stays in the cloud by default', async () => {
    const house = await createHarness()
    house.repository.commit({ ...stackFiles('a'), ...stackFiles('b') })
    await house.run(5 * minute)
    house.repository.commit(stackFiles('b'))
    await house.run(5 * minute)
    expect(await house.record(stack('a'))).toBeUndefined()
    expect(house.cloud.stacks.has('eu/a')).toBe(true)
    expect((await house.reasons(stack('a'))).at(-1)).toBe('Orphaned')
  })

  it('is deleted in reverse dependency order where the policy says so', async () => {
    const house = await createHarness()
    const extra = 'deletionPolicy: Delete'
    house.repository.commit({
      ...stackFiles('a', { extra }),
      ...stackFiles('b', { extra, dependsOn: ['a'] }),
      ...stackFiles('c'),
    })
    await house.run(5 * minute)
    house.repository.commit(stackFiles('c'))
    await house.run(10 * minute)
    const deleted = house.cloud.calls.filter(({ call }) => call === 'delete').map(({ key }) => key)
    expect(deleted).toEqual(['eu/b', 'eu/a'])
    expect(await house.record(stack('a'))).toBeUndefined()
  })

  it('a broken revision removes nothing', async () => {
    const house = await createHarness()
    const extra = 'deletionPolicy: Delete'
    house.repository.commit({ ...stackFiles('a', { extra }), ...stackFiles('b') })
    await house.run(5 * minute)
    house.repository.commit({ ...stackFiles('b', { extra: 'nonsense: 1' }) })
    await house.run(hour)
    expect(house.cloud.stacks.has('eu/a')).toBe(true)
    expect(await house.ready(rootKustomization)).toMatch(/^False: stacks\/b\.yaml:\d+:\d+: .*nonsense/)
  })

  it('more than a quarter at once is held until a person confirms', async () => {
    const house = await createHarness()
    const extra = 'deletionPolicy: Delete'
    const names = ['a', 'b', 'c', 'd', 'e', 'f']
    house.repository.commit(Object.assign({}, ...names.map((name) => stackFiles(name, { extra }))))
    await house.run(5 * minute)
    house.repository.commit(
      Object.assign({}, ...names.slice(0, 2).map((name) => stackFiles(name, { extra }))),
    )
    await house.run(hour)
    expect(await house.ready(rootKustomization)).toMatch(
      /^False: held: 4 of 6 objects would be removed \(limit 3\); headwater approve/,
    )
    expect(house.cloud.stacks.size).toBe(6)

    const token = (await house.record(rootKustomization))?.status.held?.token ?? ''
    await editRecord(house.ports, rootKustomization, (record) => ({
      ...record,
      approval: { token, by: 'ana', at: 0 },
      dueAt: house.clock.now(),
    }))
    await house.run(10 * minute)
    expect([...house.cloud.stacks.keys()].toSorted()).toEqual(['eu/a', 'eu/b'])
  })

  it('a suspended object is orphaned, never deleted', async () => {
    const house = await createHarness()
    house.repository.commit({ ...stackFiles('a', { extra: 'deletionPolicy: Delete' }), ...stackFiles('b') })
    await house.run(5 * minute)
    await editRecord(house.ports, stack('a'), (record) => ({ ...record, suspension: { by: 'ana', at: 0 } }))
    house.repository.commit(stackFiles('b'))
    await house.run(10 * minute)
    expect(house.cloud.stacks.has('eu/a')).toBe(true)
    expect(await house.record(stack('a'))).toBeUndefined()
  })
})

describe('several hands', () => {
  it('F3 a lost answer is not a failure: the operation is found and not repeated', async () => {
    const house = await createHarness()
    house.repository.commit(stackFiles('a'))
    house.cloud.loseNextAnswer()
    await house.run(10 * minute)
    expect(deploys(house)).toEqual(['eu/a'])
    expect(await house.ready(stack('a'))).toMatch(/^True/)
  })

  it('F7 two passes at once make no call twice', async () => {
    const house = await createHarness()
    house.repository.commit({ ...stackFiles('a'), ...stackFiles('b'), ...stackFiles('c') })
    for (let round = 0; round < 40; round++) {
      await Promise.all([house.controller.runDue(), house.controller.runDue(), house.controller.runDue()])
      house.clock.advance(5_000)
    }
    expect(deploys(house).toSorted()).toEqual(['eu/a', 'eu/b', 'eu/c'])
  })

  it('a request that arrives in mid-run is kept', async () => {
    const house = await createHarness()
    house.repository.commit(stackFiles('a'))
    await house.run(10_000)
    const { target } = house.cloud
    const observe = target.observe.bind(target)
    target.observe = async (subject) => {
      target.observe = observe
      await house.controller.markDue([stack('a')], { token: 'mid-run' })
      return target.observe(subject)
    }
    await house.run(10 * minute)
    expect((await house.record(stack('a')))?.status.lastHandledReconcileAt).toBe('mid-run')
    expect(deploys(house)).toEqual(['eu/a'])
  })

  it('a suspended object gets no new work, and goes on where it was when resumed', async () => {
    const house = await createHarness()
    house.repository.commit(stackFiles('a'))
    await house.run(5 * minute)
    await editRecord(house.ports, stack('a'), (record) => ({
      ...record,
      suspension: { by: 'ana', reason: 'migration', at: 0 },
    }))
    house.repository.commit(stackFiles('a', { description: 'new' }))
    await house.run(hour)
    expect(deploys(house)).toEqual(['eu/a'])
    expect(await house.ready(stack('a'))).toBe('True: suspended by ana: "migration"')
    await editRecord(house.ports, stack('a'), ({ suspension: _over, ...record }) => ({
      ...record,
      dueAt: house.clock.now(),
    }))
    await house.run(5 * minute)
    expect(deploys(house)).toEqual(['eu/a', 'eu/a'])
  })
})

describe('a look that is refused for good', () => {
  it('keeps the operation in flight: it is found again once looking is allowed', async () => {
    const house = await createHarness()
    house.repository.commit(stackFiles('a'))
    await house.run(5_000)
    const { target } = house.cloud
    const observe = target.observe.bind(target)
    target.observe = () => Promise.reject(stalled('RegionMissing', 'no region is known'))
    await house.run(5 * minute)
    expect(await house.ready(stack('a'))).toBe('False: no region is known')
    expect((await house.record(stack('a')))?.operation?.id).toBe('op-1')
    target.observe = observe
    await house.run(20 * minute)
    expect(await house.ready(stack('a'))).toMatch(/^True/)
    expect(deploys(house)).toEqual(['eu/a'])
  })
})
