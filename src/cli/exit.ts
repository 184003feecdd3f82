import { HeadwaterError, stalled } from '../api/errors.ts'

/**
 * What the process says to whoever started it:
 * - `ok`: done, Ready, no difference
 * - `no`: the answer is no: not Ready, not found, refused, differences, problems
 * - `error`: the question could not be asked: usage, settings, something out of reach
 * - `interrupted`: stopped watching on ctrl-c, the outcome is not known
 */
export const exitCodes = { ok: 0, no: 1, error: 2, interrupted: 130 } as const

/** The lines on exit codes that every command's help may end with. */
export const exitCodeHelp = `
Exit codes:
  0    done, Ready, no difference
  1    the answer is no: not Ready, not found, refused, differences, problems
  2    could not be asked: wrong usage or settings, store, git or cloud out of reach
  130  stopped watching on ctrl-c; the work goes on`

/** A wrong word on the command line: exit 2. */
export function usageError(message: string): HeadwaterError {
  return stalled('Usage', message)
}

/** A plain no: what was asked for is not there, or will not be done. Exit 1. */
export function refusal(message: string): HeadwaterError {
  return stalled('Refused', message)
}

/** The exit code that an error stands for. */
export function exitCodeOf(error: unknown): number {
  const isRefusal = error instanceof HeadwaterError && error.reason === 'Refused'
  return isRefusal ? exitCodes.no : exitCodes.error
}
