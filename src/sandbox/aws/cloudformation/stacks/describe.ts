import { type Input, given, texts } from '../input.ts'
import type { Stack, StackParameter, Tag } from '../model.ts'
import { page } from '../paging.ts'
import type { Call } from '../world.ts'
import { noStackWithId, stackOf } from './lookup.ts'
import { staleView } from './stale.ts'

/** How many stacks one answer holds. */
const PAGE = 100

/** DescribeStacks. */
export function describeStacks(call: Call, input: Input): Record<string, unknown> {
  if (given(input, 'StackName')) {
    const stack = stackOf(call, input, noStackWithId)
    const seen = staleView(call.world, stack)
    if (seen === undefined) throw noStackWithId(String(input['StackName']))
    return { Stacks: [describeStack(seen)] }
  }
  const stacks = [...call.place.stacks.values()]
    .filter((stack) => stack.status !== 'DELETE_COMPLETE')
    .toReversed()
    .map((stack) => staleView(call.world, stack))
    .filter((stack) => stack !== undefined)
  const { items, ...more } = page(input, stacks, PAGE)
  return { Stacks: items.map(describeStack), ...more }
}

/** A stack in AWS's members: what is empty is absent or not, exactly as AWS has it. */
export function describeStack(stack: Stack): Record<string, unknown> {
  const { configuration } = stack
  const description = descriptionOf(stack)
  const deleted = stack.status === 'DELETE_COMPLETE'
  return {
    StackId: stack.id,
    StackName: stack.name,
    ChangeSetId: deleted ? undefined : stack.changeSetId,
    Description: description,
    Parameters: nonEmpty((configuration?.parameters ?? []).map(describeParameter)),
    CreationTime: new Date(stack.createdAtMs),
    DeletionTime: dateOf(stack.deletedAtMs),
    LastUpdatedTime: dateOf(stack.updatedAtMs),
    RollbackConfiguration: describeRollback(configuration?.rollbackConfiguration ?? {}),
    StackStatus: stack.status,
    StackStatusReason: stack.reason,
    DisableRollback: stack.disableRollback,
    NotificationARNs: configuration?.notificationArns ?? [],
    TimeoutInMinutes: stack.timeoutMinutes,
    Capabilities: nonEmpty(configuration?.capabilities ?? []),
    Outputs: nonEmpty(
      stack.outputs.map((output) => ({
        OutputKey: output.key,
        OutputValue: output.value,
        Description: output.description,
        ExportName: output.exportName,
      })),
    ),
    RoleARN: configuration?.roleArn,
    Tags: (configuration?.tags ?? []).map(describeTag),
    EnableTerminationProtection: deleted ? undefined : stack.terminationProtection,
    ParentId: stack.parentId,
    RootId: stack.rootId,
    DriftInformation: {
      StackDriftStatus: stack.driftStatus,
      LastCheckTimestamp: dateOf(stack.driftCheckedAtMs),
    },
    RetainExceptOnCreate: stack.retainExceptOnCreate ? true : undefined,
    DeletionMode: stack.deletionMode,
  }
}

/** The description of a stack's template. */
export function descriptionOf(stack: Stack): string | undefined {
  const description = stack.configuration?.template.processed['Description']
  return typeof description === 'string' && description !== '' ? description : undefined
}

/** ListStacks: deleted ones too. */
export function listStacks(call: Call, input: Input): Record<string, unknown> {
  const wanted = texts(input, 'StackStatusFilter')
  const stacks = [...call.place.stacks.values()]
    .filter((stack) => wanted === undefined || wanted.length === 0 || wanted.includes(stack.status))
    .toReversed()
  const { items, ...more } = page(input, stacks, PAGE)
  return {
    StackSummaries: items.map((stack) => ({
      StackId: stack.id,
      StackName: stack.name,
      TemplateDescription: descriptionOf(stack),
      CreationTime: new Date(stack.createdAtMs),
      LastUpdatedTime: dateOf(stack.updatedAtMs),
      DeletionTime: dateOf(stack.deletedAtMs),
      StackStatus: stack.status,
      StackStatusReason: stack.reason,
      ParentId: stack.parentId,
      RootId: stack.rootId,
      DriftInformation: {
        StackDriftStatus: stack.driftStatus,
        LastCheckTimestamp: dateOf(stack.driftCheckedAtMs),
      },
    })),
    ...more,
  }
}

/** A parameter in AWS's members; a NoEcho one shows only that it is there. */
export function describeParameter(parameter: StackParameter): Record<string, unknown> {
  return {
    ParameterKey: parameter.key,
    ParameterValue: parameter.noEcho ? '****' : parameter.value,
    ResolvedValue: parameter.noEcho ? undefined : parameter.resolved,
  }
}

/** A tag in AWS's members. */
export function describeTag(tag: Tag): Record<string, unknown> {
  return { Key: tag.key, Value: tag.value }
}

/** RollbackConfiguration in AWS's members. */
export function describeRollback(configuration: {
  monitoringTimeInMinutes?: number
  triggers?: { arn: string; type: string }[]
}): Record<string, unknown> {
  return {
    MonitoringTimeInMinutes: configuration.monitoringTimeInMinutes,
    RollbackTriggers: configuration.triggers?.map((trigger) => ({ Arn: trigger.arn, Type: trigger.type })),
  }
}

/** A list, or nothing for an empty one. */
export function nonEmpty<Item>(items: Item[]): Item[] | undefined {
  return items.length === 0 ? undefined : items
}

/** A time, if there is one. */
export function dateOf(ms: number | undefined): Date | undefined {
  return ms === undefined ? undefined : new Date(ms)
}
