import { CreateChangeSetCommand, CreateStackCommand } from '@aws-sdk/client-cloudformation'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Operation } from '../../src/api/record.ts'
import { createController } from '../../src/reconcile/create.ts'
import type { AnyTarget, Subject } from '../../src/target/target.ts'
import { lookAt } from '../support/cloud-look.ts'
import type { CloudLook } from '../support/cloud-look.ts'
import { rootKustomization, rootSource, stackFiles } from '../support/harness.ts'
import { createSandboxFleet } from '../support/sandbox-fleet.ts'
import type { SandboxFleet } from '../support/sandbox-fleet.ts'

const minute = 60_000
const hour = 60 * minute
const web = 'CloudFormationStack/eu/web'
const theirs = JSON.stringify({ Resources: { Theirs: { Type: 'AWS::SNS::Topic' } } })

let fleet: SandboxFleet
let look: CloudLook
beforeEach(async () => {
  fleet = await createSandboxFleet()
  look = lookAt(fleet.sandbox.url)
})
afterEach(async () => {
  look.close()
  await fleet.close()
})

/** A controller whose calls of the cloud go through the test's hands. */
async function through(
  around: (run: () => Promise<unknown>, operation: Operation, action: { type: string }) => Promise<unknown>,
) {
  const real = await fleet.ports.target('CloudFormationStack')
  if (real === undefined) throw new Error('there is no target')
  const target: AnyTarget = {
    ...real,
    act: (subject: Subject, operation: Operation, action: { type: string }) =>
      around(() => real.act(subject, operation, action), operation, action) as ReturnType<AnyTarget['act']>,
  }
  Object.assign(fleet.controller, createController({ ...fleet.ports, target: async () => target }))
}

const mutations = () =>
  fleet.sandbox.calls
    .recent({ service: 'cloudformation', mutating: true })
    .map(({ action, outcome }) => (outcome === 'ok' ? action : `${action} ${outcome}`))

describe('F4 somebody has the name already', () => {
  it('F4 a stack that appeared between the look and the call is looked at, and is not ours', async () => {
    let isFirst = true
    await through(async (run) => {
      if (isFirst) await look.client.send(new CreateStackCommand({ StackName: 'web', TemplateBody: theirs }))
      isFirst = false
      return run()
    })
    fleet.repository.commit(stackFiles('web'))
    await fleet.run(30 * minute)
    expect(await fleet.ready(web)).toMatch(/^False: stack web carries no headwater:owner tag/)
    expect(await look.template('web')).toBe(theirs)
    expect(await look.operations('web')).toEqual(['CREATE_IN_PROGRESS'])
    expect(await look.leftovers()).toEqual([])
  })

  it('F4 our own change set of a call whose answer was lost and that does not show yet is taken, not made twice', async () => {
    let calls = 0
    await through(async (run, _operation, { type }) => {
      if (type !== 'create-change-set') return run()
      calls += 1
      const done = run()
      await done
      fleet.sandbox.engine.faults.staleReads({ lagMs: minute, forMs: 5_000 })
      if (calls === 1) throw new Error('the answer was lost')
      return done
    })
    fleet.repository.commit(stackFiles('web'))
    await fleet.run(10 * minute)
    expect(await fleet.ready(web)).toMatch(/^True: create complete/)
    expect(await look.operations('web')).toEqual(['CREATE_IN_PROGRESS'])
    expect(await look.leftovers()).toEqual([])
  })
})

describe('F14 a cloud that answers stale', () => {
  it('F14 "does not exist" just after the creation leads to no second one', async () => {
    await through(async (run, _operation, { type }) => {
      const done = await run()
      if (type === 'execute-change-set')
        fleet.sandbox.engine.faults.staleReads({ lagMs: hour, forMs: 20_000 })
      return done
    })
    fleet.repository.commit(stackFiles('web'))
    await fleet.run(10 * minute)
    expect(await fleet.ready(web)).toMatch(/^True: create complete/)
    expect(mutations()).toEqual(['CreateChangeSet', 'ExecuteChangeSet'])
  })

  it('F14 one "does not exist" of a stack that leaves does not pass for its deletion', async () => {
    const extra = 'deletionPolicy: Delete'
    fleet.repository.commit({ ...stackFiles('web', { extra }), ...stackFiles('b') })
    await fleet.run(10 * minute)
    fleet.sandbox.engine.faults.staleReads({ lagMs: 10 * hour, forMs: 15_000, stackName: 'web' })
    fleet.repository.commit(stackFiles('b'))
    await fleet.controller.markDue([rootSource])
    await fleet.run(10_000)
    expect(await fleet.ready(web)).toMatch(/^Unknown: stack web is not to be seen; looking again/)
    await fleet.run(20 * minute)
    expect([...(await look.stacks()).keys()]).toEqual(['b'])
    expect(await fleet.record(web)).toBeUndefined()
  })
})

it('F18 throttling delays, and is no failure of the object', async () => {
  fleet.sandbox.edge.add({ type: 'throttle' }, { service: 'cloudformation', skip: 1, times: 6 })
  fleet.repository.commit(stackFiles('web'))
  await fleet.run(30 * minute)
  expect(await fleet.ready(web)).toMatch(/^True: create complete/)
  expect(await fleet.reasons(web)).toEqual(['Progressing', 'ReconciliationSucceeded'])
  expect((await fleet.record(web))?.status.failures).toBeUndefined()
  expect(mutations().filter((call) => !call.includes('Throttling'))).toEqual([
    'CreateChangeSet',
    'ExecuteChangeSet',
  ])
})

it('F19 an operation past its deadline is said to be late, watched on, and never cancelled', async () => {
  fleet.sandbox.engine.faults.delayResource({ stackName: 'web', logicalId: 'Topic', ms: 2 * hour })
  fleet.repository.commit(stackFiles('web', { extra: 'timeout: 30m' }))
  await fleet.run(hour)
  expect(await fleet.ready(web)).toMatch(/^Unknown: .*running for longer than its timeout of 30m/)
  expect((await fleet.reasons(web)).filter((reason) => reason === 'OperationLate')).toHaveLength(1)
  await fleet.run(2 * hour)
  expect(await fleet.ready(web)).toMatch(/^True: create complete/)
  expect(mutations()).toEqual(['CreateChangeSet', 'ExecuteChangeSet'])
})

describe('F24 a stack in review', () => {
  it('F24 of ours is finished', async () => {
    let isDead = false
    await through(async (run) => {
      const done = await run()
      if (!isDead) {
        isDead = true
        throw new Error('killed')
      }
      return done
    })
    fleet.repository.commit(stackFiles('web'))
    await fleet.run(10 * minute)
    expect((await look.stacks()).get('web')?.StackStatus).toBe('CREATE_COMPLETE')
    expect(await look.leftovers()).toEqual([])
  })

  it('F24 of somebody else is left alone', async () => {
    const input = { StackName: 'web', ChangeSetName: 'theirs', TemplateBody: theirs } as const
    await look.client.send(new CreateChangeSetCommand({ ...input, ChangeSetType: 'CREATE' }))
    fleet.clock.advance(minute)
    fleet.repository.commit(stackFiles('web'))
    await fleet.run(30 * minute)
    expect(await fleet.ready(web)).toMatch(/^False: stack web is in review by somebody else's change set/)
    expect(mutations()).toEqual(['CreateChangeSet'])
  })
})

describe('F40 the size of a template', () => {
  const files = (bytes: number) => {
    const small = stackFiles('web')
    const body = small['stacks/web.cfn.yaml'] ?? ''
    return { ...small, 'stacks/web.cfn.yaml': `${body}#${'x'.repeat(bytes - Buffer.byteLength(body) - 1)}` }
  }

  it('F40 up to 51,200 bytes goes with the call', async () => {
    fleet.repository.commit(files(51_200))
    await fleet.run(10 * minute)
    expect(await fleet.ready(web)).toMatch(/^True/)
  })

  const refused = [
    { name: 'over 51,200 bytes without S3', bytes: 51_201, want: /over 51200 it has to come from S3/ },
    { name: 'over 1 MB', bytes: 1_000_001, want: /1000001/ },
  ]
  it.each(refused)(
    'F40 $name is a failure that is said once and not tried again',
    async ({ bytes, want }) => {
      fleet.repository.commit(files(bytes))
      await fleet.run(6 * hour)
      const told = `${await fleet.ready(web)}\n${await fleet.ready(rootKustomization)}`
      expect(told).toMatch(want)
      expect(mutations()).toEqual([])
      expect((await fleet.store.events({})).filter(({ type }) => type === 'Warning')).toHaveLength(1)
    },
  )
})
