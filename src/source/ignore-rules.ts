import { stalled } from '../api/errors.ts'
import { isBelow, treeFolder } from '../api/tree-path.ts'
import type { IgnoreMatcher, RuleText } from './ignore-matcher.ts'
import { exceeded, type GitLimits } from './git/limits.ts'

/** The file whose rules bear on the folder it lies in, and on all below. */
export const ignoreFile = '.sourceignore'

/**
 * Left out where `spec.ignore` does not say otherwise, wherever they lie: what git, its hosts and other tools keep for
 * themselves. Flux's list is longer; docs/decisions/0007-what-is-left-out-of-a-commit.md tells why.
 */
export const defaultExclusions: readonly string[] = [
  '.git',
  '.gitignore',
  '.gitmodules',
  '.gitattributes',
  '.github',
  '.circleci',
  '.travis.yml',
  '.gitlab-ci.yml',
  '.drone.yml',
  '.goreleaser.yml',
  '.sops.yaml',
  '.flux.yaml',
]
const excluded = new Set(defaultExclusions)

/** What of a tree is not read. Paths are from the root, those of folders end with a slash. */
export interface IgnoreRules {
  /** Notes that a folder holds a file of rules, by the id that it is read by. */
  note(folder: string, id: string): void
  /** Whether more than the default exclusions is known to bear on a folder. */
  bearOn(folder: string): boolean
  /**
   * Those of some paths that are left out, because of their own name or that of a folder above. What else is soon to be
   * read comes along, if files of rules are read for this.
   */
  ignored(paths: readonly string[], along?: readonly string[]): Promise<ReadonlySet<string>>
}

interface IgnoreOptions {
  /** The repository as messages name it. */
  where: string
  limits: GitLimits
  /** `spec.ignore`: in place of the default exclusions, and before every file of rules. */
  ignore: string | undefined
  /** Files of rules by their ids. */
  read: (ids: readonly string[]) => Promise<ReadonlyMap<string, Uint8Array>>
}

/**
 * Rules as git reads its own (gitignore(5)): the last pattern that matches decides, what lies below an ignored folder
 * stays ignored. In order: the default exclusions, `.sourceignore` from the root down, `spec.ignore`.
 */
export function createIgnoreRules({ where, limits, ignore, read }: IgnoreOptions): IgnoreRules {
  const files = new Map<string, string>()
  const texts = new Map<string, Promise<string>>()
  const matchers = new Map<string, Promise<IgnoreMatcher>>()

  const above = (folder: string): string[] => {
    if (files.size === 0) return []
    const folders = [...files.keys()].filter((noted) => isBelow(noted, folder))
    return folders.toSorted((a, b) => a.length - b.length)
  }
  const load = async (folders: readonly string[], along: readonly string[]): Promise<void> => {
    const missing = folders.filter((folder) => !texts.has(folder))
    if (missing.length === 0) return
    const found = read([...missing.map((folder) => files.get(folder) ?? ''), ...along])
    for (const folder of missing) {
      const text = found.then((bytes) => textOf(bytes.get(files.get(folder) ?? ''), nameOf(folder)))
      // Everybody who needs it awaits it; nobody may be left to.
      text.catch(() => undefined)
      texts.set(folder, text)
    }
    await Promise.all(missing.map(async (folder) => texts.get(folder)))
  }
  const textOf = (bytes: Uint8Array | undefined, name: string): string => {
    const size = bytes?.length ?? 0
    if (size > limits.ignoreBytes) {
      const cap = { name: 'ignoreBytes', value: size, limit: limits.ignoreBytes } as const
      throw exceeded(where, `${name} is larger than allowed`, cap, 'write fewer and shorter patterns')
    }
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    } catch (error) {
      if (!(error instanceof TypeError)) throw error
      throw stalled('InvalidIgnore', `${where}: ${name} is no text in UTF-8; write it anew`)
    }
  }
  const makeMatcher = async (chain: readonly string[]): Promise<IgnoreMatcher> => {
    const { createIgnoreMatcher } = await import('./ignore-matcher.ts')
    const found = await Promise.all(
      chain.map(async (folder): Promise<RuleText> => {
        return { folder, name: nameOf(folder), text: (await texts.get(folder)) ?? '' }
      }),
    )
    const first = { folder: '', name: 'the default exclusions', text: defaultExclusions.join('\n') }
    const own = { folder: '', name: 'spec.ignore', text: ignore ?? '' }
    return createIgnoreMatcher(ignore === undefined ? [first, ...found] : [...found, own], { where, limits })
  }
  return {
    note: (folder, id) => void files.set(folder, id),
    bearOn: (folder) => ignore !== undefined || above(folder).length > 0,
    async ignored(paths, along = []) {
      if (ignore === undefined && files.size === 0) return new Set(paths.filter((path) => isExcluded(path)))
      const groups = Map.groupBy(paths, (path) => above(folderOf(path)).at(-1))
      const chains = [...groups.keys()].map((last) => (last === undefined ? [] : above(last)))
      await load([...new Set(chains.flat())], along)
      const ignored = new Set<string>()
      for (const [last, group] of groups) {
        if (last === undefined && ignore === undefined) {
          for (const path of group) if (isExcluded(path)) ignored.add(path)
          continue
        }
        const key = last ?? '/'
        const made = matchers.get(key) ?? makeMatcher(last === undefined ? [] : above(last))
        matchers.set(key, made)
        for (const path of (await made)(group)) ignored.add(path)
      }
      return ignored
    },
  }
}

function isExcluded(path: string): boolean {
  // All of them begin with a dot, and few other names do.
  if (!path.startsWith('.') && !path.includes('/.')) return false
  return path.split('/').some((part) => excluded.has(part))
}

function folderOf(path: string): string {
  return treeFolder(path.endsWith('/') ? path.slice(0, -1) : path)
}

function nameOf(folder: string): string {
  return folder === '' ? ignoreFile : `${folder}/${ignoreFile}`
}
