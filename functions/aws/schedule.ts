import type { Context, Handler } from 'aws-lambda'
import { createApplicationOpener, deadlineOf } from './application.ts'
import type { Application } from './application.ts'

/** What one tick did: steps taken here, or keys sent to the workers. */
export interface ScheduleAnswer {
  steps: number
  sent: number
  errors: number
}

/** Due keys that one tick hands to the workers; what is left is found by the next, the longest due first. */
const maxSent = 5_000

/**
 * One tick: writes the root from the settings, then takes steps for what is due until nothing is or the last minute has
 * come. With a queue it only sends the due keys to the workers.
 */
export async function handleSchedule(app: Application, context: Pick<Context, 'getRemainingTimeInMillis'>) {
  const { controller, store, queue, clock, log } = app
  const began = clock.now()
  const deadline = deadlineOf(clock, context)
  if (deadline <= began) {
    log.warn({ deadline }, 'no time to work: give this function a timeout above 60 seconds, best 300')
  }
  await app.bootstrap()
  const answer: ScheduleAnswer = { steps: 0, sent: 0, errors: 0 }
  if (queue === undefined) {
    const pass = await controller.runDue({ deadline })
    answer.steps = pass.steps
    answer.errors = pass.errors.length
  } else {
    const keys = await store.due(clock.now(), maxSent)
    if (keys.length > 0) await queue.send(keys.map((key) => ({ key })))
    answer.sent = keys.length
  }
  await app.flush()
  log.info({ function: 'schedule', ...answer, durationMs: clock.now() - began }, 'tick')
  return answer
}

const open = createApplicationOpener(process.env)

/** Entry point: EventBridge Scheduler, once a minute; what it sends along does not matter. */
export const handler: Handler<unknown, ScheduleAnswer> = async (_event, context) =>
  handleSchedule(await open(), context)
