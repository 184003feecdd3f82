import * as git from 'isomorphic-git'
import { stalled, transient } from '../../api/errors.ts'
import { treePath } from '../../api/tree-path.ts'
import type { CommitInfo, SourceFile } from '../source.ts'

/** Git objects that can be read: where they lie, and isomorphic-git's cache of what was read of them. */
export interface ObjectStore {
  fs: git.PromiseFsClient
  /** The folder with `objects` and `refs`. */
  gitdir: string
  cache: object
  /** The repository as messages name it. */
  where: string
}

/** Nothing that a repository holds may be without a limit. */
const limits = { files: 50_000, bytes: 256 * 1024 * 1024, depth: 64 }

interface BlobEntry {
  path: string
  oid: string
  executable: boolean
}

/** The files at or below paths in a commit, by path; see `Source.files`. */
export async function readFiles(
  store: ObjectStore,
  commit: string,
  paths: readonly string[],
): Promise<SourceFile[]> {
  const root = (await readCommitObject(store, commit)).tree
  const entries = new Map<string, BlobEntry>()
  for (const path of paths) await collect(store, root, treePath(path), entries)
  const files: SourceFile[] = []
  let total = 0
  for (const entry of [...entries.values()].toSorted((a, b) => (a.path < b.path ? -1 : 1))) {
    const { blob } = await reading(store, () => git.readBlob({ ...store, oid: entry.oid }))
    total += blob.byteLength
    if (total > limits.bytes) {
      throw stalled(
        'LimitExceeded',
        `${store.where}: the files asked for hold more than ${limits.bytes} bytes; name a smaller path`,
      )
    }
    files.push({ ...entry, bytes: blob })
  }
  return files
}

/** Subject, author and time of a commit. */
export async function readCommitInfo(store: ObjectStore, commit: string): Promise<CommitInfo> {
  const { message, author, committer } = await readCommitObject(store, commit)
  return {
    subject: message.split('\n', 1)[0] ?? '',
    author: author.name,
    committedAt: new Date(committer.timestamp * 1000).toISOString(),
  }
}

async function readCommitObject(store: ObjectStore, commit: string): Promise<git.CommitObject> {
  try {
    const { commit: object, oid } = await git.readCommit({ ...store, oid: commit })
    // A tag's id would be peeled silently; a revision is a commit.
    if (oid === commit) return object
  } catch (error) {
    if (!(error instanceof git.Errors.NotFoundError || error instanceof git.Errors.ObjectTypeError)) {
      throw unreadable(store, error)
    }
  }
  throw stalled('RefNotFound', `${store.where} has no commit ${commit}; it was never pushed, or is gone`)
}

/** Adds the blobs at or below a path to `found`; nothing when the path does not exist. */
async function collect(
  store: ObjectStore,
  root: string,
  path: string,
  found: Map<string, BlobEntry>,
): Promise<void> {
  let tree = root
  const parts = path === '' ? [] : path.split('/')
  for (const [index, part] of parts.entries()) {
    const entry = (await readTree(store, tree)).find((candidate) => candidate.path === part)
    if (!entry) return
    if (entry.type === 'tree') tree = entry.oid
    else if (index === parts.length - 1) return addBlob(store, path, entry, found)
    else return
  }
  await walk(store, tree, path, found, parts.length)
}

async function walk(
  store: ObjectStore,
  tree: string,
  folder: string,
  found: Map<string, BlobEntry>,
  depth: number,
): Promise<void> {
  if (depth > limits.depth) {
    throw stalled('LimitExceeded', `${store.where}: "${folder}" lies more than ${limits.depth} folders deep`)
  }
  for (const entry of await readTree(store, tree)) {
    const path = folder === '' ? entry.path : `${folder}/${entry.path}`
    if (entry.type === 'tree') await walk(store, entry.oid, path, found, depth + 1)
    else addBlob(store, path, entry, found)
  }
}

function addBlob(
  store: ObjectStore,
  path: string,
  entry: git.TreeEntry,
  found: Map<string, BlobEntry>,
): void {
  // Symbolic links (120000) and submodules (160000) are never followed: they are not there for us.
  if (entry.mode !== '100644' && entry.mode !== '100755' && entry.mode !== '100664') return
  found.set(path, { path, oid: entry.oid, executable: entry.mode === '100755' })
  if (found.size > limits.files) {
    throw stalled('LimitExceeded', `${store.where}: more than ${limits.files} files; name a smaller path`)
  }
}

async function readTree(store: ObjectStore, oid: string): Promise<git.TreeEntry[]> {
  const { tree } = await reading(store, () => git.readTree({ ...store, oid }))
  for (const { path } of tree) {
    // Git itself never writes such names; a tree that holds them was made to break out of something.
    if (path === '' || path === '.' || path === '..' || /[/\\\0]/.test(path)) {
      throw stalled(
        'InvalidPath',
        `${store.where}: tree ${oid} holds the unsafe name ${JSON.stringify(path)}`,
      )
    }
  }
  return tree
}

async function reading<T>(store: ObjectStore, read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (error) {
    throw unreadable(store, error)
  }
}

function unreadable(store: ObjectStore, error: unknown): Error {
  const why = error instanceof Error ? error.message : String(error)
  return transient('GitOperationFailed', `${store.where} cannot be read: ${why}`, error)
}
