import { createContext, Script } from 'node:vm'
import { stalled } from '../api/errors.ts'
import { limitsVariable, type GitLimits } from './git/limits.ts'
import { giveWay, stopwatchMs } from './stopwatch.ts'

/**
 * Goes through steps, for files of rules that `names` tells. Others come first now and then; past `ignoreMs` of all calls
 * it ends, even within one step, and one step may take a quarter of it.
 */
export type RunSteps = (steps: Iterator<unknown>, names: () => string) => Promise<void>

/** So long the process is kept busy at once, but for one step that takes longer. */
const sliceMs = 20
const run = new Script('run()')

/**
 * Patterns come from whoever may commit, and the engine that matches them backtracks over many `**`, so what it does runs
 * against a clock: what is left of `ignoreMs`.
 */
export function createIgnoreBudget({ where, limits }: { where: string; limits: GitLimits }): RunSteps {
  const sandbox = { run: () => true }
  const context = createContext(sandbox)
  let spentMs = 0
  let busyMs = 0

  const tooSlow = (names: string): Error =>
    stalled(
      'LimitExceeded',
      `${where}: matching its paths with patterns, at last those of ${names}, takes longer than ignoreMs=${limits.ignoreMs}; write fewer patterns, with fewer "**", or raise it by ${limitsVariable}=ignoreMs=${limits.ignoreMs * 2}`,
    )
  const within = (work: () => boolean, names: () => string): boolean => {
    const leftMs = Math.ceil(limits.ignoreMs - spentMs)
    if (leftMs <= 0) throw tooSlow(names())
    sandbox.run = work
    try {
      return run.runInContext(context, {
        timeout: Math.min(leftMs, Math.ceil(limits.ignoreMs / 4)),
      }) as boolean
    } catch (error) {
      if (!isTimeout(error)) throw error
      throw tooSlow(names())
    }
  }
  return async (steps, names) => {
    for (;;) {
      if (busyMs >= sliceMs) {
        await giveWay()
        busyMs = 0
      }
      const began = stopwatchMs()
      const slice = sliceMs - busyMs
      let tookMs = 0
      const isDone = within(() => {
        while (tookMs < slice) {
          const { done } = steps.next()
          tookMs = stopwatchMs() - began
          if (done === true) return true
        }
        return false
      }, names)
      spentMs += tookMs
      busyMs += tookMs
      if (isDone) return
    }
  }
}

/** Thrown inside the script's own realm, whose `Error` is another than ours. */
function isTimeout(error: unknown): boolean {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
  return code === 'ERR_SCRIPT_EXECUTION_TIMEOUT'
}
