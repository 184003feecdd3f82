import type { StackEvent } from '@aws-sdk/client-cloudformation'
import { describe, expect, test } from 'vitest'
import { findFirstCause, firstFailure, validationText } from './failure.ts'

const parent = 'arn:aws:cloudformation:eu-west-1:123456789012:stack/web/1'
const child = 'arn:aws:cloudformation:eu-west-1:123456789012:stack/web-Net/2'
const start = Date.UTC(2026, 10, 23, 12)

/** One event, `at` seconds after the operation began. */
function event(
  at: number,
  id: string,
  status: string,
  reason?: string,
  more: Partial<StackEvent> = {},
): StackEvent {
  return {
    StackId: parent,
    EventId: `${id}-${at}`,
    StackName: 'web',
    LogicalResourceId: id,
    PhysicalResourceId: `${id}-physical`,
    ResourceType: 'AWS::SQS::Queue',
    ResourceStatus: status as NonNullable<StackEvent['ResourceStatus']>,
    Timestamp: new Date(start + at * 1000),
    ClientRequestToken: 'headwater-x-1',
    ...(reason === undefined ? {} : { ResourceStatusReason: reason }),
    ...more,
  }
}

const ofStack = { PhysicalResourceId: parent, ResourceType: 'AWS::CloudFormation::Stack' }
const window = { token: 'headwater-x-1', startedAt: start }

const cases: { name: string; events: StackEvent[]; want: string | undefined }[] = [
  { name: 'nothing failed', events: [event(1, 'A', 'CREATE_COMPLETE')], want: undefined },
  {
    name: 'the earliest, in whatever order they come',
    events: [event(9, 'Late', 'CREATE_FAILED', 'late'), event(3, 'Early', 'CREATE_FAILED', 'quota')],
    want: 'Early',
  },
  {
    name: 'no cancellation, though it is earlier',
    events: [
      event(1, 'A', 'CREATE_FAILED', 'Resource creation cancelled'),
      event(1, 'B', 'UPDATE_FAILED', 'Resource update cancelled'),
      event(2, 'C', 'CREATE_FAILED', 'Access denied'),
    ],
    want: 'C',
  },
  {
    name: 'no resource before the stack itself',
    events: [
      event(1, 'web', 'UPDATE_FAILED', 'The following resource(s) failed to update: [A].', ofStack),
      event(2, 'A', 'UPDATE_FAILED', 'quota'),
    ],
    want: 'A',
  },
  {
    name: 'the stack itself when no resource failed',
    events: [event(1, 'web', 'UPDATE_FAILED', 'Export X is in use', ofStack)],
    want: 'web',
  },
  {
    name: 'the stack’s rollback when nothing at all failed',
    events: [
      event(1, 'A', 'CREATE_COMPLETE'),
      event(
        2,
        'web',
        'ROLLBACK_IN_PROGRESS',
        'No export named X found. Rollback requested by user.',
        ofStack,
      ),
    ],
    want: 'web',
  },
  {
    name: 'no rollback that gives no reason',
    events: [
      event(1, 'web', 'ROLLBACK_IN_PROGRESS', 'User Initiated', ofStack),
      event(2, 'web', 'ROLLBACK_IN_PROGRESS', 'Rollback requested by user.', ofStack),
      event(3, 'web', 'UPDATE_ROLLBACK_IN_PROGRESS', undefined, ofStack),
    ],
    want: undefined,
  },
  {
    name: 'no rollback where a resource failed later',
    events: [
      event(1, 'web', 'UPDATE_ROLLBACK_IN_PROGRESS', 'alarm', ofStack),
      event(2, 'A', 'UPDATE_FAILED', 'quota'),
    ],
    want: 'A',
  },
  {
    name: 'nothing of an earlier operation, told by its token',
    events: [
      event(-900, 'Old', 'CREATE_FAILED', 'old', { ClientRequestToken: 'headwater-w-0' }),
      event(5, 'New', 'UPDATE_FAILED', 'new'),
    ],
    want: 'New',
  },
  {
    name: 'nothing of an earlier operation, told by the time when nobody kept the tokens',
    events: [
      event(-900, 'Old', 'CREATE_FAILED', 'old', { ClientRequestToken: undefined }),
      event(5, 'New', 'UPDATE_FAILED', 'new', { ClientRequestToken: undefined }),
    ],
    want: 'New',
  },
]

test.each(cases)('first failure: $name', ({ events, want }) => {
  expect(firstFailure(events, window)?.LogicalResourceId).toBe(want)
})

describe('into nested stacks', () => {
  const nested = { PhysicalResourceId: child, ResourceType: 'AWS::CloudFormation::Stack' }
  const inChild = { StackId: child, ClientRequestToken: undefined }
  const stacks: Record<string, StackEvent[]> = {
    [parent]: [
      event(9, 'web', 'ROLLBACK_IN_PROGRESS', 'rolling back', ofStack),
      event(8, 'Net', 'CREATE_FAILED', 'Embedded stack was not successfully created', nested),
      event(1, 'web', 'CREATE_IN_PROGRESS', 'User Initiated', ofStack),
    ],
    [child]: [
      event(7, 'Other', 'CREATE_FAILED', 'Resource creation cancelled', inChild),
      event(6, 'Subnet', 'CREATE_FAILED', 'CIDR\u0007 conflicts', {
        ...inChild,
        ResourceType: 'AWS::EC2::Subnet',
      }),
    ],
  }

  /** Answers one event a page, newest first, and counts the pages. */
  function pagedApi() {
    let pages = 0
    return {
      pages: () => pages,
      describeStackEvents({
        StackName = '',
        NextToken = '0',
      }: {
        StackName?: string | undefined
        NextToken?: string | undefined
      }) {
        pages++
        const all = stacks[StackName] ?? []
        const at = Number(NextToken)
        const next = at + 1 < all.length ? { NextToken: String(at + 1) } : {}
        return Promise.resolve({ StackEvents: all.slice(at, at + 1), ...next })
      },
    }
  }

  test('the path to the innermost resource, its type and its cleaned reason', async () => {
    const cause = await findFirstCause(pagedApi(), parent, window)
    expect(cause).toEqual({
      path: ['Net', 'Subnet'],
      resourceType: 'AWS::EC2::Subnet',
      reason: 'CIDR  conflicts',
    })
  })

  test('pages from before the operation are not read', async () => {
    const long = pagedApi()
    stacks[parent]?.push(...Array.from({ length: 20 }, (_, i) => event(-1000 - i, 'Old', 'CREATE_COMPLETE')))
    await findFirstCause(long, parent, window)
    expect(long.pages()).toBe(3 + 1 + 2)
  })
})

test('the reason of a rollback, without what every rollback says', async () => {
  const reason = 'No export named X found. Rollback requested by user.'
  const events = [event(2, 'web', 'ROLLBACK_IN_PROGRESS', reason, ofStack)]
  const api = { describeStackEvents: () => Promise.resolve({ StackEvents: events }) }
  const cause = await findFirstCause(api, parent, window)
  expect(cause?.reason).toBe('No export named X found.')
})

test('validation results say what the change set only points to', async () => {
  const api = {
    describeEvents: () =>
      Promise.resolve({
        OperationEvents: [
          { EventType: 'STACK_EVENT' as const },
          {
            EventType: 'VALIDATION_ERROR' as const,
            ValidationPath: '/Resources/Queue/Properties/DelaySeconds',
            ValidationStatusReason: 'expected type: Integer',
          },
        ],
      }),
  }
  expect(await validationText(api, 'cs')).toBe(
    '/Resources/Queue/Properties/DelaySeconds: expected type: Integer',
  )
})
