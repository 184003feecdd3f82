import { createContext, Script } from 'node:vm'
import ignore from 'ignore'
import { stalled } from '../api/errors.ts'
import { exceeded, limitsVariable, type GitLimits } from './git/limits.ts'

/** A file of rules, or a text in its place. */
export interface RuleText {
  /** The folder it bears on. */
  folder: string
  /** As messages name it. */
  name: string
  text: string
}

/** Those of some paths that the rules leave out. */
export type IgnoreMatcher = (paths: readonly string[]) => string[]

/** So many paths are given `ignoreMs` to be told. */
const pathsAtOnce = 1000
const run = new Script('run()')

/**
 * Rules of several folders as one list, each bearing on its own folder only. Patterns come from whoever may commit, and the
 * engine that matches them backtracks over many `**`, so it runs against a clock.
 */
export function createIgnoreMatcher(
  rules: readonly RuleText[],
  { where, limits }: { where: string; limits: GitLimits },
): IgnoreMatcher {
  const patterns = rules.flatMap((rule) => readPatterns(rule, { where, limits }))
  if (patterns.length > limits.ignorePatterns) {
    const cap = { name: 'ignorePatterns', value: patterns.length, limit: limits.ignorePatterns } as const
    throw exceeded(
      where,
      `${namesOf(rules)} hold more patterns than allowed`,
      cap,
      'write fewer and shorter patterns',
    )
  }
  const matcher = ignore({ ignorecase: false }).add(patterns)
  return (paths) => {
    const found: string[] = []
    for (let at = 0; at < paths.length; at += pathsAtOnce) {
      const some = paths.slice(at, at + pathsAtOnce)
      try {
        const context = createContext({ run: () => some.filter((path) => matcher.ignores(path)) })
        found.push(...(run.runInContext(context, { timeout: limits.ignoreMs }) as string[]))
      } catch (error) {
        if (!isTimeout(error)) throw error
        throw tooSlow(where, namesOf(rules), limits.ignoreMs)
      }
    }
    return found
  }
}

/** Patterns of one text, as patterns of the root. */
function readPatterns(
  { folder, name, text }: RuleText,
  { where, limits }: { where: string; limits: GitLimits },
): string[] {
  const prefix = folder.replace(/[\\*?[]/g, String.raw`\$&`)
  return text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .flatMap((line, index) => {
      const size = Buffer.byteLength(line)
      if (size > limits.ignorePatternBytes) {
        const cap = { name: 'ignorePatternBytes', value: size, limit: limits.ignorePatternBytes } as const
        throw exceeded(
          where,
          `the pattern in line ${index + 1} of ${name} is longer than allowed`,
          cap,
          'write fewer and shorter patterns',
        )
      }
      if (line.trim() === '' || line.startsWith('#')) return []
      return folder === '' ? [line] : rebase(line, prefix)
    })
}

/** A pattern of a folder as one of the root: one with a slash before its end is for that folder alone. */
function rebase(line: string, prefix: string): string[] {
  const isNegative = line.startsWith('!')
  const body = isNegative ? line.slice(1) : line
  // Git cuts blanks at the end, but for an escaped one.
  const isAnchored = body
    .replace(/(?<!\\) +$/, '')
    .slice(0, -1)
    .includes('/')
  const rest = body.replace(/^\//, '')
  if (rest.trim() === '' || rest.trim() === '/') return []
  return [`${isNegative ? '!' : ''}/${prefix}/${isAnchored ? '' : '**/'}${rest}`]
}

function namesOf(rules: readonly RuleText[]): string {
  return rules.map(({ name }) => name).join(' and ')
}

/** Thrown inside the script's own realm, whose `Error` is another than ours. */
function isTimeout(error: unknown): boolean {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
  return code === 'ERR_SCRIPT_EXECUTION_TIMEOUT'
}

/** Patterns that take too long, whoever wrote them. */
function tooSlow(where: string, names: string, limitMs: number): Error {
  return stalled(
    'LimitExceeded',
    `${where}: the patterns of ${names} take longer than ignoreMs=${limitMs}; write them with fewer "**", or raise it by ${limitsVariable}=ignoreMs=${limitMs * 2}`,
  )
}
