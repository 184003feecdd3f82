import type { Stack } from '@aws-sdk/client-cloudformation'
import type { ObjectRecord } from '../../api/record.ts'
import { cleanText } from '../clean-text.ts'
import type { CloudFormationApi } from './api.ts'
import { pinnedId, stackPlace, type Settings } from './context.ts'
import { isNotFound } from './errors.ts'
import type { Observation, StackView } from './observation.ts'

/** The pinned stack by its id, and whoever has its name when it is gone; with none pinned the stack of that name. */
export async function findStack(
  api: CloudFormationApi,
  settings: Settings,
  record: ObjectRecord,
): Promise<Pick<Observation, 'stack' | 'goneId' | 'stranger'>> {
  const { stackName } = stackPlace(settings, record)
  const pinned = pinnedId(record)
  const byId = pinned === undefined ? undefined : await readStack(api, pinned)
  if (byId !== undefined && byId.status !== 'DELETE_COMPLETE') return { stack: byId }
  const byName = await readStack(api, stackName)
  const alive = byName?.status === 'DELETE_COMPLETE' ? undefined : byName
  if (pinned === undefined || alive?.id === pinned) return alive === undefined ? {} : { stack: alive }
  return {
    ...(byId === undefined ? {} : { goneId: byId.id }),
    ...(alive === undefined ? {} : { stranger: alive }),
  }
}

async function readStack(api: CloudFormationApi, nameOrId: string): Promise<StackView | undefined> {
  try {
    const { Stacks = [] } = await api.describeStacks({ StackName: nameOrId })
    const [stack] = Stacks
    return stack === undefined ? undefined : stackView(stack)
  } catch (error) {
    if (isNotFound(error)) return undefined
    throw error
  }
}

/** A stack as the SDK describes it, in the shape that decisions are made from. Pure. */
export function stackView(stack: Stack): StackView {
  const updatedAt = stack.LastUpdatedTime ?? stack.CreationTime
  return {
    id: stack.StackId ?? '',
    name: stack.StackName ?? '',
    status: stack.StackStatus ?? 'UNKNOWN',
    ...(stack.StackStatusReason === undefined ? {} : { statusReason: cleanText(stack.StackStatusReason) }),
    tags: Object.fromEntries((stack.Tags ?? []).map(({ Key, Value }) => [Key ?? '', Value ?? ''])),
    outputs: Object.fromEntries(
      (stack.Outputs ?? []).map(({ OutputKey, OutputValue }) => [OutputKey ?? '', OutputValue ?? '']),
    ),
    ...(stack.RoleARN === undefined ? {} : { roleArn: stack.RoleARN }),
    ...(stack.ChangeSetId === undefined ? {} : { changeSetId: stack.ChangeSetId }),
    terminationProtection: stack.EnableTerminationProtection === true,
    hasRollbackTriggers: (stack.RollbackConfiguration?.RollbackTriggers ?? []).length > 0,
    updatedAt: updatedAt?.toISOString() ?? '',
  }
}
