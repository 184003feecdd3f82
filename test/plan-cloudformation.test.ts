import { ListStacksCommand } from '@aws-sdk/client-cloudformation'
import { beforeEach, expect, test } from 'vitest'
import type { ObjectRecord } from '../src/api/record.ts'
import { createCloudFormationPlanner } from '../src/target/cloudformation/planner.ts'
import type { StackPlan } from '../src/target/cloudformation/plan.ts'
import { layStackGround, leftovers, stackOf, template, type StackGround } from './support/stack-ground.ts'

const { fresh } = layStackGround()
let ground: StackGround
beforeEach(() => {
  ground = fresh()
})

/** Plans what the object declares now with another template, on the sandbox. */
async function plan(body: unknown = template()): Promise<StackPlan> {
  const { clock, sandbox, driver } = ground
  const record = await driver.record()
  if (record === undefined) throw new Error('declare the stack first')
  const planner = createCloudFormationPlanner({
    controllerId: 'hw',
    defaultRegion: 'eu-west-1',
    clock: { now: () => clock.now(), sleep: async (ms) => clock.advance(ms) },
    endpoint: sandbox.url,
    templateBody: async () => new TextEncoder().encode(JSON.stringify(body)),
    templateUrl: () => undefined,
  })
  return planner(record)
}

async function aliveStacks(): Promise<number> {
  const { StackSummaries = [] } = await ground.client.send(new ListStacksCommand({}))
  return StackSummaries.filter(({ StackStatus }) => StackStatus !== 'DELETE_COMPLETE').length
}

test('a new stack: everything is added, and nothing is left of the plan', async () => {
  await ground.driver.declare({}, template())
  const planned = await plan()
  expect(planned.isNew).toBe(true)
  expect(planned.changes.map(({ action, resource }) => `${action} ${resource}`).toSorted()).toEqual([
    'add Queue',
    'add Topic',
  ])
  ground.clock.advance(60_000)
  expect(await aliveStacks()).toBe(0)
})

test('a stack that is there: what changes, from what to what', async () => {
  const { driver } = ground
  await driver.declare({ parameters: { Delay: 1 } }, template())
  await driver.run()
  await driver.declare({ parameters: { Delay: 2 } })
  expect(await plan()).toEqual({
    isNew: false,
    changes: [
      {
        resource: 'Queue',
        resourceType: 'AWS::SQS::Queue',
        action: 'modify',
        properties: [{ path: 'DelaySeconds', before: '1', after: '2', recreation: 'never' }],
      },
    ],
    notes: [],
  })
  expect(await leftovers(ground)).toEqual([])
  expect((await stackOf(ground))?.StackStatus).toBe('CREATE_COMPLETE')
})

test('nothing changes: an empty plan', async () => {
  const { driver } = ground
  await driver.declare({ parameters: { Delay: 1 } }, template())
  await driver.run()
  expect((await plan()).changes).toEqual([])
  expect(await leftovers(ground)).toEqual([])
})

test('what CloudFormation refuses is told, and nothing is left', async () => {
  await ground.driver.declare({ parameters: { Delay: 'soon' } }, template())
  await expect(plan()).rejects.toMatchObject({
    class: 'stalled',
    message: expect.stringContaining("Parameter 'Delay' must be a number") as unknown,
  })
  expect(await aliveStacks()).toBe(0)
})

test('a foreign stack is said to be one', async () => {
  const { driver } = ground
  await driver.declare({}, template())
  await driver.run()
  const record: ObjectRecord | undefined = await driver.record()
  expect(record?.status.identity).toBeDefined()
  const planner = createCloudFormationPlanner({
    controllerId: 'theirs',
    defaultRegion: 'eu-west-1',
    clock: { now: () => ground.clock.now(), sleep: async (ms) => ground.clock.advance(ms) },
    endpoint: ground.sandbox.url,
    templateBody: async () => new TextEncoder().encode(JSON.stringify(template())),
    templateUrl: () => undefined,
  })
  const planned = record === undefined ? undefined : await planner(record)
  expect(planned?.notes).toEqual(['stack web belongs to hw/eu/web: it is refused unless spec.adopt is set'])
})
