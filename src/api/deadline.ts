import type { Clock } from './clock.ts'

/** Why a deadline is called off; made once, as making an error costs more than all else that a quick question does. */
const answered = new Error('the question was answered')

/**
 * Runs a question with an end: past `timeoutMs` (milliseconds) its signal aborts and it fails with the error that `late`
 * makes, whether or not what runs underneath takes notice.
 */
export async function withDeadline<T>(
  { clock, timeoutMs, late }: { clock: Clock; timeoutMs: number; late: () => Error },
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const done = new AbortController()
  const end = new AbortController()
  const deadline = clock.sleep(timeoutMs, done.signal).then(
    () => {
      const error = late()
      end.abort(error)
      throw error
    },
    // The question was answered first: nobody waits for this promise any more.
    () => new Promise<never>(() => {}),
  )
  try {
    return await Promise.race([run(end.signal), deadline])
  } finally {
    done.abort(answered)
  }
}
