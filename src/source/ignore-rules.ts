import { treeFolder } from '../api/tree-path.ts'
import type { IgnoreMatcher, RuledPaths, RuleText } from './ignore-matcher.ts'
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
  /** `spec.ignore`: in place of the default exclusions, and after every file of rules, so it has the last word. */
  ignore: string | undefined
  /** Files of rules by their ids. */
  read: (ids: readonly string[]) => Promise<ReadonlyMap<string, Uint8Array>>
}

/**
 * Rules as git reads its own (gitignore(5)): the last pattern that matches decides, what lies below an ignored folder
 * stays ignored. In order: the default exclusions, `.sourceignore` from the root down, `spec.ignore`.
 */
export function createIgnoreRules({ where, limits, ignore, read }: IgnoreOptions): IgnoreRules {
  /** Ids of files of rules by their folders. */
  const files = new Map<string, string>()
  /** Folders whose rules were read. */
  const met = new Set<string>()
  const texts = new Map<string, Promise<string>>()
  let matcher: IgnoreMatcher | undefined

  /** Noted folders from the root down to one. */
  const above = (folder: string): string[] => {
    const found: string[] = []
    for (let at = folder; ; at = treeFolder(at)) {
      if (files.has(at)) found.push(at)
      if (at === '') return found.toReversed()
    }
  }
  const nearest = (folder: string): string | undefined => {
    if (files.size === 0) return undefined
    for (let at = folder; ; at = treeFolder(at)) {
      if (files.has(at)) return at
      if (at === '') return undefined
    }
  }
  const load = async (folders: readonly string[], along: readonly string[]): Promise<void> => {
    for (const folder of folders) met.add(folder)
    if (met.size > limits.ignoreFiles) {
      const cap = { name: 'ignoreFiles', value: met.size, limit: limits.ignoreFiles } as const
      throw exceeded(where, `more ${ignoreFile} files than allowed`, cap)
    }
    const missing = new Map<string, string>()
    for (const folder of folders) {
      const id = files.get(folder) ?? ''
      if (!texts.has(id) && !missing.has(id)) missing.set(id, folder)
    }
    if (missing.size === 0) return
    const { decodeRules } = await import('./ignore-matcher.ts')
    const found = read([...missing.keys(), ...along])
    for (const [id, folder] of missing) {
      const text = found.then((bytes) => decodeRules(bytes.get(id), nameOf(folder), { where, limits }))
      // Everybody who needs it awaits it; nobody may be left to.
      text.catch(() => undefined)
      texts.set(id, text)
    }
    await Promise.all([...missing.keys()].map(async (id) => texts.get(id)))
  }
  const rulesOf = async (chain: readonly string[]): Promise<RuleText[]> => {
    const found: RuleText[] = []
    for (const folder of chain) {
      found.push({ folder, name: nameOf(folder), text: (await texts.get(files.get(folder) ?? '')) ?? '' })
    }
    const first = { folder: '', name: 'the default exclusions', text: defaultExclusions.join('\n') }
    const own = { folder: '', name: 'spec.ignore', text: ignore ?? '' }
    return ignore === undefined ? [first, ...found] : [...found, own]
  }
  return {
    note: (folder, id) => void files.set(folder, id),
    bearOn: (folder) => ignore !== undefined || nearest(folder) !== undefined,
    async ignored(paths, along = []) {
      if (ignore === undefined && files.size === 0) return new Set(paths.filter((path) => isExcluded(path)))
      const groups = Map.groupBy(paths, (path) => nearest(folderOf(path)))
      const chainOf = (last: string | undefined): string[] => (last === undefined ? [] : above(last))
      await load([...new Set([...groups.keys()].flatMap((last) => chainOf(last)))], along)
      const plain = ignore === undefined ? (groups.get(undefined) ?? []) : []
      if (ignore === undefined) groups.delete(undefined)
      const ruled: RuledPaths[] = []
      for (const [last, group] of groups) {
        ruled.push({ key: last ?? '/', rules: await rulesOf(chainOf(last)), paths: group })
      }
      const ignored = new Set(plain.filter((path) => isExcluded(path)))
      if (ruled.length === 0) return ignored
      const { createIgnoreMatcher } = await import('./ignore-matcher.ts')
      matcher ??= createIgnoreMatcher({ where, limits })
      for (const path of await matcher(ruled)) ignored.add(path)
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
