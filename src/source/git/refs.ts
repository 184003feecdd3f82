import semver from 'semver'
import { stalled } from '../../api/errors.ts'
import { formatRevision } from '../../api/revision.ts'
import type { Head, RefSelector } from '../source.ts'
import type { Reach } from './ancestry.ts'

/** How a driver looks up refs; commits are peeled, so that an annotated tag stands for its commit. */
export interface RefLookup {
  /** The commit of a full ref name, `refs/heads/main`. */
  find(fullName: string): Promise<string | undefined>
  /** What a full ref name stands for, not peeled: an annotated tag itself. */
  resolve(fullName: string): Promise<string | undefined>
  /** Commits by tag name, without `refs/tags/`. */
  tags(): Promise<ReadonlyMap<string, string>>
  /** Whether a commit lies in the past of another, or how far was looked without telling. */
  contains(tip: string, commit: string): Promise<boolean | Reach>
}

interface SelectOptions {
  /** The repository as messages name it. */
  where: string
  inForce: string | undefined
}

/**
 * What a selector points at now. Precedence as in Flux: commit, name, semver, tag, branch; nothing at all means the
 * branch `main`. A commit with a branch beside it must lie on that branch. Throws `stalled` errors: `InvalidRef` for what no
 * repository can have, `RefNotFound` for what this one lacks.
 */
export async function selectHead(
  refs: RefLookup,
  selector: RefSelector,
  options: SelectOptions,
): Promise<Head> {
  const { where } = options
  const { branch = 'main', tag, semver: range, tagPrefix = '', name, commit } = selector
  if (commit !== undefined) {
    if (!/^[0-9a-f]{40}$/.test(commit)) throw invalid('commit', commit, 'write all 40 hex digits')
    const found = head(selector.branch, commit)
    if (selector.branch !== undefined && found.revision !== options.inForce) {
      const tip = await findRef(refs, 'branch', branch, `refs/heads/${branch}`, where)
      const { checkOnBranch } = await import('./on-branch.ts')
      await checkOnBranch(refs, { branch, tip, commit }, where)
    }
    return found
  }
  if (name !== undefined) return head(name, await findRef(refs, 'name', name, name, where))
  if (range !== undefined) return selectVersion(await refs.tags(), { range, tagPrefix }, where)
  if (tag !== undefined) return head(tag, await findRef(refs, 'tag', tag, `refs/tags/${tag}`, where))
  return head(branch, await findRef(refs, 'branch', branch, `refs/heads/${branch}`, where))
}

async function findRef(
  refs: RefLookup,
  field: string,
  value: string,
  fullName: string,
  where: string,
): Promise<string> {
  if (!isRefName(fullName)) throw invalid(field, value, 'it is no name that git allows')
  const commit = await refs.find(fullName)
  if (commit === undefined) {
    throw stalled('RefNotFound', `${where} has no ${field} "${value}"; push it, or change ref.${field}`)
  }
  return commit
}

function selectVersion(
  tags: ReadonlyMap<string, string>,
  { range, tagPrefix }: { range: string; tagPrefix: string },
  where: string,
): Head {
  if (semver.validRange(range) === null) throw invalid('semver', range, 'write a range like ">=1.2.0 <2.0.0"')
  const { text, includePrerelease } = readRange(range)
  const candidates = [...tags].flatMap(([tag, commit]) => {
    const version = tag.startsWith(tagPrefix) ? readVersion(tag.slice(tagPrefix.length)) : null
    return version && semver.satisfies(version, text, { includePrerelease }) ? [{ tag, commit, version }] : []
  })
  // The tag's name decides between two spellings of one version, so that the choice is the same every time.
  const best = candidates.toSorted(
    (a, b) => semver.compareBuild(b.version, a.version) || (a.tag < b.tag ? -1 : 1),
  )[0]
  if (!best) {
    throw stalled(
      'RefNotFound',
      `${where} has no tag ${tagPrefix === '' ? '' : `that begins with "${tagPrefix}" `}in the range "${range}"; push one, or change ref.semver`,
    )
  }
  return head(best.tag, best.commit)
}

/**
 * A range that names a pre-release (`>=1.0.0-0`) takes pre-releases of every version in it, as in Flux; one that names none
 * takes none. Those of an end that is itself left out (`<2.0.0`) lie before it, and are left out too.
 */
function readRange(range: string): { text: string; includePrerelease: boolean } {
  const includePrerelease = /\d-[0-9A-Za-z]/.test(range)
  if (!includePrerelease) return { text: range, includePrerelease }
  return { text: range.replace(/<\s*v?(\d+\.\d+\.\d+)(?![\w.+-])/g, '<$1-0'), includePrerelease }
}

/** `v1.2.3`, `1.2.3`, and as Flux reads them `v1.2` and `v1`. */
function readVersion(tag: string): semver.SemVer | null {
  const short = /^v?(\d{1,9})(?:\.(\d{1,9}))?$/.exec(tag)
  return semver.parse(short ? `${short[1]}.${short[2] ?? 0}.0` : tag)
}

/** The rules of git-check-ref-format that matter to what reads the name: no traversal, no option, no glob. */
function isRefName(name: string): boolean {
  // oxlint-disable-next-line no-control-regex -- control characters are what is refused
  const forbidden = /[\u0000-\u0020\u007f~^:?*[\\]|\.\.|@\{|\/\/|\/\.|\.lock(\/|$)|\/-|\/$|\.$/
  return name.startsWith('refs/') && !forbidden.test(name)
}

function head(pointer: string | undefined, commit: string): Head {
  return { revision: formatRevision(pointer === undefined ? { commit } : { pointer, commit }), commit }
}

function invalid(field: string, value: string, what: string): Error {
  return stalled('InvalidRef', `ref.${field} ${JSON.stringify(value)} cannot be: ${what}`)
}
