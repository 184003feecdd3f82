import type { StackResource } from '@aws-sdk/client-cloudformation'
import type { Operation } from '../../api/record.ts'
import type { Progress } from '../target.ts'
import type { CloudFormationApi } from './api.ts'
import { isNotFound } from './errors.ts'

/** How far an operation in flight is: one call, up to a hundred resources. */
export async function readProgress(
  api: CloudFormationApi,
  stackId: string,
  operation: Operation,
): Promise<Progress | undefined> {
  try {
    const { StackResources = [] } = await api.describeStackResources({ StackName: stackId })
    return progressOf(StackResources, operation)
  } catch (error) {
    if (isNotFound(error)) return undefined
    throw error
  }
}

/**
 * Counts the resources that this operation has brought to rest. What it will touch is known from its change set; a
 * deletion touches all there are. Pure.
 */
export function progressOf(resources: readonly StackResource[], operation: Operation): Progress {
  const touched = resources.filter((item) => (item.Timestamp?.getTime() ?? 0) >= operation.startedAt)
  const done = touched.filter(({ ResourceStatus: status }) => status?.endsWith('_COMPLETE') === true)
  const running = touched.find(({ ResourceStatus: status }) => status?.endsWith('_IN_PROGRESS') === true)
  const planned = Number(operation.data['total'] ?? resources.length)
  const current =
    running === undefined
      ? {}
      : { current: `${running.ResourceType ?? ''} ${running.LogicalResourceId ?? ''}` }
  return { done: done.length, total: Math.max(planned, touched.length), ...current }
}
