import { describe, expect, test } from 'vitest'
import { gitRepositorySpec } from '../src/api/kinds/git-repository.ts'
import { declare } from '../src/reconcile/declare.ts'
import type { SkippedEntry } from '../src/source/source.ts'
import { createHarness, rootKustomization, rootSource, stackFiles, type Harness } from './support/harness.ts'

const minute = 60_000

async function follow(house: Harness, ignore: string | undefined): Promise<void> {
  const spec = {
    url: 'https://git.example/fleet.git',
    interval: '3m',
    ...(ignore === undefined ? {} : { ignore }),
  }
  await declare(house.ports, {
    kind: 'GitRepository',
    namespace: 'headwater-system',
    name: 'headwater-system',
    spec: gitRepositorySpec.parse(spec),
  })
}

describe('spec.ignore', () => {
  test('another one: the same revision is read anew, and settles', async () => {
    const house = await createHarness()
    house.repository.commit({ ...stackFiles('web'), ...stackFiles('db') })
    await follow(house, 'db.yaml')
    await house.run(10 * minute)
    expect([...house.cloud.stacks.keys()]).toEqual(['eu/web'])

    await follow(house, undefined)
    await house.run(2 * minute)
    expect([...house.cloud.stacks.keys()].toSorted()).toEqual(['eu/db', 'eu/web'])
    const reads = house.repository.reads()
    await house.run(60 * minute)
    expect(house.repository.reads()).toBe(reads)

    await follow(house, '*.nothing')
    await house.run(2 * minute)
    expect(house.repository.reads()).toBeGreaterThan(reads)
    expect((await house.record(rootSource))?.status.artifact?.ignoreDigest).toMatch(/^[0-9a-f]{16}$/)
    expect(await house.ready(rootKustomization)).toBe('True: applied 2 objects')
  })

  test('F1 whoever dies before the readers are told is followed by one who tells them', async () => {
    const house = await createHarness()
    house.repository.commit({ ...stackFiles('web'), ...stackFiles('db') })
    await follow(house, 'db.yaml')
    await house.run(10 * minute)
    const digest = async () => (await house.record(rootSource))?.status.artifact?.ignoreDigest
    const before = await digest()
    /** What counts as handed on while the readers are looked up. */
    const handedOn: unknown[] = []
    const { store } = house.ports
    const list = store.list.bind(store)
    store.list = async (prefix) => {
      if (prefix === 'Kustomization/') handedOn.push(await digest())
      return list(prefix)
    }
    await follow(house, '*.nothing')
    await house.run(2 * minute)
    expect(handedOn[0]).toBe(before)
    expect(await digest()).not.toBe(before)
  })

  test('a template that is left out is told as that', async () => {
    const house = await createHarness()
    house.repository.commit(stackFiles('web'))
    house.repository.skip([{ path: 'stacks/web.cfn.yaml', what: 'ignored' }])
    await follow(house, '*.cfn.yaml')
    await house.run(10 * minute)
    expect(await house.ready(rootKustomization)).toContain(
      'stacks/web.cfn.yaml is left out by spec.ignore or a .sourceignore; take it back there, or name another file',
    )
    expect(await house.reasons(rootKustomization)).not.toContain('EntriesSkipped')
  })
})

test('F38 rules that leave out all of the path hold everything', async () => {
  const house = await createHarness()
  house.repository.commit(stackFiles('web'))
  await house.run(10 * minute)
  await follow(house, '*')
  await house.run(10 * minute)
  expect(await house.ready(rootKustomization)).toMatch(
    /^False: path "\.\/" .* nothing was applied or removed$/,
  )
  expect([...house.cloud.stacks.keys()]).toEqual(['eu/web'])
})

describe('entries that are not read', () => {
  const events = async (house: Harness) =>
    (await house.store.events({ key: rootKustomization })).filter(({ reason }) => reason === 'EntriesSkipped')

  test('S8 are told once a revision, with their names escaped', async () => {
    const house = await createHarness()
    house.repository.commit(stackFiles('web'))
    house.repository.skip([
      { path: 'modules/net', what: 'submodule' },
      { path: 'a\u001b[31m"b\n', what: 'link', why: 'it leads nowhere' },
    ])
    await house.run(60 * minute)
    const [event, ...others] = await events(house)
    expect(others).toEqual([])
    expect(event?.type).toBe('Normal')
    expect(event?.message).toMatch(/^not read of main@sha1:[0-9a-f]{40}: /)
    expect(event?.message).toContain('"modules/net": a submodule, of which nothing is read')
    expect(event?.message).toContain(
      String.raw`"a\u001b[31m\"b\n": a symbolic link that is not followed: it leads nowhere`,
    )
    house.repository.commit(stackFiles('web', { description: 'next' }))
    await house.run(60 * minute)
    expect(await events(house)).toHaveLength(2)
  })

  test('are named up to a number', async () => {
    const house = await createHarness()
    house.repository.commit(stackFiles('web'))
    const many = Array.from({ length: 3000 }, (_, count): SkippedEntry => ({
      path: `m/${count}`,
      what: 'submodule',
    }))
    house.repository.skip(many)
    await house.run(10 * minute)
    const [event] = await events(house)
    expect(event?.message).toContain('(and 990 or more other entries that are not read)')
    expect(event?.message.length).toBeLessThan(2000)
  })
})
