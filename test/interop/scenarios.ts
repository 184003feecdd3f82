import {
  CloudFormationClient,
  CreateChangeSetCommand,
  CreateStackCommand,
  DeleteChangeSetCommand,
  DeleteStackCommand,
  DescribeChangeSetCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  ExecuteChangeSetCommand,
  RollbackStackCommand,
  UpdateStackCommand,
  UpdateTerminationProtectionCommand,
} from '@aws-sdk/client-cloudformation'
import type { CreateChangeSetCommandInput, Stack } from '@aws-sdk/client-cloudformation'
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

/** What a scenario saw; compared between two clouds, so it holds nothing that differs by chance (ids, times). */
export type Facts = Record<string, unknown>

const read = (name: string): string => readFileSync(new URL(`./templates/${name}`, import.meta.url), 'utf8')
const web = read('web.yaml')
const never = read('never.yaml')
const size = (value: string) => [{ ParameterKey: 'Size', ParameterValue: value }]

/** Small stories that every CloudFormation must tell alike; each works on a stack of its own name. */
export const scenarios: Record<string, (cloud: Cloud, name: string) => Promise<Facts>> = {
  async 'create, update, delete by change sets'(cloud, name) {
    const first = await cloud.changeSet({ name, TemplateBody: web })
    const created = await cloud.execute(name, first.id)
    const second = await cloud.changeSet({ name, TemplateBody: web, Parameters: size('large') })
    const updated = await cloud.execute(name, second.id)
    const events = await cloud.events(name)
    const id = updated.StackId ?? ''
    await cloud.send(new DeleteStackCommand({ StackName: name }))
    const deleted = await cloud.settled(id)
    return {
      first: first.facts,
      created: look(created),
      second: second.facts,
      updated: look(updated),
      events,
      deleted: deleted.StackStatus,
      gone: await cloud.refusal(new DescribeStacksCommand({ StackName: name })),
    }
  },

  async 'a change set without changes'(cloud, name) {
    await cloud.create({ StackName: name, TemplateBody: web })
    const { facts, id } = await cloud.changeSet({ name, TemplateBody: web })
    await cloud.send(new DeleteChangeSetCommand({ ChangeSetName: id }))
    const update = new UpdateStackCommand({ StackName: name, TemplateBody: web })
    return { facts, update: await cloud.refusal(update), after: look(await cloud.settled(name)) }
  },

  async 'a change of tags alone'(cloud, name) {
    await cloud.create({ StackName: name, TemplateBody: web, Tags: [{ Key: 'team', Value: 'a' }] })
    const set = await cloud.changeSet({ name, TemplateBody: web, Tags: [{ Key: 'team', Value: 'b' }] })
    const { Tags, StackStatus } = await cloud.execute(name, set.id)
    return { status: set.facts['status'], reason: set.facts['reason'], Tags, StackStatus }
  },

  async 'a creation that fails'(cloud, name) {
    const stack = await cloud.create({ StackName: name, TemplateBody: never })
    return { after: look(stack), failures: await cloud.failures(name) }
  },

  async 'an update that fails'(cloud, name) {
    await cloud.create({ StackName: name, TemplateBody: web })
    const set = await cloud.changeSet({ name, TemplateBody: never, Parameters: size('large') })
    const stack = await cloud.execute(name, set.id)
    return { after: look(stack), failures: await cloud.failures(name) }
  },

  async 'an update that fails and is left so, then rolled back'(cloud, name) {
    await cloud.create({ StackName: name, TemplateBody: web })
    const set = await cloud.changeSet({ name, TemplateBody: never, Parameters: size('large') })
    const failed = await cloud.execute(name, set.id, { DisableRollback: true })
    await cloud.send(new RollbackStackCommand({ StackName: name }))
    return { failed: failed.StackStatus, after: look(await cloud.settled(name)) }
  },

  async refusals(cloud, name) {
    await cloud.create({ StackName: name, TemplateBody: web })
    await cloud.send(
      new UpdateTerminationProtectionCommand({ StackName: name, EnableTerminationProtection: true }),
    )
    return {
      again: await cloud.refusal(new CreateStackCommand({ StackName: name, TemplateBody: web })),
      missing: await cloud.refusal(new DescribeStacksCommand({ StackName: `${name}-none` })),
      set: await cloud.refusal(
        new DescribeChangeSetCommand({ StackName: name, ChangeSetName: 'no-such-set' }),
      ),
      // Only the code: the words name the stack in one way or another.
      protected: (await cloud.refusal(new DeleteStackCommand({ StackName: name })))?.code,
    }
  },

  async tokens(cloud, name) {
    const ClientRequestToken = `token-${name}`
    await cloud.create({ StackName: name, TemplateBody: web, ClientRequestToken })
    const { StackEvents = [] } = await cloud.send(new DescribeStackEventsCommand({ StackName: name }))
    return { tokens: [...new Set(StackEvents.map((event) => event.ClientRequestToken))] }
  },
}

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
  refusal(
    command: Parameters<CloudFormationClient['send']>[0],
  ): Promise<{ code: string; message: string } | undefined>
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
          .map((event) => event.ResourceStatus)
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
    async refusal(command) {
      try {
        await client.send(command)
        return undefined
      } catch (error) {
        if (!(error instanceof Error)) throw error
        return { code: error.name, message: error.message }
      }
    },
  }
}

function look(stack: Stack): Facts {
  const pairs = (list: [string | undefined, string | undefined][]): Facts => Object.fromEntries(list)
  return {
    status: stack.StackStatus,
    outputs: pairs((stack.Outputs ?? []).map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue])),
    parameters: pairs(
      (stack.Parameters ?? []).map(({ ParameterKey, ParameterValue }) => [ParameterKey, ParameterValue]),
    ),
  }
}
