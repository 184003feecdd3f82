import { stalled, type HeadwaterError } from '../../api/errors.ts'

const mebi = 1024 * 1024

/** What a git host may cost us at most, by name. Bytes, counts and milliseconds as the names say. */
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
  /** Of one file of rules, `.sourceignore`. */
  ignoreBytes: number
  /** Patterns that bear on one folder. */
  ignorePatterns: number
  /** Of one pattern. */
  ignorePatternBytes: number
  /** To tell of a thousand paths whether they are ignored. */
  ignoreMs: number
  refs: number
  /** Commits that are looked through for an ancestor. */
  commits: number
  connectMs: number
  /** Without a byte from the other side. */
  idleMs: number
  /** Of a pack that is held in memory; a larger one goes to the disk. */
  memoryBytes: number
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
  ignoreBytes: 64 * 1024,
  ignorePatterns: 2000,
  ignorePatternBytes: 1024,
  ignoreMs: 1000,
  refs: 500_000,
  commits: 5_000,
  connectMs: 10_000,
  idleMs: 30_000,
  memoryBytes: 16 * mebi,
}

/** The setting that changes limits. */
export const limitsVariable = 'HEADWATER_GIT_LIMITS'

/** A cap that was passed: says which, how far, and how to raise it. */
export function exceeded(
  where: string,
  what: string,
  cap: { name: keyof GitLimits; value: number; limit: number },
): HeadwaterError {
  return stalled(
    'LimitExceeded',
    `${where}: ${what} (${cap.value}, limit ${cap.name}=${cap.limit}); name a smaller path, or raise it by ${limitsVariable}=${cap.name}=${cap.value}`,
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
