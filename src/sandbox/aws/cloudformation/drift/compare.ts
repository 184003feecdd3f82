import type { ResourceTypeFacts } from '../../../../template/cloudformation/facts.ts'
import { valueText } from '../changesets/context.ts'
import { isObject } from '../input.ts'
import type { JsonObject, LiveObject, PropertyDifference, ResourceDrift, StackResource } from '../model.ts'
import { withReferences } from '../resources/secret-values.ts'
import { differencesOf } from '../resources/replacement.ts'

/**
 * How a resource differs from what the template says. As AWS does, only what the template sets is compared: what
 * somebody adds beside it is not drift, what they add inside it is.
 */
export function compareDrift(
  resource: StackResource,
  live: LiveObject | undefined,
  facts: ResourceTypeFacts | undefined,
  nowMs: number,
): ResourceDrift {
  const expected = resource.properties
  const shared = { checkedAtMs: nowMs, expected, differences: [] }
  if (facts === undefined || UNSUPPORTED.test(resource.type)) return { ...shared, status: 'NOT_CHECKED' }
  if (live === undefined) return { ...shared, status: 'DELETED' }
  const actual = onlySet(live.properties, expected)
  const differences = differencesOf(expected, actual).map(difference)
  return { ...shared, actual, status: differences.length > 0 ? 'MODIFIED' : 'IN_SYNC', differences }
}

/** The part of what is there that the template speaks of. */
export function onlySet(actual: JsonObject, expected: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(actual)
      .filter(([name]) => expected[name] !== undefined)
      .map(([name, value]) => [name, withReferences(value, expected[name])]),
  )
}

/** Types that detection leaves out. */
const UNSUPPORTED = /^(?:AWS::CloudFormation::|AWS::CDK::|Custom::|AWS::IAM::Policy$)/

function difference(found: {
  path: readonly (string | number)[]
  before: unknown
  after: unknown
}): PropertyDifference {
  return {
    path: `/${found.path.join('/')}`,
    expected: valueText(found.before) ?? 'null',
    actual: valueText(found.after) ?? 'null',
    type: found.before === undefined ? 'ADD' : found.after === undefined ? 'REMOVE' : 'NOT_EQUAL',
  }
}

/** A drift in AWS's members, for DescribeStackResourceDrifts. */
export function describeDrift(stackId: string, resource: StackResource, drift: ResourceDrift): JsonObject {
  const compared = drift.status === 'IN_SYNC' || drift.status === 'MODIFIED'
  return {
    StackId: stackId,
    LogicalResourceId: resource.logicalId,
    PhysicalResourceId: resource.physicalId,
    ResourceType: resource.type,
    ExpectedProperties: compared || drift.status === 'DELETED' ? JSON.stringify(drift.expected) : undefined,
    ActualProperties: isObject(drift.actual) ? JSON.stringify(drift.actual) : undefined,
    PropertyDifferences: drift.differences.map((difference) => ({
      PropertyPath: difference.path,
      ExpectedValue: difference.expected,
      ActualValue: difference.actual,
      DifferenceType: difference.type,
    })),
    StackResourceDriftStatus: drift.status,
    Timestamp: new Date(drift.checkedAtMs),
  }
}
