import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { rootSource, stackFiles } from './support/harness.ts'
import { createSandboxFleet } from './support/sandbox-fleet.ts'
import type { SandboxFleet } from './support/sandbox-fleet.ts'

const minute = 60_000
const hour = 60 * minute
const key = 'CloudFormationStack/eu/web'
const role = (account: string, name = 'deploy') =>
  `deployAs: {roleArn: "arn:aws:iam::${account}:role/${name}"}`

let fleet: SandboxFleet
beforeEach(async () => {
  fleet = await createSandboxFleet()
})
afterEach(() => fleet.close())

/** The stacks that a creation was asked for, by account and name. */
function created(): string[] {
  const { calls } = fleet.sandbox.calls.counts({ service: 'cloudformation' })
  const made = calls.filter(({ action }) => action === 'CreateChangeSet')
  return [...new Set(made.map(({ account, region, stack }) => `${account} ${region} ${stack}`))]
}

describe('a document that names another place than that of its stack', () => {
  const cases = [
    { name: 'another name', before: '', after: 'stackName: shop' },
    { name: 'another account', before: role('111111111111'), after: role('222222222222') },
    { name: 'another account than its own', before: '', after: role('222222222222') },
    { name: 'no role any more', before: role('111111111111'), after: '' },
  ]
  it.each(cases)('$name: no second stack is made, the first is not lost', async ({ before, after }) => {
    fleet.repository.commit(stackFiles('web', { extra: before }))
    await fleet.run(20 * minute)
    expect(await fleet.ready(key)).toMatch(/^True/)
    fleet.repository.commit(stackFiles('web', { extra: after }))
    await fleet.run(2 * hour)
    expect(created()).toHaveLength(1)
    expect(await fleet.ready(key)).toMatch(/^False: this object's stack is web in eu-west-1/)

    fleet.repository.commit(stackFiles('web', { extra: before }))
    await fleet.run(20 * minute)
    expect(created()).toHaveLength(1)
    expect(await fleet.ready(key)).toMatch(/^True/)
  })

  it.each(cases)('$name, while the stack is being made: the same', async ({ before, after }) => {
    fleet.repository.commit(stackFiles('web', { extra: before }))
    await fleet.run(9000)
    expect((await fleet.record(key))?.operation?.type).toBe('apply')
    fleet.repository.commit(stackFiles('web', { extra: after }))
    await fleet.controller.markDue([rootSource])
    await fleet.run(2 * hour)
    expect(created()).toHaveLength(1)
    expect(await fleet.ready(key)).toMatch(/^False: this object's stack is web in eu-west-1/)

    fleet.repository.commit(stackFiles('web', { extra: before }))
    await fleet.run(20 * minute)
    expect(created()).toHaveLength(1)
    expect(await fleet.ready(key)).toMatch(/^True/)
  })
})

it('a document that names another role of the same account goes on with its stack', async () => {
  fleet.repository.commit(stackFiles('web', { extra: role('111111111111') }))
  await fleet.run(20 * minute)
  fleet.repository.commit(stackFiles('web', { extra: role('111111111111', 'other') }))
  await fleet.run(20 * minute)
  expect(created()).toHaveLength(1)
  expect(await fleet.ready(key)).toMatch(/^True/)
})

it('a stack whose document names another account is not taken for gone when that document leaves', async () => {
  const extra = 'deletionPolicy: Delete'
  const other = stackFiles('other')
  fleet.repository.commit({
    ...other,
    ...stackFiles('web', { extra: `${extra}\n  ${role('111111111111')}` }),
  })
  await fleet.run(20 * minute)
  fleet.repository.commit({
    ...other,
    ...stackFiles('web', { extra: `${extra}\n  ${role('222222222222')}` }),
  })
  await fleet.run(20 * minute)
  fleet.repository.commit(other)
  await fleet.run(hour)
  expect(await fleet.ready(key)).toMatch(
    /^False: this object's stack is web in eu-west-1 of account 111111111111/,
  )
})
