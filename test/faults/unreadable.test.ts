import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it, onTestFinished } from 'vitest'
import { recordSchema } from '../../src/api/record.ts'
import { createSqliteStore } from '../../src/store/sqlite.ts'
import { headwater } from '../cli/test-io.ts'
import { createHarness, rootKustomization, stackFiles } from '../support/harness.ts'
import type { Harness } from '../support/harness.ts'
import { createVirtualClock } from '../support/virtual-clock.ts'

const minute = 60_000
const stack = (name: string) => `CloudFormationStack/eu/${name}`
const extra = 'deletionPolicy: Delete'
const names = ['a', 'b', 'c', 'd', 'e']
const files = (changed: Record<string, string> = {}, without: string[] = []) =>
  Object.assign(
    {},
    ...names
      .filter((name) => !without.includes(name))
      .map((name) => stackFiles(name, { extra, description: changed[name] ?? name })),
  ) as Record<string, string>

/** A house over a file, and a hand that reaches past the driver into it. */
async function spoiltHouse(
  spoil: (body: string) => string,
): Promise<{ house: Harness; file: string; body: () => string }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'headwater-unreadable-'))
  const file = path.join(folder, 'state.db')
  const clock = createVirtualClock()
  const store = await createSqliteStore({ file, clock })
  onTestFinished(async () => {
    await store.close()
    await rm(folder, { recursive: true })
  })
  const house = await createHarness({ clock, store })
  house.repository.commit(files())
  await house.run(10 * minute)
  const past = <Answer>(use: (db: DatabaseSync) => Answer): Answer => {
    const db = new DatabaseSync(file)
    try {
      return use(db)
    } finally {
      db.close()
    }
  }
  const body = () =>
    past((db) => String(db.prepare('SELECT body FROM records WHERE key = ?').get(stack('a'))?.['body']))
  const spoilt = spoil(body())
  past((db) => db.prepare('UPDATE records SET body = ? WHERE key = ?').run(spoilt, stack('a')))
  house.cloud.calls.length = 0
  return { house, file, body }
}

const touched = ({ cloud }: Harness) =>
  cloud.calls.filter(({ call }) => call !== 'observe').map(({ key, call }) => `${call} ${key}`)

const bodies = [
  { name: 'cut off', spoil: (body: string) => body.slice(0, -20) },
  {
    name: 'of a newer schema',
    spoil: (body: string) => body.replace(/"schema":\d+/, `"schema":${recordSchema + 1}`),
  },
]
describe.each(bodies)('F17 a record $name', ({ spoil }) => {
  it('F17 stops its own object, which is said; a new revision reaches all others', async () => {
    const { house, body } = await spoiltHouse(spoil)
    const before = body()
    house.repository.commit(files({ a: 'new', b: 'new' }))
    await house.run(30 * minute)
    expect(touched(house)).toEqual(['deploy eu/b'])
    expect(await house.ready(rootKustomization)).toMatch(
      /^False: stacks\/a\.yaml:1:1: .*eu\/a cannot be read/,
    )
    expect(body()).toBe(before)
    expect((await house.store.unreadable('')).map(({ key }) => key)).toEqual([stack('a')])
  })

  it('F17 keeps its stack when its document leaves; the others leave', async () => {
    const { house, body } = await spoiltHouse(spoil)
    const before = body()
    house.repository.commit(files({}, ['a', 'b']))
    await house.run(30 * minute)
    expect(touched(house)).toEqual(['delete eu/b'])
    expect(body()).toBe(before)
    expect(house.cloud.stacks.has('eu/a')).toBe(true)
    expect(await house.ready(rootKustomization)).toMatch(/eu\/a cannot be read/)
  })

  it('F17 goes on once the record is put right', async () => {
    const { house } = await spoiltHouse(spoil)
    house.repository.commit(files({ a: 'new' }))
    await house.run(30 * minute)
    const [unreadable] = await house.store.unreadable('')
    await house.store.delete(stack('a'), unreadable?.version ?? 0)
    await house.run(30 * minute)
    expect(touched(house)).toEqual(['deploy eu/a'])
    expect(await house.ready(rootKustomization)).toMatch(/^True/)
  })

  it('F17 is no row of `headwater get`, but never hidden', async () => {
    const { house, file } = await spoiltHouse(spoil)
    const { clock } = house
    const ran = await headwater(`get all -A --store sqlite://${file}`, { clock, cwd: path.dirname(file) })
    expect(ran.stderr).toMatch(/^CloudFormationStack eu\/a cannot be shown: .+\n$/)
    expect(ran.stdout).toContain('cloudformationstack/b')
    expect(ran.stdout).not.toContain('cloudformationstack/a ')
  })
})
