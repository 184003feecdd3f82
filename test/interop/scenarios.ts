import {
  CreateStackCommand,
  DeleteChangeSetCommand,
  DeleteStackCommand,
  DescribeChangeSetCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  RollbackStackCommand,
  UpdateStackCommand,
  UpdateTerminationProtectionCommand,
} from '@aws-sdk/client-cloudformation'
import type { Stack } from '@aws-sdk/client-cloudformation'
import { readFileSync } from 'node:fs'
import type { Cloud, Facts } from './cloud.ts'

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
      gone: await cloud.refusal(cloud.send(new DescribeStacksCommand({ StackName: name }))),
    }
  },

  async 'a change set without changes'(cloud, name) {
    await cloud.create({ StackName: name, TemplateBody: web })
    const { facts, id } = await cloud.changeSet({ name, TemplateBody: web })
    await cloud.send(new DeleteChangeSetCommand({ ChangeSetName: id }))
    const update = new UpdateStackCommand({ StackName: name, TemplateBody: web })
    return { facts, update: await cloud.refusal(cloud.send(update)), after: look(await cloud.settled(name)) }
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
      again: await cloud.refusal(cloud.send(new CreateStackCommand({ StackName: name, TemplateBody: web }))),
      missing: await cloud.refusal(cloud.send(new DescribeStacksCommand({ StackName: `${name}-none` }))),
      set: await cloud.refusal(
        cloud.send(new DescribeChangeSetCommand({ StackName: name, ChangeSetName: 'no-such-set' })),
      ),
      // Only the code: the words name the stack in one way or another.
      protected: (await cloud.refusal(cloud.send(new DeleteStackCommand({ StackName: name }))))?.code,
    }
  },

  async tokens(cloud, name) {
    const ClientRequestToken = `token-${name}`
    await cloud.create({ StackName: name, TemplateBody: web, ClientRequestToken })
    const { StackEvents = [] } = await cloud.send(new DescribeStackEventsCommand({ StackName: name }))
    return { tokens: [...new Set(StackEvents.map((event) => event.ClientRequestToken))] }
  },
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
