import type { EventBridgeEvent, EventBridgeHandler } from 'aws-lambda'
import { keyOf } from '../../src/api/record.ts'
import type { Application } from '../shared/application.ts'
import { open } from './application.ts'

const detailType = 'CloudFormation Stack Status Change'

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/eventbridge-events.html: as much of it as is read. */
export interface StackStatusChange {
  'stack-id': string
  'status-details': { status: string; 'status-reason'?: string }
  'client-request-token'?: string
}

/** What an event marked due. */
export interface EventsAnswer {
  marked: string[]
}

/**
 * A stack changed its status: the object that is pinned to it is due. An event is a hint, so one that is lost, doubled
 * or late does no harm. The object is found by reading all stacks' records: a read of a few kilobytes a record that
 * needs no second index to keep in step, and the rule lets only ends of operations through.
 */
export async function handleStatusChange(app: Application, detail: StackStatusChange): Promise<EventsAnswer> {
  const { controller, store, log } = app
  const status = detail['status-details'].status
  // An operation in flight is looked at when it wants to be; only its end is news.
  if (status.endsWith('_IN_PROGRESS')) return { marked: [] }
  const records = await store.list('CloudFormationStack/')
  const keys = records
    .map(({ record }) => record)
    .filter(({ operation, status }) =>
      // A stack that is being made is known by its operation alone.
      [status.identity?.['stackId'], operation?.data['stackId']].includes(detail['stack-id']),
    )
    .map(keyOf)
  const marked = await controller.markDue(keys)
  await app.flush()
  log.info(
    { function: 'events', stack: detail['stack-id'], status, keys: marked },
    'stack changed its status',
  )
  return { marked }
}

/** Entry point: an EventBridge rule for CloudFormation's status changes. */
export const handler: EventBridgeHandler<typeof detailType, StackStatusChange, EventsAnswer> = async (
  event: EventBridgeEvent<typeof detailType, StackStatusChange>,
) => handleStatusChange(await open(), event.detail)
