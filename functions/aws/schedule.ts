import type { Context, Handler } from 'aws-lambda'
import type { Application } from '../shared/application.ts'
import { tick } from '../shared/tick.ts'
import type { TickAnswer } from '../shared/tick.ts'
import { deadlineOf, open } from './application.ts'

/** One tick, until the last minute of the invocation. */
export async function handleSchedule(
  app: Application,
  context: Pick<Context, 'getRemainingTimeInMillis'>,
): Promise<TickAnswer> {
  return tick(app, deadlineOf(app, context))
}

/** Entry point: EventBridge Scheduler, once a minute; what it sends along does not matter. */
export const handler: Handler<unknown, TickAnswer> = async (_event, context) =>
  handleSchedule(await open(), context)
