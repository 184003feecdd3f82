import { describe, expect, it } from 'vitest'
import { editRecord } from '../src/reconcile/step.ts'
import { declare } from '../src/reconcile/declare.ts'
import { kustomizationSpec } from '../src/api/kinds/kustomization.ts'
import { createHarness, rootKustomization, stackFiles } from './support/harness.ts'
import type { Harness } from './support/harness.ts'

const minute = 60_000
const hour = 60 * minute
const extra = 'deletionPolicy: Delete'
const stack = (name: string) => `CloudFormationStack/eu/${name}`
const deletions = ({ cloud }: Harness) =>
  cloud.calls.filter(({ call }) => call === 'delete').map(({ key }) => key)

/** Does something once, in the middle of the next look at the cloud that finds an object's stack gone. */
function onceGone(house: Harness, name: string, deed: () => Promise<void>): void {
  const { target } = house.cloud
  const observe = target.observe.bind(target)
  target.observe = async (subject) => {
    const seen = await observe(subject)
    if (subject.record.name === name && seen === undefined && subject.wish === 'absent') {
      target.observe = observe
      await deed()
    }
    return seen
  }
}

describe('a document that comes back while its stack is being deleted', () => {
  it('is not lost when that is the very moment in which the stack is gone', async () => {
    const house = await createHarness()
    house.repository.commit({ ...stackFiles('a', { extra }), ...stackFiles('b') })
    await house.run(5 * minute)
    const { spec, owner, origin, inputs } = (await house.record(stack('a'))) ?? {}
    if (!spec || !owner || !origin || !inputs) throw new Error('no record')
    onceGone(house, 'a', async () => {
      const declaration = { kind: 'CloudFormationStack', namespace: 'eu', name: 'a' }
      await declare(house.ports, { ...declaration, spec, owner, origin, inputs })
    })
    house.repository.commit(stackFiles('b'))
    await house.run(hour)
    expect(deletions(house)).toEqual(['eu/a'])
    expect(await house.ready(stack('a'))).toMatch(/^True/)
    expect(house.cloud.stacks.has('eu/a')).toBe(true)
  })

  it('is not lost when it is a Kustomization', async () => {
    const house = await createHarness()
    house.repository.commit(stackFiles('a'))
    await house.run(5 * minute)
    const child = { kind: 'Kustomization', namespace: 'eu', name: 'child' }
    const key = 'Kustomization/eu/child'
    const sourceRef = { name: 'headwater-system', namespace: 'headwater-system' }
    const declaration = {
      ...child,
      spec: kustomizationSpec.parse({ sourceRef, path: './none', prune: true }),
      owner: rootKustomization,
    }
    await declare(house.ports, declaration)
    const deletion = { requestedAt: house.clock.now(), revision: '', after: [] }
    await editRecord(house.ports, key, (record) => ({
      ...record,
      status: { ...record.status, inventory: [stack('x')] },
      deletion,
    }))
    const get = house.store.get.bind(house.store)
    house.store.get = async (asked) => {
      if (asked === stack('x')) {
        house.store.get = get
        await declare(house.ports, declaration)
      }
      return get(asked)
    }
    await house.run(10 * minute)
    expect((await house.record(key))?.deletion).toBeUndefined()
    expect(await house.ready(key)).toMatch(/^False: path/)
  })
})

describe('a stack whose document is renamed', () => {
  it('is not deleted: another document claims it by now', async () => {
    const house = await createHarness()
    const named = `${extra}\n  stackName: shop`
    house.repository.commit({ ...stackFiles('old', { extra: named }), ...stackFiles('b') })
    await house.run(5 * minute)
    house.repository.commit({ ...stackFiles('new', { extra: named }), ...stackFiles('b') })
    await house.run(hour)
    expect(deletions(house)).toEqual([])
    expect(await house.record(stack('old'))).toBeUndefined()
    const events = await house.store.events({ key: stack('old') })
    expect(events[0]?.reason).toBe('Orphaned')
    expect(events[0]?.message).toContain('CloudFormationStack eu/new')
  })
})

describe('what is on its way out already', () => {
  it('goes before what it depends on, although that leaves with a later revision', async () => {
    const house = await createHarness()
    house.repository.commit({
      ...stackFiles('network', { extra }),
      ...stackFiles('web', { extra, dependsOn: ['network'] }),
      ...stackFiles('c'),
    })
    await house.run(10 * minute)
    const web = house.cloud.stacks.get('eu/web')
    if (web) web.readyAt = house.clock.now() + 30 * minute
    house.repository.commit({ ...stackFiles('network', { extra }), ...stackFiles('c') })
    await house.run(5 * minute)
    house.repository.commit(stackFiles('c'))
    await house.run(hour)
    expect(deletions(house)).toEqual(['eu/web', 'eu/network'])
  })
})

describe('an approval', () => {
  const names = ['a', 'b', 'c', 'd', 'e', 'f']
  const all = Object.assign({}, ...names.map((name) => stackFiles(name, { extra }))) as Record<string, string>
  const two = Object.assign({}, ...names.slice(0, 2).map((name) => stackFiles(name, { extra }))) as Record<
    string,
    string
  >

  it('is for once: the same set leaving again is held again', async () => {
    const house = await createHarness()
    house.repository.commit(all)
    await house.run(5 * minute)
    house.repository.commit(two)
    await house.run(10 * minute)
    const token = (await house.record(rootKustomization))?.status.held?.token ?? ''
    await editRecord(house.ports, rootKustomization, (record) => ({
      ...record,
      approval: { token, by: 'ana', at: 0 },
      dueAt: house.clock.now(),
    }))
    await house.run(10 * minute)
    expect(house.cloud.stacks.size).toBe(2)
    house.repository.commit(all)
    await house.run(10 * minute)
    expect(house.cloud.stacks.size).toBe(6)
    house.repository.commit(two)
    await house.run(hour)
    expect(house.cloud.stacks.size).toBe(6)
    expect(await house.ready(rootKustomization)).toMatch(/^False: held: 4 of 6/)
  })

  it('of a set that was shown holds over a new commit with the same set', async () => {
    const house = await createHarness()
    house.repository.commit(all)
    await house.run(5 * minute)
    house.repository.commit(two)
    await house.run(10 * minute)
    const token = (await house.record(rootKustomization))?.status.held?.token ?? ''
    house.repository.commit({ ...two, 'README.md': 'words' })
    await house.run(10 * minute)
    await editRecord(house.ports, rootKustomization, (record) => ({
      ...record,
      approval: { token, by: 'ana', at: 0 },
      dueAt: house.clock.now(),
    }))
    await house.run(10 * minute)
    expect(house.cloud.stacks.size).toBe(2)
  })

  it('is short, however many objects leave', async () => {
    const house = await createHarness()
    house.repository.commit(all)
    await house.run(5 * minute)
    house.repository.commit(two)
    await house.run(10 * minute)
    expect((await house.record(rootKustomization))?.status.held?.token).toMatch(/^[0-9a-f]{64}$/)
  })
})

describe('a document that moves to another Kustomization', () => {
  /** Two folders, a Kustomization each; the root declares both. */
  const folders = (left: Record<string, string>, right: Record<string, string>, order: string[] = []) => {
    const kustomization = (name: string, needs: string[]) => `apiVersion: headwater.dev/v1alpha1
kind: Kustomization
metadata: {name: ${name}, namespace: eu}
spec:
  sourceRef: {name: headwater-system, namespace: headwater-system}
  path: ./${name}
  dependsOn: [${needs.map((need) => `{name: ${need}}`).join(', ')}]
`
    const below = (folder: string, files: Record<string, string>) =>
      Object.fromEntries(Object.entries(files).map(([file, text]) => [`${folder}/${file}`, text]))
    return {
      'clusters/left.yaml': kustomization('left', []),
      'clusters/right.yaml': kustomization('right', order),
      ...below('left', left),
      ...below('right', right),
    }
  }
  const cases = [
    { name: 'that is looked at side by side', order: [] },
    { name: 'that depends on the one it leaves', order: ['left'] },
  ]
  it.each(cases)('$name keeps its stack', async ({ order }) => {
    const house = await createHarness()
    await editRecord(house.ports, rootKustomization, (record) => ({
      ...record,
      spec: { ...record.spec, path: './clusters' },
    }))
    const [a, b, c] = ['a', 'b', 'c'].map((name) => stackFiles(name, { extra })) as [
      Record<string, string>,
      Record<string, string>,
      Record<string, string>,
    ]
    house.repository.commit(folders({ ...a, ...b }, c, order))
    await house.run(10 * minute)
    expect([...house.cloud.stacks.keys()].toSorted()).toEqual(['eu/a', 'eu/b', 'eu/c'])

    house.repository.commit(folders(a, { ...b, ...c }, order))
    await house.run(hour)
    expect(deletions(house)).toEqual([])
    expect((await house.record(stack('b')))?.owner).toBe('Kustomization/eu/right')
    expect(await house.ready(stack('b'))).toMatch(/^True/)
    expect(await house.ready('Kustomization/eu/right')).toBe('True: applied 2 objects')

    house.repository.commit(folders(a, c, order))
    await house.run(hour)
    expect(deletions(house)).toEqual(['eu/b'])
  })
})
