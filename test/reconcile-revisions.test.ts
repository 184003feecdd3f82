import { describe, expect, it } from 'vitest'
import { transient } from '../src/api/errors.ts'
import { editRecord } from '../src/reconcile/step.ts'
import {
  createHarness,
  createMapBlobs,
  rootKustomization,
  rootSource,
  stackFiles,
} from './support/harness.ts'
import type { Harness } from './support/harness.ts'
import { createSandboxFleet } from './support/sandbox-fleet.ts'
import { virtualStart } from './support/virtual-clock.ts'

const minute = 60_000
const hour = 60 * minute
const stack = (name: string) => `CloudFormationStack/eu/${name}`

/** What a changed setting does: another spec of the same revision. */
async function changePath(house: Harness, path: string): Promise<void> {
  await editRecord(house.ports, rootKustomization, (record) => ({
    ...record,
    spec: { ...record.spec, path },
    generation: record.generation + 1,
    dueAt: house.clock.now(),
  }))
}

describe('a Kustomization whose spec changes while the revision stays', () => {
  const moved = Object.fromEntries(
    Object.entries(stackFiles('b')).map(([path, text]) => [path.replace('stacks/', 'more/'), text]),
  )

  it('is applied although the first try met a failure that passes', async () => {
    const house = await createHarness()
    house.repository.commit({ ...stackFiles('a'), ...moved })
    await changePath(house, './stacks')
    await house.run(5 * minute)
    house.repository.breakWith(transient('Timeout', 'no answer within 60s'))
    await changePath(house, './')
    await house.run(10_000)
    house.repository.breakWith(undefined)
    await house.run(2 * hour)
    expect(await house.ready(rootKustomization)).toBe('True: applied 2 objects')
    expect(await house.ready(stack('b'))).toMatch(/^True/)
  })

  it('is applied when it was suspended meanwhile', async () => {
    const house = await createHarness()
    house.repository.commit({ ...stackFiles('a'), ...moved })
    await changePath(house, './stacks')
    await house.run(5 * minute)
    const suspension = { by: 'ana', at: house.clock.now(), until: house.clock.now() + hour }
    await editRecord(house.ports, rootKustomization, (record) => ({ ...record, suspension }))
    await changePath(house, './')
    await house.run(2 * hour)
    expect(await house.ready(stack('b'))).toMatch(/^True/)
  })

  it('is applied when the store was throttled at the first try', async () => {
    const house = await createHarness()
    house.repository.commit({ ...stackFiles('a'), ...moved })
    await changePath(house, './stacks')
    await house.run(5 * minute)
    const list = house.store.list.bind(house.store)
    house.store.list = (prefix) => {
      house.store.list = list
      throw transient('Throttled', `too many reads of "${prefix}"`)
    }
    await changePath(house, './')
    await house.run(2 * hour)
    expect(await house.ready(stack('b'))).toMatch(/^True/)
  })
})

describe('a branch that is put back to the revision applied last', () => {
  it('undoes what a partly broken revision brought', async () => {
    const house = await createHarness()
    house.repository.commit({ ...stackFiles('a'), ...stackFiles('b') })
    await house.run(10 * minute)
    const good = (await house.record(rootSource))?.status.artifact?.revision ?? ''
    const goodDigest = (await house.record(stack('a')))?.status.lastAppliedDigest
    house.repository.commit({
      ...stackFiles('a', { description: 'unwanted' }),
      ...stackFiles('b', { extra: 'nonsense: 1' }),
    })
    await house.run(10 * minute)
    expect((await house.record(stack('a')))?.status.lastAppliedDigest).not.toBe(goodDigest)

    house.repository.reset(good.slice(good.indexOf(':') + 1))
    await house.run(hour)
    expect((await house.record(stack('a')))?.status.lastAppliedDigest).toBe(goodDigest)
    expect(await house.ready(rootKustomization)).toBe('True: applied 2 objects')
  })
})

it('a Kustomization is Ready again once what it waited for is, although its revision is applied', async () => {
  const house = await createHarness()
  house.repository.commit(stackFiles('a'))
  await house.run(10 * minute)
  const source = await house.store.get(rootSource)
  if (source === undefined) throw new Error('no source')
  await house.store.delete(rootSource, source.version)
  await house.run(hour)
  expect(await house.ready(rootKustomization)).toMatch(/^False: waiting for GitRepository/)
  await house.store.put({ ...source.record, dueAt: house.clock.now() }, 0)
  await house.run(hour)
  expect(await house.ready(rootKustomization)).toBe('True: applied 1 object')
})

describe('a declaration that changes without new inputs', () => {
  it('is observed where these inputs failed before', async () => {
    const house = await createHarness()
    house.cloud.failing.add('eu/a')
    house.repository.commit(stackFiles('a'))
    await house.run(10 * minute)
    house.repository.commit(stackFiles('a', { extra: 'interval: 7m' }))
    await house.run(10 * minute)
    const record = await house.record(stack('a'))
    expect(record?.generation).toBe(2)
    expect(record?.status.observedGeneration).toBe(2)
  })

  it('is observed when all that comes of it is a look for drift', async () => {
    const fleet = await createSandboxFleet()
    fleet.repository.commit(stackFiles('a'))
    await fleet.run(20 * minute)
    fleet.repository.commit(stackFiles('a', { extra: 'drift: report\n  driftInterval: 10m' }))
    await fleet.run(20 * minute)
    await fleet.close()
    const record = await fleet.record(stack('a'))
    expect(record?.status.drift?.checkedAt).toBeGreaterThan(virtualStart + 20 * minute)
    expect(record?.generation).toBe(2)
    expect(record?.status.observedGeneration).toBe(2)
  })
})

describe('a first revision of many objects', () => {
  it('has its bodies stored several at a time, so that it fits into one lease', async () => {
    const blobs = createMapBlobs()
    let atOnce = 0
    let most = 0
    const house = await createHarness({
      blobs: {
        ...blobs,
        async put(bytes) {
          most = Math.max(most, ++atOnce)
          await new Promise((resolve) => setImmediate(resolve))
          atOnce -= 1
          return blobs.put(bytes)
        },
      },
    })
    const names = Array.from({ length: 40 }, (_, index) => `s${index}`)
    house.repository.commit(
      Object.assign({}, ...names.map((name) => stackFiles(name))) as Record<string, string>,
    )
    await house.run(10 * minute)
    expect(await house.ready(rootKustomization)).toBe('True: applied 40 objects')
    expect(most).toBeGreaterThan(4)
    expect(most).toBeLessThanOrEqual(16)
  })
})

it('a label that is taken off a document leaves its record', async () => {
  const house = await createHarness()
  const files = stackFiles('a')
  const labelled = Object.fromEntries(
    Object.entries(files).map(([path, text]) => [
      path,
      text.replace('namespace: eu}', 'namespace: eu, labels: {team: web}}'),
    ]),
  )
  house.repository.commit(labelled)
  await house.run(5 * minute)
  expect((await house.record(stack('a')))?.labels).toEqual({ team: 'web' })
  house.repository.commit(files)
  await house.run(5 * minute)
  expect((await house.record(stack('a')))?.labels).toBeUndefined()
})
