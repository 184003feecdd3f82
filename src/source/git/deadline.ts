import type { Clock } from '../../api/clock.ts'
import { transient } from '../../api/errors.ts'

/** Why a deadline is called off; made once, as making an error costs more than all else that a quick question does. */
const answered = new Error('the question was answered')

/**
 * Runs a question with an end: past `timeoutMs` its signal aborts and it fails with `Timeout`, whether or not what runs
 * underneath takes notice.
 */
export async function withDeadline<T>(
  { clock, timeoutMs, where }: { clock: Clock; timeoutMs: number; where: string },
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const done = new AbortController()
  const late = new AbortController()
  const deadline = clock.sleep(timeoutMs, done.signal).then(
    () => {
      const error = transient(
        'Timeout',
        `${where} did not answer within ${timeoutMs} ms; trying again, or raise timeout`,
      )
      late.abort(error)
      throw error
    },
    // The question was answered first: nobody waits for this promise any more.
    () => new Promise<never>(() => {}),
  )
  try {
    return await Promise.race([run(late.signal), deadline])
  } finally {
    done.abort(answered)
  }
}
