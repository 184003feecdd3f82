import type {
  ContinueUpdateRollbackInput,
  CreateChangeSetInput,
  CreateChangeSetOutput,
  DeleteChangeSetInput,
  DeleteStackInput,
  DescribeChangeSetInput,
  DescribeChangeSetOutput,
  DescribeEventsInput,
  DescribeEventsOutput,
  DescribeStackDriftDetectionStatusInput,
  DescribeStackDriftDetectionStatusOutput,
  DescribeStackEventsInput,
  DescribeStackEventsOutput,
  DescribeStackResourceDriftsInput,
  DescribeStackResourceDriftsOutput,
  DescribeStackResourcesInput,
  DescribeStackResourcesOutput,
  DescribeStacksInput,
  DescribeStacksOutput,
  DetectStackDriftInput,
  DetectStackDriftOutput,
  ExecuteChangeSetInput,
  GetStackPolicyInput,
  GetStackPolicyOutput,
  ListChangeSetsInput,
  ListChangeSetsOutput,
  RollbackStackInput,
  SetStackPolicyInput,
  UpdateTerminationProtectionInput,
} from '@aws-sdk/client-cloudformation'

/** The part of CloudFormation's API that is used, in the SDK's own shapes. Errors are ours already. */
export interface CloudFormationApi {
  describeStacks(input: DescribeStacksInput): Promise<DescribeStacksOutput>
  describeChangeSet(input: DescribeChangeSetInput): Promise<DescribeChangeSetOutput>
  describeStackEvents(input: DescribeStackEventsInput): Promise<DescribeStackEventsOutput>
  describeEvents(input: DescribeEventsInput): Promise<DescribeEventsOutput>
  describeStackResources(input: DescribeStackResourcesInput): Promise<DescribeStackResourcesOutput>
  describeDriftDetection(
    input: DescribeStackDriftDetectionStatusInput,
  ): Promise<DescribeStackDriftDetectionStatusOutput>
  describeResourceDrifts(input: DescribeStackResourceDriftsInput): Promise<DescribeStackResourceDriftsOutput>
  getStackPolicy(input: GetStackPolicyInput): Promise<GetStackPolicyOutput>
  listChangeSets(input: ListChangeSetsInput): Promise<ListChangeSetsOutput>
  createChangeSet(input: CreateChangeSetInput): Promise<CreateChangeSetOutput>
  executeChangeSet(input: ExecuteChangeSetInput): Promise<unknown>
  deleteChangeSet(input: DeleteChangeSetInput): Promise<unknown>
  setStackPolicy(input: SetStackPolicyInput): Promise<unknown>
  updateTerminationProtection(input: UpdateTerminationProtectionInput): Promise<unknown>
  deleteStack(input: DeleteStackInput): Promise<unknown>
  rollbackStack(input: RollbackStackInput): Promise<unknown>
  continueUpdateRollback(input: ContinueUpdateRollbackInput): Promise<unknown>
  detectStackDrift(input: DetectStackDriftInput): Promise<DetectStackDriftOutput>
}

/** Pages are read to the end, but for a service that never ends. */
const maxPages = 100

/** All items of a paged answer. */
export async function allPages<Item>(
  read: (nextToken: string | undefined) => Promise<{ items: Item[]; nextToken: string | undefined }>,
): Promise<Item[]> {
  const all: Item[] = []
  let token: string | undefined
  for (let page = 0; page < maxPages; page++) {
    const { items, nextToken } = await read(token)
    all.push(...items)
    if (nextToken === undefined || nextToken === '') return all
    token = nextToken
  }
  return all
}
