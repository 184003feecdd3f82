import { createHash } from 'node:crypto'

/** The kinds of git objects. */
export type ObjectType = 'commit' | 'tree' | 'blob' | 'tag'

/** An object as its id is computed over: the content without git's header. */
export interface GitObject {
  type: ObjectType
  content: Buffer
}

/** The SHA-1 of an object, 20 bytes: ids are computed by us, never believed. */
export function objectId(type: ObjectType, content: Uint8Array): Buffer {
  return createHash('sha1').update(`${type} ${content.length}\0`).update(content).digest()
}

/** An entry of a folder. */
export interface TreeEntry {
  /** Octal, as git writes it: `100644`, `40000`. */
  mode: string
  name: string
  oid: string
}

const decoder = new TextDecoder('utf-8', { fatal: true })

/**
 * The entries of a tree. Throws a plain Error for what git would not write: a torn entry, a name that is empty, `.`,
 * `..`, or holds a slash, a backslash or NUL, a name twice; what `tooMany` makes for more entries than `maxEntries`. A name that is no UTF-8 has
 * `isForeign`: it can be passed over, but not be named.
 */
export function parseTree(
  content: Buffer,
  { maxEntries, tooMany }: { maxEntries: number; tooMany(this: void, count: number): Error },
): (TreeEntry & { isForeign?: boolean })[] {
  const entries: (TreeEntry & { isForeign?: boolean })[] = []
  const seen = new Set<string>()
  let at = 0
  while (at < content.length) {
    const blank = content.indexOf(0x20, at)
    const end = content.indexOf(0, blank)
    if (blank < 0 || end < 0 || blank - at > 6 || end + 21 > content.length)
      throw new Error('a tree that is torn')
    const mode = content.toString('latin1', at, blank)
    if (!/^[0-7]{5,6}$/.test(mode)) throw new Error('a tree with a mode that is none')
    const bytes = content.subarray(blank + 1, end)
    const { name, isForeign } = nameOf(bytes)
    if (name === '' || name === '.' || name === '..' || /[/\\]/.test(name)) {
      throw new Error(`a tree with the unsafe name ${JSON.stringify(name)}`)
    }
    if (seen.has(name)) throw new Error(`a tree with the name ${JSON.stringify(name)} twice`)
    seen.add(name)
    entries.push({
      mode,
      name,
      oid: content.toString('hex', end + 1, end + 21),
      ...(isForeign && { isForeign }),
    })
    if (entries.length > maxEntries) throw tooMany(entries.length)
    at = end + 21
  }
  return entries
}

function nameOf(bytes: Buffer): { name: string; isForeign: boolean } {
  try {
    return { name: decoder.decode(bytes), isForeign: false }
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    return { name: bytes.toString('latin1'), isForeign: true }
  }
}

/** What a commit says. */
export interface Commit {
  tree: string
  parents: string[]
  author: string
  subject: string
  /** Seconds since the epoch. */
  committedAt: number
}

/** Reads a commit; undefined when it is none. */
export function parseCommit(content: Buffer): Commit | undefined {
  const end = content.indexOf('\n\n')
  const head = content.toString('utf8', 0, end < 0 ? content.length : end)
  const tree = /^tree ([0-9a-f]{40})$/m.exec(head)?.[1]
  const committer = /^committer .*> (\d{1,15}) [+-]\d{4}$/m.exec(head)?.[1]
  if (tree === undefined || committer === undefined || !head.startsWith('tree ')) return undefined
  const message = end < 0 ? '' : content.toString('utf8', end + 2)
  return {
    tree,
    parents: [...head.matchAll(/^parent ([0-9a-f]{40})$/gm)].map(([, oid = '']) => oid),
    author: /^author (.*?) ?<[^>]*> \d+ [+-]\d{4}$/m.exec(head)?.[1] ?? '',
    subject: message.replace(/^\n+/, '').split('\n', 1)[0] ?? '',
    committedAt: Number(committer),
  }
}
