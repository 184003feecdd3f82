import { ApiError } from '../errors.ts'
import { type Input, flag } from '../input.ts'
import { page } from '../paging.ts'
import { describeParameter, describeRollback, describeTag, nonEmpty } from '../stacks/describe.ts'
import { noStack, stackOf } from '../stacks/lookup.ts'
import type { Call } from '../world.ts'
import { changeSetOf, findChangeSet, setsOf } from './lookup.ts'
import type { ChangeSet } from './model.ts'

/** How many changes, or sets, one answer holds. */
const PAGE = 100

/** DescribeChangeSet. */
export function describeChangeSet(call: Call, input: Input): Record<string, unknown> {
  const set = changeSetOf(call, input)
  const all = flag(input, 'IncludePropertyValues') ? set.changesWithValues : set.changes
  const { items, ...more } = page(input, all, PAGE)
  return {
    ChangeSetName: set.name,
    ChangeSetId: set.id,
    StackId: set.stackId,
    StackName: set.stackName,
    Description: set.description,
    Parameters: nonEmpty(set.parameters.map(describeParameter)),
    CreationTime: new Date(set.createdAtMs),
    ExecutionStatus: set.executionStatus,
    Status: set.status,
    StatusReason: set.statusReason,
    StackDriftStatus: set.stackDriftStatus,
    NotificationARNs: set.notificationArns,
    RollbackConfiguration: describeRollback(set.rollbackConfiguration),
    Capabilities: set.capabilities ?? [],
    Tags: nonEmpty(set.tags.map(describeTag)),
    Changes: items.map((change) => ({ Type: 'Resource', ResourceChange: change })),
    IncludeNestedStacks: set.includeNestedStacks,
    ParentChangeSetId: set.parentId,
    RootChangeSetId: set.rootId,
    OnStackFailure: set.onStackFailure,
    ImportExistingResources: set.importExistingResources ? true : undefined,
    DeploymentMode: set.deploymentMode,
    ...more,
  }
}

/** ListChangeSets. */
export function listChangeSets(call: Call, input: Input): Record<string, unknown> {
  const stack = stackOf(call, input, noStack)
  const { items, ...more } = page(input, setsOf(call, stack.id), PAGE)
  return {
    Summaries: items.map((set) => ({
      StackId: set.stackId,
      StackName: set.stackName,
      ChangeSetId: set.id,
      ChangeSetName: set.name,
      ExecutionStatus: set.executionStatus,
      Status: set.status,
      StatusReason: set.statusReason,
      CreationTime: new Date(set.createdAtMs),
      Description: set.description,
      IncludeNestedStacks: set.includeNestedStacks,
      ParentChangeSetId: set.parentId,
      RootChangeSetId: set.rootId,
      ImportExistingResources: set.importExistingResources ? true : undefined,
    })),
    ...more,
  }
}

/** DeleteChangeSet: one that is not there is deleted already, if its stack is. */
export function deleteChangeSet(call: Call, input: Input): Record<string, unknown> {
  const set = findChangeSet(call, input)
  if (set === undefined) return {}
  if (set.executionStatus === 'EXECUTE_IN_PROGRESS')
    throw new ApiError(
      'InvalidChangeSetStatus',
      `ChangeSet [${set.id}] cannot be deleted in its current execution status of [${set.executionStatus}]`,
    )
  removeSet(call, set)
  return {}
}

/** A set that is no longer shown, nor its nested ones, nor the stacks that were only put under review for them. */
export function removeSet(call: Pick<Call, 'world' | 'place'>, set: ChangeSet): void {
  set.status = 'DELETE_COMPLETE'
  set.deleted = true
  for (const child of nestedSets(call, set)) {
    child.status = 'DELETE_COMPLETE'
    child.deleted = true
  }
  dropReviewedChildren(call, set)
}

/** The sets that were made for the nested stacks of a set. */
export function nestedSets({ place }: Pick<Call, 'place'>, set: ChangeSet): ChangeSet[] {
  return [...place.changeSets.values()].filter((child) => child.rootId === set.id && !child.deleted)
}

/** Nested stacks that a set put under review and that never came to be. */
export function dropReviewedChildren({ world, place }: Pick<Call, 'world' | 'place'>, set: ChangeSet): void {
  for (const child of place.changeSets.values()) {
    const stack = child.rootId === set.id ? place.stacks.get(child.stackId) : undefined
    if (stack?.underReview !== true) continue
    delete stack.underReview
    stack.status = 'DELETE_COMPLETE'
    stack.deletedAtMs = world.timeline.now()
    place.named.delete(stack.name)
  }
}
