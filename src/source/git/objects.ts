import { HeadwaterError, stalled, transient } from '../../api/errors.ts'
import type { CommitInfo } from '../source.ts'
import { exceeded, type GitLimits } from './limits.ts'
import { parseCommit, parseTree, type Commit, type GitObject, type TreeEntry } from './object.ts'

/** Git objects that can be read, from wherever they are. */
export interface Objects {
  /** The repository as messages name it. */
  where: string
  limits: GitLimits
  /** A commit; undefined when there is none of that id. */
  commit(oid: string): Promise<GitObject | undefined>
  /** Trees and blobs by id, all that are asked for at once; one that is missing throws. */
  read(oids: readonly string[]): Promise<ReadonlyMap<string, GitObject>>
  /** Told before everything below these trees is read. */
  expect?(trees: readonly string[]): Promise<void>
}

/** The commit of an id; a `stalled` error (`RefNotFound`) when there is none. */
export async function readCommit(objects: Objects, oid: string): Promise<Commit> {
  const object = /^[0-9a-f]{40}$/.test(oid) ? await objects.commit(oid) : undefined
  const commit = object?.type === 'commit' ? parseCommit(object.content) : undefined
  if (commit === undefined) {
    throw stalled('RefNotFound', `${objects.where} has no commit ${oid}; it was never pushed, or is gone`)
  }
  return commit
}

/** Subject, author and time of a commit. */
export async function readCommitInfo(objects: Objects, oid: string): Promise<CommitInfo> {
  const { subject, author, committedAt } = await readCommit(objects, oid)
  return { subject, author, committedAt: new Date(committedAt * 1000).toISOString() }
}

/** Folders by id, read at once; what git would not write is a `stalled` error (`InvalidPath`). */
export async function readTrees(
  objects: Objects,
  oids: readonly string[],
): Promise<Map<string, ReturnType<typeof parseTree>>> {
  const { where, limits } = objects
  const tooMany = (value: number): Error => {
    const cap = { name: 'treeEntries', value, limit: limits.treeEntries } as const
    return exceeded(where, 'a folder has more entries than allowed', cap, 'make folders of them')
  }
  const contents = await objects.read([...new Set(oids)])
  return new Map(
    [...contents].map(([oid, { type, content }]) => {
      if (type !== 'tree') throw unreadable(objects, `${oid} is no folder`)
      try {
        return [oid, parseTree(content, { maxEntries: limits.treeEntries, tooMany })]
      } catch (error) {
        if (error instanceof HeadwaterError) throw error
        const why = error instanceof Error ? error.message : String(error)
        throw stalled('InvalidPath', `${where} holds ${why}: tree ${oid}`, error)
      }
    }),
  )
}

/** A repository that does not hold together. */
export function unreadable({ where }: Objects, what: string): Error {
  return transient('GitOperationFailed', `${where} cannot be read: ${what}`)
}

/** Whether an entry is a folder. */
export function isFolder({ mode }: TreeEntry): boolean {
  return mode === '40000' || mode === '040000'
}

/** Whether an entry is a symbolic link. */
export function isLink({ mode }: TreeEntry): boolean {
  return mode === '120000'
}

/** Whether an entry is a file, executable or not. */
export function isFile({ mode }: TreeEntry): boolean {
  return mode === '100644' || mode === '100755' || mode === '100664'
}

/** The parts of a path from the root; none for the root. */
export function partsOf(path: string): string[] {
  return path === '' ? [] : path.split('/')
}

/** A name in a folder as a path from the root. */
export function join(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`
}
