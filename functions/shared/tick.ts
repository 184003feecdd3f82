import type { Application } from './application.ts'

/** What one tick did: steps taken here, or keys sent to the workers. */
export interface TickAnswer {
  steps: number
  sent: number
  errors: number
}

/** Due keys that one tick hands to the workers; what is left is found by the next, the longest due first. */
const maxSent = 5_000

/**
 * One tick: writes the root from the settings, then takes steps for what is due until nothing is or the deadline has
 * come. With a queue it only sends the due keys to the workers.
 */
export async function tick(app: Application, deadline: number): Promise<TickAnswer> {
  const { controller, store, queue, clock, log } = app
  const began = clock.now()
  if (deadline <= began) {
    log.warn({ deadline }, 'no time to work: give this function a timeout above 60 seconds, best 300')
  }
  await app.bootstrap()
  const answer: TickAnswer = { steps: 0, sent: 0, errors: 0 }
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
