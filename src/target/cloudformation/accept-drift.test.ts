import type { StackResourceDrift } from '@aws-sdk/client-cloudformation'
import { expect, test } from 'vitest'
import { acceptDrift } from './accept-drift.ts'

const template = `
Parameters: {D: {Type: Number}}
Resources:
  Queue:
    Type: AWS::SQS::Queue
    Properties: {DelaySeconds: !Ref D, QueueName: q}
  Topic: {Type: AWS::SNS::Topic}
`

function drift(more: Partial<StackResourceDrift>, ...paths: string[]): StackResourceDrift {
  return {
    StackId: 's',
    LogicalResourceId: 'Queue',
    ResourceType: 'AWS::SQS::Queue',
    StackResourceDriftStatus: 'MODIFIED',
    Timestamp: new Date(0),
    PropertyDifferences: paths.map((PropertyPath) => ({
      PropertyPath,
      ExpectedValue: '',
      ActualValue: '',
      DifferenceType: 'NOT_EQUAL' as const,
    })),
    ...more,
  }
}

const queue = (properties: Record<string, unknown>) => ({
  Parameters: { D: { Type: 'Number' } },
  Resources: {
    Queue: { Type: 'AWS::SQS::Queue', Properties: properties },
    Topic: { Type: 'AWS::SNS::Topic' },
  },
})

const cases: { name: string; drifts: StackResourceDrift[]; want: unknown }[] = [
  {
    name: 'a value in place of a reference',
    drifts: [drift({ ActualProperties: '{"DelaySeconds":9,"QueueName":"q"}' }, '/DelaySeconds')],
    want: queue({ DelaySeconds: 9, QueueName: 'q' }),
  },
  {
    name: 'the whole property for a path inside it, one that was added too',
    drifts: [
      drift({ ActualProperties: '{"Tags":[{"Key":"a","Value":"b"}]}' }, '/Tags/0/Value', '/Tags/0/Key'),
    ],
    want: queue({ DelaySeconds: { Ref: 'D' }, QueueName: 'q', Tags: [{ Key: 'a', Value: 'b' }] }),
  },
  {
    name: 'a property that somebody took away',
    drifts: [drift({ ActualProperties: '{}' }, '/DelaySeconds')],
    want: queue({ QueueName: 'q' }),
  },
  {
    name: 'not a deleted resource',
    drifts: [drift({ StackResourceDriftStatus: 'DELETED' }, '/DelaySeconds')],
    want: undefined,
  },
  {
    name: 'not one that the template does not name',
    drifts: [drift({ LogicalResourceId: 'Other', ActualProperties: '{}' }, '/A')],
    want: undefined,
  },
  {
    name: 'not without readable live properties',
    drifts: [drift({ ActualProperties: 'no json' }, '/DelaySeconds')],
    want: undefined,
  },
]

test.each(cases)('$name', ({ drifts, want }) => {
  const accepted = acceptDrift(template, drifts)
  expect(accepted === undefined ? undefined : (JSON.parse(accepted) as unknown)).toEqual(want)
})
