import { app } from '@azure/functions'
import type { Timer } from '@azure/functions'
import type { Application } from '../shared/application.ts'
import { tick } from '../shared/tick.ts'
import type { TickAnswer } from '../shared/tick.ts'
import { deadlineOf, open } from './application.ts'

/**
 * One tick. The host runs one at a time for the whole app and makes up for those it missed by one that is past due, which
 * needs nothing else: what is due is due.
 */
export async function handleSchedule(application: Application, timer: Timer): Promise<TickAnswer> {
  if (timer.isPastDue) application.log.info({ function: 'schedule' }, 'a tick is late')
  return tick(application, deadlineOf(application))
}

// Second, minute, hour, day, month, weekday: every minute.
app.timer('schedule', {
  schedule: '0 * * * * *',
  runOnStartup: false,
  handler: async (timer) => handleSchedule(await open(), timer),
})
