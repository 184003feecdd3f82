import { stalled, transient, type HeadwaterError } from '../../api/errors.ts'

const mebi = 1024 * 1024

/**
 * What a git host may cost us at most, by name. Bytes, counts and milliseconds as the names say. What passes one of the
 * first is refused by its name; beyond one of the others nothing is refused, it only becomes slower.
 */
export interface GitLimits {
  /** Of one pack, as it comes over the wire. */
  packBytes: number
  objects: number
  /** Of all objects of one pack together, inflated and with their deltas applied. */
  inflatedBytes: number
  /** Of one object, inflated. */
  objectBytes: number
  /** How many deltas may stand on one another. */
  deltaDepth: number
  /** Of one folder. */
  treeEntries: number
  /** Of one path, in UTF-8. */
  pathBytes: number
  folderDepth: number
  /** Symbolic links that are followed for one path. */
  linkHops: number
  /** Of all that one question reads. */
  files: number
  fileBytes: number
  /** Files of rules, `.sourceignore`, by the folders they lie in, that one question reads. */
  ignoreFiles: number
  /** Of one of them. */
  ignoreBytes: number
  /** Patterns that bear on one folder. */
  ignorePatterns: number
  /** Patterns of all folders of one question together, those from above counted for each. */
  ignoreAllPatterns: number
  /** Of one pattern. */
  ignorePatternBytes: number
  /** To tell of all paths of one question whether they are ignored; of one path, a quarter. */
  ignoreMs: number
  refs: number
  /** Commits that are looked through for an ancestor. */
  commits: number
  /** The same on a host that sends them with all their files. */
  wholeCommits: number
  connectMs: number
  /** Without a byte from the other side. */
  idleMs: number
  /** Of a pack that is held in memory; a larger one goes to the disk. */
  memoryBytes: number
  /** Of the objects of one repository that stay in memory between questions. */
  poolBytes: number
  /** Of contents that stay in memory while the deltas of a pack are applied. */
  deltaBytes: number
  /** Of all trees of a commit together that come at once from a host that knows no depths; of more, only those on the way. */
  treesBytes: number
  /** Of what is kept of one path for the next process, inflated; more is read anew. */
  shelfBytes: number
  /** Bodies that it lies in; one more, and they are written anew as one. */
  shelfSegments: number
  /** Prefixes of refs that one listing asks for; who follows others lists them by another. */
  prefixes: number
  /** Repositories that are kept open, and for how long after their last use. */
  sources: number
  sourceIdleMs: number
  /** Kinds of connections (by proxy, certificates, rights) that are kept open. */
  agents: number
}

/** Generous for people, far from what a function dies of. */
export const defaultLimits: GitLimits = {
  packBytes: 512 * mebi,
  objects: 2_000_000,
  inflatedBytes: 8192 * mebi,
  objectBytes: 100 * mebi,
  deltaDepth: 4096,
  treeEntries: 100_000,
  pathBytes: 4096,
  folderDepth: 64,
  linkHops: 16,
  files: 50_000,
  fileBytes: 256 * mebi,
  ignoreFiles: 500,
  ignoreBytes: 64 * 1024,
  ignorePatterns: 2000,
  ignoreAllPatterns: 20_000,
  ignorePatternBytes: 1024,
  ignoreMs: 4000,
  refs: 500_000,
  commits: 5_000,
  wholeCommits: 200,
  connectMs: 10_000,
  idleMs: 30_000,
  memoryBytes: 16 * mebi,
  poolBytes: 48 * mebi,
  deltaBytes: 32 * mebi,
  treesBytes: mebi / 2,
  shelfBytes: 32 * mebi,
  shelfSegments: 8,
  prefixes: 64,
  sources: 16,
  sourceIdleMs: 5 * 60_000,
  agents: 16,
}

/** The setting that changes limits. */
export const limitsVariable = 'HEADWATER_GIT_LIMITS'

/** A cap that was passed: says which, how far, what else could be done, and how to raise it. */
export function exceeded(
  where: string,
  what: string,
  cap: { name: keyof GitLimits; value: number; limit: number },
  advice = 'name a smaller path',
): HeadwaterError {
  const { name, value, limit } = cap
  // What was counted up to the limit alone may be far more.
  const raised = value > limit + 1 ? value : limit * 2
  return stalled(
    'LimitExceeded',
    `${where}: ${what} (${value}, limit ${name}=${limit}); ${advice}, or raise it by ${limitsVariable}=${name}=${raised}`,
  )
}

/** A time that ran out: says which, and how to raise it. Worth trying again. */
export function tooSlow(where: string, name: 'connectMs' | 'idleMs', limits: GitLimits): HeadwaterError {
  const what = name === 'connectMs' ? 'could not be connected to' : 'fell silent'
  const raise = `${limitsVariable}=${name}=${limits[name] * 2}`
  return transient(
    'Timeout',
    `${where} ${what} (limit ${name}=${limits[name]}); trying again, or raise it by ${raise}`,
  )
}

/** `packBytes=100000000,idleMs=5000` over the defaults. Throws a `stalled` error (`InvalidSetting`) for what is no limit. */
export function parseLimits(text: string): GitLimits {
  const limits = { ...defaultLimits }
  for (const part of text.split(',').filter((piece) => piece.trim() !== '')) {
    const [name = '', value = ''] = part.trim().split('=', 2)
    if (!isLimitName(name) || !/^[1-9]\d{0,14}$/.test(value)) {
      const known = Object.keys(defaultLimits).join(', ')
      throw stalled(
        'InvalidSetting',
        `${JSON.stringify(part)} is no limit; write name=number with one of ${known}`,
      )
    }
    limits[name] = Number(value)
  }
  return limits
}

function isLimitName(name: string): name is keyof GitLimits {
  return Object.hasOwn(defaultLimits, name)
}
