import {
  CloudFormationClient,
  CreateChangeSetCommand,
  CreateStackCommand,
  DescribeChangeSetCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  ExecuteChangeSetCommand,
} from '@aws-sdk/client-cloudformation'
import type { CreateChangeSetCommandInput, Stack } from '@aws-sdk/client-cloudformation'
import { setTimeout as sleep } from 'node:timers/promises'

/** What a scenario saw; compared between two clouds, so it holds nothing that differs by chance (ids, times). */
export type Facts = Record<string, unknown>

interface ChangeSetFacts {
  id: string
  facts: Facts
}

/** One cloud, with the waiting done. */
export interface Cloud {
  send: CloudFormationClient['send']
  create(input: ConstructorParameters<typeof CreateStackCommand>[0]): Promise<Stack>
  changeSet(
    input: { name: string } & Omit<CreateChangeSetCommandInput, 'StackName' | 'ChangeSetName'>,
  ): Promise<ChangeSetFacts>
  execute(name: string, id: string, options?: { DisableRollback?: boolean }): Promise<Stack>
  /** The stack once nothing moves any more. */
  settled(name: string): Promise<Stack>
  /**
   * Statuses of the stack itself, and the last one of each resource. Left out is what ministack has otherwise than AWS:
   * the clean-up after an update, and events of resources that an update does not touch.
   */
  events(name: string): Promise<Facts>
  /** What failed and why, the cancelled left out. */
  failures(name: string): Promise<string[][]>
  refusal(call: Promise<unknown>): Promise<{ code: string; message: string } | undefined>
}

const lookEveryMs = 100
const patienceMs = 60_000

/** Waits and asks at one endpoint. */
export function cloudAt(endpoint: string): Cloud {
  const client = new CloudFormationClient({
    endpoint,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'AKIAINTEROPINTEROP00', secretAccessKey: 'not-a-secret' },
  })
  let sets = 0

  async function until<Value>(what: string, look: () => Promise<Value | undefined>): Promise<Value> {
    const end = Date.now() + patienceMs
    while (Date.now() < end) {
      const value = await look()
      if (value !== undefined) return value
      await sleep(lookEveryMs)
    }
    throw new Error(`${what} did not settle within ${patienceMs / 1000} s`)
  }

  const settled = (name: string): Promise<Stack> =>
    until(name, async () => {
      const { Stacks: [stack] = [] } = await client.send(new DescribeStacksCommand({ StackName: name }))
      return stack?.StackStatus?.endsWith('_IN_PROGRESS') === false ? stack : undefined
    })

  const eventsOf = async (name: string) => {
    const { StackEvents = [] } = await client.send(new DescribeStackEventsCommand({ StackName: name }))
    return StackEvents.toReversed()
  }

  return {
    send: client.send.bind(client),
    settled,
    async create(input) {
      await client.send(new CreateStackCommand(input))
      return settled(input.StackName ?? '')
    },
    async changeSet({ name, ...input }) {
      sets += 1
      const exists = await client.send(new DescribeStacksCommand({ StackName: name })).then(
        () => true,
        () => false,
      )
      const { Id: id = '' } = await client.send(
        new CreateChangeSetCommand({
          StackName: name,
          ChangeSetName: `set-${sets}`,
          ChangeSetType: exists ? 'UPDATE' : 'CREATE',
          ...input,
        }),
      )
      const set = await until(`change set ${id}`, async () => {
        const answer = await client.send(new DescribeChangeSetCommand({ ChangeSetName: id }))
        return answer.Status === 'CREATE_COMPLETE' || answer.Status === 'FAILED' ? answer : undefined
      })
      const changes = (set.Changes ?? []).map(({ ResourceChange: change }) =>
        [change?.Action, change?.LogicalResourceId, change?.ResourceType].join(' '),
      )
      const facts = {
        status: set.Status,
        execution: set.ExecutionStatus,
        // ministack writes an empty one where AWS writes none.
        reason: set.StatusReason === '' ? undefined : set.StatusReason,
        changes: changes.sort(),
      }
      return { id, facts }
    },
    async execute(name, id, options = {}) {
      await client.send(new ExecuteChangeSetCommand({ ChangeSetName: id, ...options }))
      return settled(name)
    },
    async events(name) {
      const events = await eventsOf(name)
      const last = new Map(
        events
          .filter((event) => event.LogicalResourceId !== name)
          .map((event) => [event.LogicalResourceId, event.ResourceStatus]),
      )
      return {
        stack: events
          .filter((event) => event.LogicalResourceId === name)
          .map((event): string | undefined => event.ResourceStatus)
          .filter((status) => status !== 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS'),
        resources: Object.fromEntries([...last].filter(([id]) => id !== 'Topic')),
      }
    },
    async failures(name) {
      const events = await eventsOf(name)
      return events
        .filter((event) => event.ResourceStatus?.endsWith('_FAILED') && event.LogicalResourceId !== name)
        .map((event) => [event.LogicalResourceId ?? '', event.ResourceStatusReason ?? ''])
    },
    async refusal(call) {
      try {
        await call
        return undefined
      } catch (error) {
        if (!(error instanceof Error)) throw error
        return { code: error.name, message: error.message }
      }
    },
  }
}
