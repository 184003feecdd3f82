import { createContext, Script } from 'node:vm'

/** How long a pattern may take over a value, in milliseconds: a sane one takes microseconds. */
const timeoutMs = 100
const everyItem = new Script('items.every((item) => expression.test(item))')

/**
 * Whether every item matches a pattern that somebody wrote into a template; undefined when that cannot be told in time.
 * `(a+)+$` takes a backtracking engine longer than the universe has, and whoever may commit could so stop the controller
 * for everybody. Patterns with a single repetition, or a single group, cannot do that and are matched at once.
 */
export function allMatch(expression: RegExp, items: readonly string[]): boolean | undefined {
  // The first group only holds the whole together.
  const parts = expression.source.replace(/^\^\(\?:/, '').match(/[*+?{(]/g) ?? []
  if (parts.length < 2) return items.every((item) => expression.test(item))
  try {
    return everyItem.runInContext(createContext({ items, expression }), { timeout: timeoutMs }) as boolean
  } catch (error) {
    if (isTimeout(error)) return undefined
    throw error
  }
}

/** Thrown inside the script's own realm, whose `Error` is another than ours. */
function isTimeout(error: unknown): boolean {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
  return code === 'ERR_SCRIPT_EXECUTION_TIMEOUT'
}
