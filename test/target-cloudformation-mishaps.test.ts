import { describe, expect, test } from 'vitest'
import type { Mishap } from './support/stack-driver.ts'
import { endOf, layStackGround, template, type StackGround } from './support/stack-ground.ts'

const { fresh } = layStackGround()
/** Looks are of no interest where calls are struck. */
const seldom = { pollFloorMs: 12_000 }

/** What is done to a stack; each is also tried with every mishap around every one of its calls. */
const stories: Record<string, (ground: StackGround) => Promise<void>> = {
  'create, update, delete': async ({ driver }) => {
    await driver.declare({ parameters: { Delay: 1 } }, template())
    await driver.run()
    await driver.declare({ parameters: { Delay: 2 }, terminationProtection: false })
    await driver.run()
    await driver.leave()
    await driver.run()
  },
  'create that fails, then works': async ({ driver, sandbox }) => {
    sandbox.engine.faults.failResource({
      stackName: 'web',
      logicalId: 'Topic',
      on: 'create',
      reason: 'no',
      times: 1,
    })
    await driver.declare({ parameters: { Delay: 1 } }, template())
    await driver.run()
    await driver.declare({ parameters: { Delay: 2 } })
    await driver.run()
  },
  'update that rolls back and is stuck, then works': async ({ driver, sandbox }) => {
    await driver.declare({ parameters: { Delay: 1 } }, template())
    await driver.run()
    const changed = template({
      Topic: { Type: 'AWS::SNS::Topic', DependsOn: 'Queue', Properties: { DisplayName: 'x' } },
    })
    sandbox.engine.faults.failResource({
      stackName: 'web',
      logicalId: 'Topic',
      on: 'update',
      reason: 'bad',
      times: 1,
    })
    sandbox.engine.faults.failResource({
      stackName: 'web',
      logicalId: 'Queue',
      on: 'rollback',
      reason: 'stuck',
      times: 1,
    })
    await driver.declare({ parameters: { Delay: 2 } }, changed)
    await driver.run()
    await driver.declare({ parameters: { Delay: 3 } }, changed)
    await driver.run()
  },
  'drift put back': async ({ driver, sandbox }) => {
    await driver.declare({ parameters: { Delay: 1 }, drift: 'correct', driftInterval: '1h' }, template())
    await driver.run(10 * 60_000)
    const queue = { stackName: 'web', logicalId: 'Queue', path: '/DelaySeconds', value: 9 }
    await sandbox.engine.faults.changeResource(queue)
    await driver.run(90 * 60_000)
  },
  'policy, protection and an empty change set': async ({ driver }) => {
    const stackPolicy = {
      Statement: [{ Effect: 'Allow', Action: 'Update:*', Principal: '*', Resource: '*' }],
    }
    await driver.declare({ stackPolicy, terminationProtection: true }, template())
    await driver.run()
    await driver.declare({
      stackPolicy: { ...stackPolicy, Version: '1' },
      terminationProtection: false,
      tags: { a: 'b' },
    })
    await driver.run()
    await driver.request(true)
    await driver.run(600_000)
  },
}

/** Calls made that change something: a look for drift may be begun again. */
function changing({ driver }: StackGround): number {
  return driver.actions.filter((type) => type !== 'detect-drift').length
}

describe.each(Object.keys(stories))('F1 F2 F3 whatever happens to a call: %s', (title) => {
  const story = stories[title] ?? (() => Promise.reject(new Error(title)))

  test.each<Mishap>(['killed before', 'answer lost', 'killed after'])('%s', async (mishap) => {
    const ground = fresh(seldom)
    await story(ground)
    const want = await endOf(ground)
    const calls = ground.driver.actions.length
    for (let call = 1; call <= calls; call++) {
      const struck = fresh(seldom)
      struck.driver.befall(call, mishap)
      await story(struck)
      expect(await endOf(struck), `call ${call} ${mishap}`).toEqual(want)
      expect(changing(struck), `call ${call} ${mishap}`).toBeLessThanOrEqual(changing(ground) + 1)
    }
  })
})

describe.each(Object.keys(stories))('whatever the cloud answers: %s', (title) => {
  const story = stories[title] ?? (() => Promise.reject(new Error(title)))
  const cloudFormation = { service: 'cloudformation' }

  test.each<[string, (ground: StackGround) => void]>([
    [
      'throttled now and then',
      ({ sandbox }) => {
        for (const skip of [0, 4, 9, 15, 22, 30])
          sandbox.edge.add({ type: 'throttle' }, { ...cloudFormation, skip, times: 3 })
      },
    ],
    [
      'errors before they take effect',
      ({ sandbox }) =>
        sandbox.edge.add(
          { type: 'error', when: 'before', status: 503 },
          { ...cloudFormation, skip: 3, times: 6 },
        ),
    ],
    [
      'reads of the past',
      ({ sandbox }) => sandbox.engine.faults.staleReads({ lagMs: 4_000, forMs: 24 * 3_600_000 }),
    ],
  ])('%s', async (_, trouble) => {
    const calm = fresh()
    await story(calm)
    const want = await endOf(calm)
    const ground = fresh()
    trouble(ground)
    await story(ground)
    ground.sandbox.edge.clear()
    ground.sandbox.engine.faults.clear()
    expect(await endOf(ground)).toEqual(want)
  })
})
