import { createContext, Script } from 'node:vm'
import { stalled } from '../api/errors.ts'
import { limitsVariable, type GitLimits } from './git/limits.ts'
import { giveWay, stopwatchMs } from './stopwatch.ts'

/** The time that all patterns of one question may take together. */
export interface IgnoreBudget {
  /**
   * Does something with each of some items, for `names` of files of rules. Others come first now and then; past `ignoreMs`
   * it ends, even within one item, and one item may take a quarter of it.
   */
  each<T>(items: readonly T[], work: (item: T) => void, names: () => string): Promise<void>
}

/** So long the process is kept busy at once, but for one item that takes longer. */
const sliceMs = 20
const run = new Script('run()')

/**
 * Patterns come from whoever may commit, and the engine that matches them backtracks over many `**`, so what it does runs
 * against a clock: what is left of `ignoreMs`.
 */
export function createIgnoreBudget({ where, limits }: { where: string; limits: GitLimits }): IgnoreBudget {
  const sandbox = { run: () => {} }
  const context = createContext(sandbox)
  let spentMs = 0
  let busyMs = 0

  const tooSlow = (names: string): Error =>
    stalled(
      'LimitExceeded',
      `${where}: matching its paths with patterns, at last those of ${names}, takes longer than ignoreMs=${limits.ignoreMs}; write fewer patterns, with fewer "**", or raise it by ${limitsVariable}=ignoreMs=${limits.ignoreMs * 2}`,
    )
  const within = (work: () => void, names: () => string): void => {
    const leftMs = Math.ceil(limits.ignoreMs - spentMs)
    if (leftMs <= 0) throw tooSlow(names())
    sandbox.run = work
    try {
      run.runInContext(context, { timeout: Math.min(leftMs, Math.ceil(limits.ignoreMs / 4)) })
    } catch (error) {
      if (!isTimeout(error)) throw error
      throw tooSlow(names())
    }
  }
  return {
    async each(items, work, names) {
      let at = 0
      while (at < items.length) {
        if (busyMs >= sliceMs) {
          await giveWay()
          busyMs = 0
        }
        const began = stopwatchMs()
        const slice = sliceMs - busyMs
        let tookMs = 0
        within(() => {
          do {
            const item = items[at]
            at += 1
            if (item !== undefined) work(item)
            tookMs = stopwatchMs() - began
          } while (at < items.length && tookMs < slice)
        }, names)
        spentMs += tookMs
        busyMs += tookMs
      }
    },
  }
}

/** Thrown inside the script's own realm, whose `Error` is another than ours. */
function isTimeout(error: unknown): boolean {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
  return code === 'ERR_SCRIPT_EXECUTION_TIMEOUT'
}
