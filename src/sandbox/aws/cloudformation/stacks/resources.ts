import { validationError } from '../errors.ts'
import { type Input, given, requiredText, text } from '../input.ts'
import type { Stack, StackResource } from '../model.ts'
import { page } from '../paging.ts'
import type { Call } from '../world.ts'
import { dateOf } from './describe.ts'
import { noStackWithId, stackOf } from './lookup.ts'

/** How many resources ListStackResources and DescribeStackResources answer at once. */
const PAGE = 100

/** DescribeStackResources: by stack, or by the physical id of one of its resources. */
export function describeStackResources(call: Call, input: Input): Record<string, unknown> {
  const stack = given(input, 'StackName')
    ? stackOf(call, input, noStackWithId)
    : stackOfPhysical(call, requiredText(input, 'PhysicalResourceId'))
  const logicalId = text(input, 'LogicalResourceId')
  const resources = sorted(stack).filter(
    (resource) => logicalId === undefined || resource.logicalId === logicalId,
  )
  if (logicalId !== undefined && resources.length === 0) throw noResource(stack, logicalId)
  return {
    StackResources: resources.slice(0, PAGE).map((resource) => ({
      StackName: stack.name,
      StackId: stack.id,
      LogicalResourceId: resource.logicalId,
      PhysicalResourceId: resource.physicalId === '' ? undefined : resource.physicalId,
      ResourceType: resource.type,
      Timestamp: new Date(resource.atMs),
      ResourceStatus: resource.status,
      ResourceStatusReason: resource.reason,
      Description: descriptionOf(resource),
      DriftInformation: driftOf(resource),
    })),
  }
}

/** DescribeStackResource. */
export function describeStackResource(call: Call, input: Input): Record<string, unknown> {
  const stack = stackOf(call, input, (name) => validationError(`Stack '${name}' does not exist`))
  const logicalId = requiredText(input, 'LogicalResourceId')
  const resource = stack.resources.get(logicalId)
  if (resource === undefined) throw noResource(stack, logicalId)
  return {
    StackResourceDetail: {
      StackName: stack.name,
      StackId: stack.id,
      LogicalResourceId: resource.logicalId,
      PhysicalResourceId: resource.physicalId === '' ? undefined : resource.physicalId,
      ResourceType: resource.type,
      LastUpdatedTimestamp: new Date(resource.atMs),
      ResourceStatus: resource.status,
      ResourceStatusReason: resource.reason,
      Description: descriptionOf(resource),
      Metadata: JSON.stringify(resource.metadata ?? {}),
      DriftInformation: driftOf(resource),
    },
  }
}

/** ListStackResources. */
export function listStackResources(call: Call, input: Input): Record<string, unknown> {
  const stack = stackOf(call, input, noStackWithId)
  const { items, ...more } = page(input, sorted(stack), PAGE)
  return {
    StackResourceSummaries: items.map((resource) => ({
      LogicalResourceId: resource.logicalId,
      PhysicalResourceId: resource.physicalId === '' ? undefined : resource.physicalId,
      ResourceType: resource.type,
      LastUpdatedTimestamp: new Date(resource.atMs),
      ResourceStatus: resource.status,
      ResourceStatusReason: resource.reason,
      DriftInformation: driftOf(resource),
    })),
    ...more,
  }
}

function sorted(stack: Stack): StackResource[] {
  return [...stack.resources.values()].toSorted((a, b) => (a.logicalId < b.logicalId ? -1 : 1))
}

function noResource(stack: Stack, logicalId: string): Error {
  return validationError(`Resource ${logicalId} does not exist for stack ${stack.name}`)
}

function descriptionOf(resource: StackResource): string | undefined {
  const description = resource.definition['Description']
  return typeof description === 'string' ? description : undefined
}

function driftOf({ drift }: StackResource): Record<string, unknown> {
  return {
    StackResourceDriftStatus: drift?.status ?? 'NOT_CHECKED',
    LastCheckTimestamp: dateOf(drift?.checkedAtMs),
  }
}

function stackOfPhysical(call: Call, physicalId: string): Stack {
  for (const stack of call.place.named.values())
    for (const resource of stack.resources.values()) if (resource.physicalId === physicalId) return stack
  throw validationError(`Stack for ${physicalId} does not exist`)
}
