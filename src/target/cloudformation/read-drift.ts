import type { StackResourceDrift } from '@aws-sdk/client-cloudformation'
import type { Operation } from '../../api/record.ts'
import type { DriftedProperty } from '../../api/status.ts'
import { cleanText } from '../clean-text.ts'
import { allPages, type CloudFormationApi } from './api.ts'
import type { DriftView } from './observation.ts'

/** How far the operation's look for drift is, and what it found; undefined when none was begun or its id was lost. */
export async function readDrift(
  api: CloudFormationApi,
  stackId: string,
  operation: Operation | undefined,
): Promise<DriftView | undefined> {
  const detectionId = operation?.data['detectionId']
  if (detectionId === undefined) return undefined
  const answer = await api.describeDriftDetection({ StackDriftDetectionId: detectionId })
  if (answer.DetectionStatus === 'DETECTION_IN_PROGRESS') return { status: 'running', properties: [] }

  const drifts = await readDrifts(api, stackId)
  return {
    status: answer.DetectionStatus === 'DETECTION_FAILED' ? 'failed' : 'complete',
    ...(answer.DetectionStatusReason === undefined
      ? {}
      : { reason: cleanText(answer.DetectionStatusReason) }),
    properties: drifts.flatMap((drift) => driftedProperties(drift)),
  }
}

/** The resources that the last look found drifted. */
export async function readDrifts(
  api: Pick<CloudFormationApi, 'describeResourceDrifts'>,
  stackId: string,
): Promise<StackResourceDrift[]> {
  return allPages(async (token) => {
    const page = await api.describeResourceDrifts({
      StackName: stackId,
      StackResourceDriftStatusFilters: ['MODIFIED', 'DELETED'],
      ...(token === undefined ? {} : { NextToken: token }),
    })
    return { items: page.StackResourceDrifts ?? [], nextToken: page.NextToken }
  })
}

/** What of a resource differs from what git says. Pure. */
export function driftedProperties(drift: StackResourceDrift): DriftedProperty[] {
  const resource = drift.LogicalResourceId ?? '?'
  const resourceType = drift.ResourceType ?? 'unknown type'
  if (drift.StackResourceDriftStatus === 'DELETED') return [{ resource, resourceType, path: '' }]
  return (drift.PropertyDifferences ?? []).map((difference) => ({
    resource,
    resourceType,
    path: difference.PropertyPath ?? '',
    // CloudFormation writes the text "null" for a side that has nothing.
    ...(difference.DifferenceType === 'ADD' ? {} : { expected: cleanText(difference.ExpectedValue ?? '') }),
    ...(difference.DifferenceType === 'REMOVE' ? {} : { actual: cleanText(difference.ActualValue ?? '') }),
  }))
}
