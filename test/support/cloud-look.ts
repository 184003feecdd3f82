import {
  CloudFormationClient,
  DescribeStackEventsCommand,
  GetTemplateCommand,
  ListChangeSetsCommand,
  ListStacksCommand,
  paginateDescribeStacks,
} from '@aws-sdk/client-cloudformation'
import type { Stack } from '@aws-sdk/client-cloudformation'

/** Our own eyes on a sandbox, past the controller. */
export interface CloudLook {
  client: CloudFormationClient
  /** Stacks by name, without those that are gone. */
  stacks(): Promise<Map<string, Stack>>
  template(stackName: string): Promise<string | undefined>
  /** Change sets that wait to be executed or failed: a controller at rest has left none. */
  leftovers(): Promise<string[]>
  /** How every operation on stacks of that name began, deleted ones included, oldest first. */
  operations(stackName: string): Promise<string[]>
  close(): void
}

/** Looks at one region. */
export function lookAt(endpoint: string, region = 'eu-west-1'): CloudLook {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }
  const client = new CloudFormationClient({ endpoint, region, credentials })
  async function stacks(): Promise<Map<string, Stack>> {
    const found = new Map<string, Stack>()
    for await (const { Stacks = [] } of paginateDescribeStacks({ client }, {}))
      for (const stack of Stacks) found.set(stack.StackName ?? '', stack)
    return found
  }
  return {
    client,
    stacks,
    template: async (StackName) => (await client.send(new GetTemplateCommand({ StackName }))).TemplateBody,
    async leftovers() {
      const left: string[] = []
      for (const [StackName] of await stacks()) {
        const { Summaries = [] } = await client.send(new ListChangeSetsCommand({ StackName }))
        const open = Summaries.filter(({ ExecutionStatus = '' }) => !ExecutionStatus.startsWith('EXECUTE_'))
        left.push(...open.map(({ ChangeSetName = '', Status }) => `${StackName} ${ChangeSetName} ${Status}`))
      }
      return left
    },
    async operations(stackName) {
      const { StackSummaries = [] } = await client.send(new ListStacksCommand({}))
      const begun: { at: number; status: string }[] = []
      for (const { StackId, StackName } of StackSummaries) {
        if (StackName !== stackName) continue
        const { StackEvents = [] } = await client.send(new DescribeStackEventsCommand({ StackName: StackId }))
        for (const { PhysicalResourceId, ResourceStatusReason, ResourceStatus, Timestamp } of StackEvents) {
          const isBegin = PhysicalResourceId === StackId && ResourceStatusReason === 'User Initiated'
          if (!isBegin || String(ResourceStatus) === 'REVIEW_IN_PROGRESS') continue
          begun.push({ at: Timestamp?.getTime() ?? 0, status: ResourceStatus ?? '' })
        }
      }
      return begun.toSorted((a, b) => a.at - b.at).map(({ status }) => status)
    },
    close: () => client.destroy(),
  }
}
