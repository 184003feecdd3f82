import ignore, { type Ignore } from 'ignore'
import { stalled } from '../api/errors.ts'
import { exceeded, type GitLimits } from './git/limits.ts'
import { createIgnoreBudget } from './ignore-budget.ts'

/** A file of rules, or a text in its place. */
export interface RuleText {
  /** The folder it bears on. */
  folder: string
  /** As messages name it. */
  name: string
  text: string
}

/** Paths, and the rules that bear on them. */
export interface RuledPaths {
  /** The same key stands for the same rules. */
  key: string
  /** One list, in which each bears on its own folder only. */
  rules: readonly RuleText[]
  paths: readonly string[]
}

/** Those of some paths that rules leave out. */
export type IgnoreMatcher = (groups: readonly RuledPaths[]) => Promise<Set<string>>

interface Compiled {
  engine: Ignore
  patterns: number
}

const advice = 'write fewer and shorter patterns'

/** What all rules that one question meets may take is bounded: `ignoreMs`, `ignoreAllPatterns`. */
export function createIgnoreMatcher(options: { where: string; limits: GitLimits }): IgnoreMatcher {
  const { where, limits } = options
  const runSteps = createIgnoreBudget(options)
  /** The last ones used: an engine weighs some kilobytes a pattern. */
  const kept = new Map<string, Compiled>()
  const counted = new Set<string>()
  const patternsOf = createPatternReader(options)
  let total = 0

  const count = ({ key, rules }: RuledPaths): void => {
    if (counted.has(key)) return
    counted.add(key)
    const patterns = rules.reduce((sum, rule) => sum + patternsOf(rule).length, 0)
    if (patterns > limits.ignorePatterns) {
      const cap = { name: 'ignorePatterns', value: patterns, limit: limits.ignorePatterns } as const
      throw exceeded(where, `${namesOf(rules)} hold more patterns than allowed`, cap, advice)
    }
    total += patterns
    if (total > limits.ignoreAllPatterns) {
      const cap = { name: 'ignoreAllPatterns', value: total, limit: limits.ignoreAllPatterns } as const
      throw exceeded(where, 'more patterns than allowed bear on its folders together', cap, advice)
    }
  }
  function* compile(rules: readonly RuleText[]): Generator<undefined, Compiled> {
    const engine = ignore({ ignorecase: false })
    let patterns = 0
    for (const rule of rules) {
      const prefix = rule.folder.replace(/[\\*?[]/g, String.raw`\$&`)
      for (const line of patternsOf(rule)) {
        // The engine takes a mark of UTF-8 off the first of a list, so that is an empty one.
        engine.add(['', ...(prefix === '' ? [line] : rebase(line, prefix))])
        patterns += 1
        yield
      }
    }
    return { engine, patterns }
  }
  const keep = (key: string, compiled: Compiled): void => {
    kept.delete(key)
    kept.set(key, compiled)
    let held = [...kept.values()].reduce((sum, { patterns }) => sum + patterns, 0)
    for (const [oldest, { patterns }] of kept) {
      if (held <= limits.ignorePatterns) break
      kept.delete(oldest)
      held -= patterns
    }
  }
  return async (groups) => {
    const found = new Set<string>()
    let current: readonly RuleText[] = []
    function* steps(): Generator<undefined> {
      // Before anything costs much.
      for (const group of groups) {
        current = group.rules
        count(group)
        yield
      }
      for (const { key, rules, paths } of groups) {
        current = rules
        const compiled = kept.get(key) ?? (yield* compile(rules))
        keep(key, compiled)
        for (const path of paths) {
          if (compiled.engine.ignores(path)) found.add(path)
          yield
        }
      }
    }
    await runSteps(steps(), () => namesOf(current))
    return found
  }
}

/** The text of a file of rules. */
export function decodeRules(
  bytes: Uint8Array | undefined,
  name: string,
  { where, limits }: { where: string; limits: GitLimits },
): string {
  const size = bytes?.length ?? 0
  if (size > limits.ignoreBytes) {
    const cap = { name: 'ignoreBytes', value: size, limit: limits.ignoreBytes } as const
    throw exceeded(where, `${name} is larger than allowed`, cap, advice)
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    throw stalled('InvalidIgnore', `${where}: ${name} is no text in UTF-8; write it anew`)
  }
}

/** Patterns of texts as they are written; one text may lie in many folders, and is taken apart once. */
function createPatternReader({
  where,
  limits,
}: {
  where: string
  limits: GitLimits
}): (rule: RuleText) => readonly string[] {
  const read = new Map<string, readonly string[]>()
  const split = ({ name, text }: RuleText): string[] =>
    text
      .replace(/^\uFEFF/, '')
      .split(/\r?\n/)
      .filter((line, index) => {
        const size = Buffer.byteLength(line)
        if (size > limits.ignorePatternBytes) {
          const cap = { name: 'ignorePatternBytes', value: size, limit: limits.ignorePatternBytes } as const
          throw exceeded(
            where,
            `the pattern in line ${index + 1} of ${name} is longer than allowed`,
            cap,
            advice,
          )
        }
        return line.trim() !== '' && !line.startsWith('#')
      })
  return (rule) => {
    const patterns = read.get(rule.text) ?? split(rule)
    read.set(rule.text, patterns)
    return patterns
  }
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
