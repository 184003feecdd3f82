import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { stackFiles } from './support/harness.ts'
import { createSandboxFleet } from './support/sandbox-fleet.ts'
import type { SandboxFleet } from './support/sandbox-fleet.ts'

const minute = 60_000
const names = Array.from({ length: 100 }, (_, index) => `s${String(index).padStart(3, '0')}`)
const filesOf = (changed?: string) =>
  Object.assign(
    {},
    ...names.map((name) => stackFiles(name, { description: name === changed ? 'changed' : name })),
  ) as Record<string, string>

describe('a hundred stacks', () => {
  let fleet: SandboxFleet
  beforeAll(async () => {
    fleet = await createSandboxFleet()
    fleet.repository.commit(filesOf())
    await fleet.run(30 * minute)
  }, 120_000)
  afterAll(() => fleet.close())

  it('are all Ready', async () => {
    const records = await fleet.store.list('CloudFormationStack/')
    const ready = await Promise.all(
      records.map(({ record }) => fleet.ready(`CloudFormationStack/eu/${record.name}`)),
    )
    expect(ready.filter((text) => !text?.startsWith('True'))).toEqual([])
    expect(ready).toHaveLength(100)
  })

  it('cost no call to CloudFormation while nothing changes', async () => {
    fleet.sandbox.calls.clear()
    await fleet.run(60 * minute)
    expect(fleet.sandbox.calls.counts({ service: 'cloudformation' }).total).toBe(0)
  })

  it('cost calls for the one that a commit touches, and for no other', async () => {
    fleet.sandbox.calls.clear()
    const commit = fleet.repository.commit(filesOf('s042'))
    await fleet.run(30 * minute)
    const { calls, mutating } = fleet.sandbox.calls.counts({ service: 'cloudformation' })
    expect(new Set(calls.map(({ stack }) => stack))).toEqual(new Set(['s042']))
    expect(mutating).toBe(2)
    const records = await fleet.store.list('CloudFormationStack/')
    expect(new Set(records.map(({ record }) => record.status.lastAppliedRevision))).toEqual(
      new Set([`main@sha1:${commit}`]),
    )
  })
})
