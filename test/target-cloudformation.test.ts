import { beforeEach, describe, expect, test } from 'vitest'
import { findCondition } from '../src/api/condition.ts'
import type { ObjectRecord } from '../src/api/record.ts'
import {
  layStackGround,
  leftovers,
  operationsOf,
  stackOf,
  template,
  type StackGround,
} from './support/stack-ground.ts'

const { fresh, driverOf } = layStackGround()
let ground: StackGround
beforeEach(() => {
  ground = fresh()
})

function reasonOf(record: ObjectRecord | undefined): string | undefined {
  return findCondition(record?.status.conditions ?? [], 'Ready')?.reason
}

describe('the usual life of a stack', () => {
  test('created, updated, left alone, deleted', async () => {
    const { driver } = ground
    await driver.declare({ parameters: { Delay: 1 }, tags: { team: 'net' } }, template())
    const created = await driver.run()
    expect(await driver.ready()).toMatch(/^True: create complete in \d+s \(change set headwater-\w{8}-1\)$/)
    expect(created?.status.outputs).toEqual({ Delay: '1' })
    expect(await stackOf(ground)).toMatchObject({
      StackStatus: 'CREATE_COMPLETE',
      Tags: expect.arrayContaining([{ Key: 'headwater:owner', Value: 'hw/eu/web' }]) as unknown,
    })

    await driver.declare({ parameters: { Delay: 2 }, tags: { team: 'net' } })
    const updated = await driver.run()
    expect(updated?.status).toMatchObject({
      outputs: { Delay: '2' },
      lastAppliedDigest: updated?.inputs?.digest,
    })

    const before = ground.sandbox.calls.counts().total
    await driver.declare({ parameters: { Delay: 2 }, tags: { team: 'net' }, interval: '1h' })
    await driver.run(60_000)
    expect(ground.sandbox.calls.counts().total, 'the same inputs cost no call').toBe(before)

    await driver.leave()
    expect(await driver.run()).toBeUndefined()
    expect(driver.actions).toEqual([
      'create-change-set',
      'execute-change-set',
      'create-change-set',
      'execute-change-set',
      'delete-stack',
    ])
    expect(await leftovers(ground)).toEqual([])
  })

  test('a change of tags alone is a change, a policy alone needs no change set', async () => {
    const { driver } = ground
    await driver.declare({}, template())
    await driver.run()
    await driver.declare({ tags: { a: 'b' } })
    await driver.run()
    expect((await stackOf(ground))?.Tags).toContainEqual({ Key: 'a', Value: 'b' })
    driver.actions.length = 0
    const stackPolicy = {
      Statement: [{ Effect: 'Allow', Action: 'Update:*', Principal: '*', Resource: '*' }],
    }
    await driver.declare({ tags: { a: 'b' }, stackPolicy, terminationProtection: true })
    await driver.run()
    expect(driver.actions).toEqual(['set-stack-policy', 'set-termination-protection'])
    expect((await stackOf(ground))?.EnableTerminationProtection).toBe(true)
  })

  test('F25 an empty change set is a success and is not left behind', async () => {
    const { driver } = ground
    await driver.declare({}, template())
    await driver.run()
    driver.actions.length = 0
    await driver.request(true)
    await driver.run(60_000)
    expect(await driver.ready()).toMatch(/^True: no changes since/)
    expect(driver.actions).toEqual(['create-change-set', 'delete-change-set'])
    expect(await leftovers(ground)).toEqual([])
  })

  test('another account and region by a role that is assumed, with its external id', async () => {
    const { driver } = ground
    const deployAs = { roleArn: 'arn:aws:iam::210987654321:role/deployer', externalId: 'fleet-1' }
    await driver.declare({ deployAs, region: 'us-east-1' }, template())
    const record = await driver.run()
    expect(await driver.ready()).toMatch(/^True: create complete/)
    expect(record?.status.identity?.['stackId']).toMatch(
      /^arn:aws:cloudformation:us-east-1:210987654321:stack\/web\//,
    )
  })

  test('a service role sticks: another one is refused, both are named', async () => {
    const { driver } = ground
    const role = (name: string): string => `arn:aws:iam::123456789012:role/${name}`
    await driver.declare({ roleArn: role('one') }, template())
    await driver.run()
    driver.actions.length = 0
    await driver.declare({ roleArn: role('two') })
    await driver.run(60_000)
    expect(await driver.ready()).toMatch(/^False: .*role\/one.*role\/two/)
    expect(driver.actions).toEqual([])
  })

  test('protected from termination: not deleted until the document says otherwise', async () => {
    const { driver } = ground
    await driver.declare({ terminationProtection: true }, template())
    await driver.run()
    await driver.leave()
    await driver.run(60_000)
    expect(await driver.ready()).toMatch(/^False: stack web is protected from termination/)
    await driver.declare({ terminationProtection: false })
    await driver.run()
    await driver.leave()
    expect(await driver.run()).toBeUndefined()
  })
})

describe('failures', () => {
  test('an update that rolls back names the first cause, and is not tried again by itself', async () => {
    const { driver, sandbox } = ground
    await driver.declare({ parameters: { Delay: 1 } }, template())
    await driver.run()
    const fault = {
      stackName: 'web',
      logicalId: 'Queue',
      on: 'update',
      reason: 'quota exceeded',
      times: 1,
    } as const
    sandbox.engine.faults.failResource(fault)
    await driver.declare({ parameters: { Delay: 2 } })
    const failed = await driver.run()
    expect(reasonOf(failed)).toBe('RolledBack')
    expect(await driver.ready()).toContain('Queue (AWS::SQS::Queue): "quota exceeded"')
    driver.actions.length = 0
    await driver.request()
    await driver.run()
    expect(driver.actions).toEqual([])

    await driver.request(true)
    await driver.run()
    expect(await driver.ready()).toMatch(/^True: update complete/)
    expect((await stackOf(ground))?.StackStatus).toBe('UPDATE_COMPLETE')
  })

  test('F20 a create that failed is deleted and made anew only once the inputs change', async () => {
    const { driver, sandbox } = ground
    sandbox.engine.faults.failResource({
      stackName: 'web',
      logicalId: 'Topic',
      on: 'create',
      reason: 'no',
      times: 1,
    })
    await driver.declare({ parameters: { Delay: 1 } }, template())
    await driver.run()
    expect(await driver.ready()).toContain('create rolled back: Topic (AWS::SNS::Topic): "no"')
    const first = (await stackOf(ground))?.StackId
    expect((await stackOf(ground))?.StackStatus).toBe('ROLLBACK_COMPLETE')

    driver.actions.length = 0
    await driver.declare({ parameters: { Delay: 2 } })
    await driver.run()
    expect(driver.actions).toEqual(['delete-stack', 'create-change-set', 'execute-change-set'])
    expect((await stackOf(ground))?.StackStatus).toBe('CREATE_COMPLETE')
    expect((await stackOf(ground))?.StackId).not.toBe(first)
  })

  test('F22 a stuck rollback is continued, and the update’s own cause is what is reported', async () => {
    const { driver, sandbox } = ground
    await driver.declare({ parameters: { Delay: 1 } }, template())
    await driver.run()
    const queue = { stackName: 'web', logicalId: 'Queue' }
    sandbox.engine.faults.failResource({
      stackName: 'web',
      logicalId: 'Topic',
      on: 'update',
      reason: 'bad topic',
      times: 1,
    })
    sandbox.engine.faults.failResource({ ...queue, on: 'rollback', reason: 'cannot go back', times: 2 })
    driver.actions.length = 0
    const changed = template({
      Topic: { Type: 'AWS::SNS::Topic', DependsOn: 'Queue', Properties: { DisplayName: 'x' } },
    })
    await driver.declare({ parameters: { Delay: 2 } }, changed)
    await driver.run()
    expect(driver.actions).toEqual([
      'create-change-set',
      'execute-change-set',
      'continue-rollback',
      'continue-rollback',
    ])
    expect(await driver.ready()).toContain('Topic (AWS::SNS::Topic): "bad topic"')
    expect((await stackOf(ground))?.StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE')
  })

  test('F22 a rollback that stays stuck is given up after three tries', async () => {
    const { driver, sandbox } = ground
    await driver.declare({ parameters: { Delay: 1 } }, template())
    await driver.run()
    sandbox.engine.faults.failResource({
      stackName: 'web',
      logicalId: 'Topic',
      on: 'update',
      reason: 'bad topic',
    })
    sandbox.engine.faults.failResource({
      stackName: 'web',
      logicalId: 'Queue',
      on: 'rollback',
      reason: 'cannot go back',
    })
    const changed = template({
      Topic: { Type: 'AWS::SNS::Topic', DependsOn: 'Queue', Properties: { DisplayName: 'x' } },
    })
    await driver.declare({ parameters: { Delay: 2 } }, changed)
    await driver.run()
    expect(driver.actions.filter((type) => type === 'continue-rollback')).toHaveLength(3)
    expect(await driver.ready()).toMatch(/bad topic.*stuck after 3 tries/)
    expect((await stackOf(ground))?.StackStatus).toBe('UPDATE_ROLLBACK_FAILED')
  })

  test('F23 a stack that cannot be deleted is reported with what holds it', async () => {
    const { driver, sandbox } = ground
    await driver.declare({}, template())
    await driver.run()
    sandbox.engine.faults.failResource({
      stackName: 'web',
      logicalId: 'Queue',
      on: 'delete',
      reason: 'not empty',
      times: 1,
    })
    await driver.leave()
    await driver.run(5 * 60_000)
    expect(await driver.ready()).toMatch(/^False: .*\[Queue\]/)
    await driver.run(60 * 60_000)
    expect(await driver.ready()).toBe('gone')
  })

  test('F21 with `onFailure: keep` a failed update stays to be looked at, and is rolled forward', async () => {
    const { driver, sandbox } = ground
    await driver.declare({ parameters: { Delay: 1 }, onFailure: 'keep' }, template())
    await driver.run()
    sandbox.engine.faults.failResource({
      stackName: 'web',
      logicalId: 'Queue',
      on: 'update',
      reason: 'quota',
      times: 1,
    })
    await driver.declare({ parameters: { Delay: 2 }, onFailure: 'keep' })
    await driver.run()
    expect((await stackOf(ground))?.StackStatus).toBe('UPDATE_FAILED')
    expect(await driver.ready()).toContain('update failed and was left as it is: Queue')
    await driver.declare({ parameters: { Delay: 3 }, onFailure: 'keep' })
    await driver.run()
    expect((await stackOf(ground))?.StackStatus).toBe('UPDATE_COMPLETE')
  })
})

describe('other hands', () => {
  test('S17 a foreign stack is refused, and taken over with `adopt`', async () => {
    const { driver } = ground
    const theirs = driverOf('theirs')
    await theirs.declare({ parameters: { Delay: 1 } }, template())
    await theirs.run()
    await driver.declare({ parameters: { Delay: 2 } }, template())
    await driver.run(60_000)
    expect(await driver.ready()).toMatch(/^False: stack web belongs to theirs\/eu\/web/)
    expect(driver.actions).toEqual([])

    await driver.declare({ parameters: { Delay: 2 }, adopt: true })
    await driver.run()
    expect(await driver.ready()).toMatch(/^True/)
    expect((await stackOf(ground))?.Tags).toContainEqual({ Key: 'headwater:owner', Value: 'hw/eu/web' })
  })

  test('F26 a foreign operation is waited for, never cancelled', async () => {
    const { driver, sandbox } = ground
    await driver.declare({ parameters: { Delay: 1 } }, template())
    await driver.run()
    await sandbox.engine.faults.startForeignOperation({ stackName: 'web', ms: 120_000 })
    await driver.declare({ parameters: { Delay: 2 } })
    await driver.run(60_000)
    expect(await driver.ready()).toContain("somebody else's operation runs on stack web (UPDATE_IN_PROGRESS")
    await driver.run()
    expect(await driver.ready()).toMatch(/^True: update complete/)
  })

  test('F27 a stack that somebody deleted is made anew; one made anew by somebody else is not touched', async () => {
    const { driver } = ground
    await driver.declare({ parameters: { Delay: 1 } }, template())
    await driver.run()
    const theirs = driverOf('hw')
    // The same mark, another book: deletes ours and makes its own.
    await theirs.declare({ parameters: { Delay: 1 } }, template())
    await theirs.run()
    await theirs.leave()
    await theirs.run()
    await driver.declare({ parameters: { Delay: 2 } })
    await driver.run()
    expect(await driver.ready()).toMatch(/^True: create complete/)

    const second = driverOf('hw')
    await second.declare({}, template())
    await second.run()
    await second.leave()
    await second.run()
    await second.declare({}, template())
    await second.run()
    driver.actions.length = 0
    await driver.declare({ parameters: { Delay: 3 } })
    await driver.run(60_000)
    expect(await driver.ready()).toMatch(/^False: stack web was deleted and made again by somebody/)
    expect(driver.actions).toEqual([])
  })

  test('inputs that change while a change set waits: it goes, and only the last inputs arrive', async () => {
    const { driver } = ground
    await driver.declare({ parameters: { Delay: 1 } }, template())
    await driver.run()
    await driver.declare({ parameters: { Delay: 2 } })
    await driver.run(
      3_600_000,
      (record) =>
        record.operation?.phase === 'create-change-set' && record.operation.data['changeSetId'] !== undefined,
    )
    await driver.declare({ parameters: { Delay: 3 } })
    const record = await driver.run()
    expect(record?.status.outputs).toEqual({ Delay: '3' })
    expect(await operationsOf(ground)).toEqual(['CREATE_IN_PROGRESS', 'UPDATE_IN_PROGRESS'])
    expect(await leftovers(ground)).toEqual([])
  })
})

describe('drift', () => {
  const day = 25 * 3_600_000

  async function drifted(drift: 'report' | 'correct'): Promise<ObjectRecord | undefined> {
    const { driver, sandbox } = ground
    await driver.declare({ parameters: { Delay: 1 }, drift }, template())
    await driver.run()
    await sandbox.engine.faults.changeResource({
      stackName: 'web',
      logicalId: 'Queue',
      path: '/DelaySeconds',
      value: 9,
    })
    driver.actions.length = 0
    return driver.run(day)
  }

  test('is reported with what is expected and what is there', async () => {
    const record = await drifted('report')
    expect(findCondition(record?.status.conditions ?? [], 'Drifted')).toMatchObject({ status: 'True' })
    expect(record?.status.drift?.properties).toEqual([
      {
        resource: 'Queue',
        resourceType: 'AWS::SQS::Queue',
        path: '/DelaySeconds',
        expected: '1',
        actual: '9',
      },
    ])
    expect(ground.driver.actions).toEqual(['detect-drift'])
  })

  test('is put back, and seen to be', async () => {
    const record = await drifted('correct')
    expect(reasonOf(record)).toBe('DriftCorrected')
    expect(record?.status.drift?.properties).toEqual([])
    expect(ground.driver.actions.slice(0, 4)).toEqual([
      'detect-drift',
      'create-change-set',
      'execute-change-set',
      'detect-drift',
    ])
    expect(await leftovers(ground)).toEqual([])
  })

  test('is put back by way of the live values where nothing reverts it', async () => {
    ground.driver = driverOf('hw', { refusesRevertDrift: true })
    const record = await drifted('correct')
    expect(reasonOf(record)).toBe('DriftCorrected')
    expect(ground.driver.actions.slice(0, 7)).toEqual([
      'detect-drift',
      'create-change-set',
      'create-change-set',
      'execute-change-set',
      'create-change-set',
      'execute-change-set',
      'detect-drift',
    ])
    const again = await ground.driver.run(25 * 3_600_000)
    expect(again?.status.drift?.properties, 'what was put back stays').toEqual([])
    expect(await leftovers(ground)).toEqual([])
  })

  test('that cannot be put back stays reported, and is not tried all the time', async () => {
    ground.driver = driverOf('hw', { refusesRevertDrift: true })
    const { driver } = ground
    await driver.declare({ drift: 'correct' }, template())
    await driver.run()
    await ground.sandbox.engine.faults.deleteResource({ stackName: 'web', logicalId: 'Topic' })
    driver.actions.length = 0
    const record = await driver.run(36 * 3_600_000)
    expect(findCondition(record?.status.conditions ?? [], 'Drifted')).toMatchObject({
      status: 'True',
      message: expect.stringContaining('Topic was deleted; it could not be put back') as unknown,
    })
    expect(driver.actions).toEqual(['detect-drift', 'create-change-set'])
  })
})
