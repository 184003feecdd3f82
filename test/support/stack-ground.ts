import {
  CloudFormationClient,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  ListChangeSetsCommand,
  ListStacksCommand,
} from '@aws-sdk/client-cloudformation'
import { afterAll, beforeAll } from 'vitest'
import type { AwsSandbox } from '../../src/sandbox/aws/server.ts'
import { createAwsSandbox } from '../../src/sandbox/aws/server.ts'
import { createStackDriver, type StackDriver, type StackDriverOptions } from './stack-driver.ts'
import { createSeededRandom, createVirtualClock, type VirtualClock } from './virtual-clock.ts'

/** A fresh pretend AWS, a stack under the real loop and target, and a client of our own to look with. */
export interface StackGround {
  sandbox: AwsSandbox
  clock: VirtualClock
  driver: StackDriver
  client: CloudFormationClient
}

type DriverSettings = Pick<StackDriverOptions, 'refusesRevertDrift' | 'pollFloorMs'>

const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }

/** One sandbox for all tests of a file: it takes half a second to load what it knows of resource types. */
export function layStackGround(): {
  driverOf: (controllerId: string, more?: DriverSettings) => StackDriver
  fresh: (more?: DriverSettings) => StackGround
} {
  const clock = createVirtualClock()
  const state: { sandbox?: AwsSandbox; client?: CloudFormationClient } = {}

  beforeAll(async () => {
    process.env['AWS_ACCESS_KEY_ID'] = credentials.accessKeyId
    process.env['AWS_SECRET_ACCESS_KEY'] = credentials.secretAccessKey
    const sandbox = await createAwsSandbox({ clock, random: createSeededRandom(1), speed: 1 })
    state.sandbox = sandbox
    state.client = new CloudFormationClient({ endpoint: sandbox.url, region: 'eu-west-1', credentials })
  })
  afterAll(async () => {
    state.client?.destroy()
    await state.sandbox?.close()
  })

  /** A controller that knows of nothing, with its own ownership mark. */
  function driverOf(controllerId: string, more: DriverSettings = {}): StackDriver {
    const { sandbox } = running()
    const pass = async (ms: number): Promise<void> => clock.advance(ms)
    return createStackDriver({ endpoint: sandbox.url, clock, pass, controllerId, ...more })
  }

  function running() {
    const { sandbox, client } = state
    if (sandbox === undefined || client === undefined) throw new Error('the sandbox runs only within a test')
    return { sandbox, client }
  }

  return {
    driverOf,
    /** An empty cloud without faults, and a controller that knows of nothing. */
    fresh: (more): StackGround => {
      const { sandbox, client } = running()
      sandbox.edge.clear()
      sandbox.engine.faults.reset()
      return { sandbox, clock, driver: driverOf('hw', more), client }
    },
  }
}

/** A queue whose delay is a parameter, and what else a test wants. */
export function template(more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    Parameters: { Delay: { Type: 'Number', Default: 0 } },
    Resources: {
      Queue: { Type: 'AWS::SQS::Queue', Properties: { DelaySeconds: { Ref: 'Delay' } } },
      Topic: { Type: 'AWS::SNS::Topic', DependsOn: 'Queue' },
      ...more,
    },
    Outputs: { Delay: { Value: { Ref: 'Delay' } } },
  }
}

/** The stack of a name, as CloudFormation describes it. */
export async function stackOf({ client }: StackGround, name = 'web') {
  const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName: name }))
  return Stacks[0]
}

/** Change sets that wait to be executed or failed: a controller at rest has left none. */
export async function leftovers({ client }: StackGround): Promise<string[]> {
  const { StackSummaries = [] } = await client.send(new ListStacksCommand({}))
  const alive = StackSummaries.filter(({ StackStatus }) => StackStatus !== 'DELETE_COMPLETE')
  const left: string[] = []
  for (const { StackId } of alive) {
    const { Summaries = [] } = await client.send(new ListChangeSetsCommand({ StackName: StackId }))
    for (const { ChangeSetName = '', Status, ExecutionStatus = '' } of Summaries) {
      if (!ExecutionStatus.startsWith('EXECUTE_')) left.push(`${ChangeSetName} ${Status} ${ExecutionStatus}`)
    }
  }
  return left
}

/** How many operations ran on the stacks of a name, deleted ones included: each begins with an event of the stack itself. */
export async function operationsOf({ client }: StackGround): Promise<string[]> {
  const { StackSummaries = [] } = await client.send(new ListStacksCommand({}))
  const begun: { at: number; status: string }[] = []
  for (const { StackId } of StackSummaries) {
    const { StackEvents = [] } = await client.send(new DescribeStackEventsCommand({ StackName: StackId }))
    for (const event of StackEvents) {
      const isOwn = event.PhysicalResourceId === StackId
      if (
        isOwn &&
        event.ResourceStatusReason === 'User Initiated' &&
        String(event.ResourceStatus) !== 'REVIEW_IN_PROGRESS'
      )
        begun.push({ at: event.Timestamp?.getTime() ?? 0, status: event.ResourceStatus ?? '' })
    }
  }
  return begun.toSorted((a, b) => a.at - b.at).map(({ status }) => status)
}

/** What is left at the end of a story: nothing of it may depend on mishaps. */
export async function endOf(ground: StackGround) {
  const { client, driver } = ground
  const { StackSummaries = [] } = await client.send(new ListStacksCommand({}))
  const record = await driver.record()
  const alive = StackSummaries.find(({ StackStatus }) => StackStatus !== 'DELETE_COMPLETE')
  const stack = alive === undefined ? undefined : await stackOf(ground)
  return {
    status: stack?.StackStatus,
    parameters: stack?.Parameters,
    tags: stack?.Tags,
    protection: stack?.EnableTerminationProtection,
    ready: (await driver.ready()).replace(/ in [\d.]+[smh] \(.*/, ''),
    outputs: record?.status.outputs,
    operation: record?.operation,
    operations: await operationsOf(ground),
    leftovers: await leftovers(ground),
  }
}
