import {
  CreateChangeSetCommand,
  DescribeChangeSetCommand,
  DescribeStacksCommand,
  ExecuteChangeSetCommand,
} from '@aws-sdk/client-cloudformation'
import { expect, test } from 'vitest'
import { stackStatuses } from '../src/target/cloudformation/stack-status.ts'
import { layStackGround, leftovers, stackOf, template, type StackGround } from './support/stack-ground.ts'

const { fresh } = layStackGround()

/** How a stack of ours gets into a status, and what the controller does from there when the inputs change. */
interface Road {
  status: string
  /** Brings it on its way; time is moved on until the status shows. */
  set: (ground: StackGround) => Promise<void>
  /** What is still done of what was under way, then what new inputs bring; `…` stands for the rest of a deployment. */
  actions: string[]
  /** Where it ends with the new inputs; `CREATE_COMPLETE` and the like, or the reason that nothing is done. */
  end: string
}

const deploy = ['create-change-set', 'execute-change-set']

async function create({ driver }: StackGround, spec: Record<string, unknown> = {}): Promise<void> {
  await driver.declare({ parameters: { Delay: 1 }, ...spec }, template())
}

async function created(ground: StackGround, spec: Record<string, unknown> = {}): Promise<void> {
  await create(ground, spec)
  await ground.driver.run()
}

async function updating(ground: StackGround, spec: Record<string, unknown> = {}): Promise<void> {
  await created(ground, spec)
  await ground.driver.declare({ parameters: { Delay: 2 }, ...spec })
}

function fail(
  { sandbox }: StackGround,
  logicalId: string,
  on: 'create' | 'update' | 'delete' | 'rollback',
): void {
  sandbox.engine.faults.failResource({ stackName: 'web', logicalId, on, reason: `no ${on}`, times: 1 })
}

/** Somebody imports a resource into our stack, as the console would. */
async function importing(ground: StackGround): Promise<void> {
  await created(ground)
  const { client, clock } = ground
  const kept = { Type: 'AWS::SNS::Topic', DeletionPolicy: 'Retain', Properties: { TopicName: 'kept' } }
  const stack = await stackOf(ground)
  const { Id = '' } = await client.send(
    new CreateChangeSetCommand({
      StackName: 'web',
      ChangeSetName: 'by-hand',
      ChangeSetType: 'IMPORT',
      TemplateBody: JSON.stringify(template({ Kept: kept })),
      Parameters: stack?.Parameters,
      Tags: stack?.Tags,
      ResourcesToImport: [
        {
          LogicalResourceId: 'Kept',
          ResourceType: 'AWS::SNS::Topic',
          ResourceIdentifier: { TopicArn: 'arn:aws:sns:eu-west-1:123456789012:kept' },
        },
      ],
    }),
  )
  let status: string | undefined
  for (let look = 0; look < 100 && status !== 'CREATE_COMPLETE'; look++) {
    clock.advance(1_000)
    status = (await client.send(new DescribeChangeSetCommand({ ChangeSetName: Id }))).Status
  }
  await client.send(new ExecuteChangeSetCommand({ ChangeSetName: Id }))
}

const roads: Road[] = [
  {
    status: 'REVIEW_IN_PROGRESS',
    set: create,
    // The change set of the old inputs goes unexecuted.
    actions: ['create-change-set', 'delete-change-set', ...deploy],
    end: 'CREATE_COMPLETE',
  },
  { status: 'CREATE_IN_PROGRESS', set: create, actions: [...deploy, ...deploy], end: 'UPDATE_COMPLETE' },
  { status: 'CREATE_COMPLETE', set: create, actions: [...deploy, ...deploy], end: 'UPDATE_COMPLETE' },
  {
    status: 'CREATE_FAILED',
    set: async (ground) => {
      fail(ground, 'Topic', 'create')
      await create(ground, { onFailure: 'keep' })
    },
    actions: [...deploy, 'delete-stack', ...deploy],
    end: 'CREATE_COMPLETE',
  },
  ...['ROLLBACK_IN_PROGRESS', 'ROLLBACK_COMPLETE'].map((status) => ({
    status,
    set: async (ground: StackGround) => {
      fail(ground, 'Topic', 'create')
      await create(ground)
    },
    actions: [...deploy, 'delete-stack', ...deploy],
    end: 'CREATE_COMPLETE',
  })),
  {
    status: 'ROLLBACK_FAILED',
    set: async (ground) => {
      fail(ground, 'Topic', 'create')
      fail(ground, 'Queue', 'delete')
      await create(ground)
    },
    actions: [...deploy, 'delete-stack', ...deploy],
    end: 'CREATE_COMPLETE',
  },
  ...['DELETE_IN_PROGRESS', 'DELETE_COMPLETE'].map((status) => ({
    status,
    set: async (ground: StackGround) => {
      await created(ground)
      await ground.driver.leave()
    },
    actions: [...deploy, 'delete-stack', ...deploy],
    end: 'CREATE_COMPLETE',
  })),
  {
    status: 'DELETE_FAILED',
    set: async (ground) => {
      await created(ground)
      fail(ground, 'Queue', 'delete')
      await ground.driver.leave()
    },
    actions: [...deploy, 'delete-stack'],
    end: 'False: stack web is DELETE_FAILED: The following resource(s) failed to delete: [Queue].',
  },
  ...['UPDATE_IN_PROGRESS', 'UPDATE_COMPLETE'].map((status) => ({
    status,
    set: updating,
    actions: [...deploy, ...deploy, ...deploy],
    end: 'UPDATE_COMPLETE',
  })),
  ...[
    { status: 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS', fails: false },
    { status: 'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS', fails: true },
  ].map(({ status, fails }) => ({
    status,
    // A queue of another name replaces the old one: one of the two is left to be cleaned up.
    set: async (ground: StackGround) => {
      await created(ground)
      if (fails) fail(ground, 'Topic', 'update')
      const renamed = {
        Queue: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'renamed' } },
        Topic: { Type: 'AWS::SNS::Topic', DependsOn: 'Queue', Properties: { DisplayName: 'x' } },
      }
      await ground.driver.declare({ parameters: { Delay: 2 } }, template(renamed))
    },
    actions: [...deploy, ...deploy, ...deploy],
    end: 'UPDATE_COMPLETE',
  })),
  {
    status: 'UPDATE_FAILED',
    set: async (ground) => {
      fail(ground, 'Queue', 'update')
      await updating(ground, { onFailure: 'keep' })
    },
    // The new document says `rollback` again.
    actions: [...deploy, ...deploy, 'rollback-stack', ...deploy],
    end: 'UPDATE_COMPLETE',
  },
  ...['UPDATE_ROLLBACK_IN_PROGRESS', 'UPDATE_ROLLBACK_COMPLETE'].map((status) => ({
    status,
    set: async (ground: StackGround) => {
      fail(ground, 'Queue', 'update')
      await updating(ground)
    },
    actions: [...deploy, ...deploy, ...deploy],
    end: 'UPDATE_COMPLETE',
  })),
  {
    status: 'UPDATE_ROLLBACK_FAILED',
    set: async (ground) => {
      await created(ground)
      fail(ground, 'Topic', 'update')
      fail(ground, 'Queue', 'rollback')
      const topic = { Type: 'AWS::SNS::Topic', DependsOn: 'Queue', Properties: { DisplayName: 'x' } }
      await ground.driver.declare({ parameters: { Delay: 2 } }, template({ Topic: topic }))
    },
    actions: [...deploy, ...deploy, 'continue-rollback', ...deploy],
    end: 'UPDATE_COMPLETE',
  },
  ...['IMPORT_IN_PROGRESS', 'IMPORT_COMPLETE'].map((status) => ({
    status,
    set: importing,
    actions: [...deploy, ...deploy],
    end: 'UPDATE_COMPLETE',
  })),
  ...['IMPORT_ROLLBACK_IN_PROGRESS', 'IMPORT_ROLLBACK_COMPLETE'].map((status) => ({
    status,
    set: async (ground: StackGround) => {
      fail(ground, 'Kept', 'create')
      await importing(ground)
    },
    actions: [...deploy, ...deploy],
    end: 'UPDATE_COMPLETE',
  })),
  {
    status: 'IMPORT_ROLLBACK_FAILED',
    set: async (ground) => {
      fail(ground, 'Kept', 'create')
      fail(ground, 'Kept', 'rollback')
      await importing(ground)
    },
    actions: deploy,
    end: 'False: stack web is IMPORT_ROLLBACK_FAILED, which a person has to mend',
  },
]

test('there is a road to every status', () => {
  expect(roads.map(({ status }) => status).toSorted()).toEqual(stackStatuses.toSorted())
})

/** Steps and moves time on, a little at a time, until the object's stack shows the status. */
async function reach({ driver, client, clock }: StackGround, status: string): Promise<void> {
  const seen = new Set<string>()
  let id: string | undefined
  for (let look = 0; look < 2_000; look++) {
    const record = await driver.run(0)
    id ??= record?.operation?.data['stackId'] ?? record?.status.identity?.['stackId']
    if (id !== undefined) {
      const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName: id }))
      seen.add(Stacks[0]?.StackStatus ?? 'none')
      if (Stacks[0]?.StackStatus === status) return
    }
    clock.advance(250)
  }
  throw new Error(`${status} was not reached, but ${[...seen].join(', ')}`)
}

test.each(roads)('$status, then new inputs', async ({ status, set, actions, end }) => {
  const ground = fresh()
  const { driver } = ground
  await set(ground)
  await reach(ground, status)
  await driver.declare({ parameters: { Delay: 5 } }, template())
  const record = await driver.run()

  expect(driver.actions).toEqual(actions)
  expect(await leftovers(ground)).toEqual([])
  const ready = await driver.ready()
  const isRefused = ready.startsWith('False')
  expect(isRefused ? ready.slice(0, end.length) : (await stackOf(ground))?.StackStatus).toBe(end)
  expect(record?.status.outputs).toEqual({ Delay: isRefused ? '1' : '5' })
})
