import { HeadwaterError, stalled, transient } from '../../api/errors.ts'
import { isBelow, resolveTreePath, treeFolder, treePath } from '../../api/tree-path.ts'
import type { CommitInfo, ReadOptions, SourceFile } from '../source.ts'
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

/** A blob of the answer: under which path, and with which mode. */
interface FoundBlob {
  path: string
  oid: string
  executable: boolean
}

/** A folder of the answer. */
interface FoundFolder {
  /** Its path in the answer. */
  path: string
  /** Where it lies in the commit: another place, when a link led to it. */
  real: string
  tree: string
  /** Real folders that were gone through by links on the way here. */
  via: readonly string[]
}

/** A link still to be followed. */
interface FoundLink {
  path: string
  /** The folder in which it lies in the commit. */
  folder: string
  oid: string
  via: readonly string[]
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

/** The files at or below paths in a commit, by path; see `Source.files`. Objects are read a level at a time. */
export async function readFiles(
  objects: Objects,
  oid: string,
  paths: readonly string[],
  options: ReadOptions = {},
): Promise<SourceFile[]> {
  const { where, limits } = objects
  const asked = [...new Set(paths.map((path) => treePath(path)))]
  const root = (await readCommit(objects, oid)).tree
  const blobs = new Map<string, FoundBlob>()
  const addBlob = (blob: FoundBlob): void => {
    blobs.set(blob.path, blob)
    if (blobs.size > limits.files) {
      throw exceeded(where, 'more files than allowed', {
        name: 'files',
        value: blobs.size,
        limit: limits.files,
      })
    }
  }
  let steps = 0
  let folders: FoundFolder[] = []
  let links: FoundLink[] = []
  for (const found of await lookUp(objects, root, asked)) {
    if (found.entry === 'root') folders.push({ path: '', real: '', tree: root, via: [] })
    else if (found.entry !== undefined) sort(found.path, found.real, found.entry, [])
  }

  function sort(path: string, real: string, entry: TreeEntry, via: readonly string[]): void {
    if (Buffer.byteLength(path) > limits.pathBytes) {
      const cap = { name: 'pathBytes', value: Buffer.byteLength(path), limit: limits.pathBytes } as const
      throw exceeded(where, `the path ${JSON.stringify(path.slice(0, 80))}… is longer than allowed`, cap)
    }
    // A few folders that hold one another many times over make more of them than fit anywhere.
    if ((isFolder(entry) || isLink(entry)) && (steps += 1) > limits.files) {
      const cap = { name: 'files', value: steps, limit: limits.files } as const
      throw exceeded(where, 'more folders and links than allowed', cap)
    }
    if (isFolder(entry)) folders.push({ path, real, tree: entry.oid, via })
    else if (isLink(entry)) links.push({ path, folder: treeFolder(real), oid: entry.oid, via })
    else if (entry.mode === '160000') options.onSkipped?.({ path, what: 'submodule' })
    else if (isFile(entry)) addBlob({ path, oid: entry.oid, executable: entry.mode === '100755' })
  }

  while (folders.length > 0 || links.length > 0) {
    if (folders.length > 0) await objects.expect?.(folders.map(({ tree }) => tree))
    while (folders.length > 0) {
      const level = folders
      folders = []
      const trees = await readTrees(
        objects,
        level.map(({ tree }) => tree),
      )
      for (const { path, real, tree, via } of level) {
        checkDepth(objects, path)
        for (const entry of trees.get(tree) ?? []) {
          if (entry.isForeign) {
            throw stalled('InvalidPath', `${where}: "${path}" holds a name that is no UTF-8; rename it`)
          }
          sort(join(path, entry.name), join(real, entry.name), entry, via)
        }
      }
    }
    const level = links
    links = []
    for (const { link, target, entry, why } of await followLinks(objects, root, level)) {
      if (entry === undefined) options.onSkipped?.({ path: link.path, what: 'link', ...(why && { why }) })
      else sort(link.path, target, entry, [...link.via, link.folder])
    }
  }
  return readBlobs(objects, [...blobs.values()])
}

async function readBlobs(objects: Objects, blobs: readonly FoundBlob[]): Promise<SourceFile[]> {
  const { where, limits } = objects
  const contents = await objects.read(blobs.map(({ oid }) => oid))
  let total = 0
  return blobs
    .toSorted((a, b) => (a.path < b.path ? -1 : 1))
    .map((blob) => {
      const object = contents.get(blob.oid)
      if (object?.type !== 'blob') throw unreadable(objects, `${blob.oid} is no file`)
      total += object.content.length
      if (total > limits.fileBytes) {
        const cap = { name: 'fileBytes', value: total, limit: limits.fileBytes } as const
        throw exceeded(where, 'the files asked for are larger than allowed', cap)
      }
      return { ...blob, bytes: object.content }
    })
}

/** Entries at paths from the root, links on the way followed; all paths go down together, a level at a time. */
async function lookUp(
  objects: Objects,
  root: string,
  paths: readonly string[],
): Promise<{ path: string; real: string; entry: TreeEntry | 'root' | undefined }[]> {
  const results = new Map<string, { real: string; entry: TreeEntry | 'root' | undefined }>()
  let walks = paths.map((path) => ({ path, at: '', tree: root, rest: partsOf(path), hops: 0 }))
  while (walks.length > 0) {
    for (const { path, rest } of walks) if (rest.length === 0) results.set(path, { real: '', entry: 'root' })
    walks = walks.filter(({ rest }) => rest.length > 0)
    const trees = await readTrees(
      objects,
      walks.map(({ tree }) => tree),
    )
    const steps = walks.map((walk) => {
      const [name = '', ...rest] = walk.rest
      const entry = trees.get(walk.tree)?.find((candidate) => candidate.name === name && !candidate.isForeign)
      return { walk, entry, rest, real: join(walk.at, name) }
    })
    // A link at the end is for the caller; one on the way is followed here.
    const passed = steps.filter(({ entry, rest }) => entry && isLink(entry) && rest.length > 0)
    const targets = await readLinks(
      objects,
      passed.flatMap(({ entry }) => (entry === undefined ? [] : [entry.oid])),
    )
    walks = []
    for (const { walk, entry, rest, real } of steps) {
      if (entry !== undefined && rest.length === 0) results.set(walk.path, { real, entry })
      else if (entry !== undefined && isFolder(entry))
        walks.push({ ...walk, at: real, tree: entry.oid, rest })
      else if (entry !== undefined && isLink(entry) && walk.hops < objects.limits.linkHops) {
        const target = insideTarget(walk.at, targets.get(entry.oid) ?? '')
        if (target !== undefined) {
          walks.push({
            ...walk,
            at: '',
            tree: root,
            rest: [...partsOf(target), ...rest],
            hops: walk.hops + 1,
          })
        }
      }
    }
  }
  return paths.map((path) => ({ path, ...(results.get(path) ?? { real: path, entry: undefined }) }))
}

/** What links lead to, through further links; without an entry for those that lead out, nowhere or round. */
async function followLinks(
  objects: Objects,
  root: string,
  links: readonly FoundLink[],
): Promise<{ link: FoundLink; target: string; entry?: TreeEntry; why?: string }[]> {
  const done: { link: FoundLink; target: string; entry?: TreeEntry; why?: string }[] = []
  let open = links.map((link) => ({ link, folder: link.folder, oid: link.oid }))
  for (let hop = 0; open.length > 0; hop += 1) {
    const texts = await readLinks(
      objects,
      open.map(({ oid }) => oid),
    )
    const targets = open.map(({ link, folder, oid }) => ({
      link,
      target: insideTarget(folder, texts.get(oid) ?? ''),
    }))
    const inside = targets.flatMap(({ link, target }) => (target === undefined ? [] : [{ link, target }]))
    for (const { link, target } of targets) {
      if (target === undefined) done.push({ link, target: '', why: 'it leads out of the repository' })
    }
    const found = await lookUp(objects, root, [...new Set(inside.map(({ target }) => target))])
    const byPath = new Map(found.map((result) => [result.path, result]))
    open = []
    for (const { link, target } of inside) {
      const { entry, real = target } = byPath.get(target) ?? {}
      if (entry === undefined) done.push({ link, target, why: 'it leads nowhere' })
      else if (entry === 'root') done.push({ link, target, why: 'it leads round in a circle' })
      else if (isLink(entry)) {
        if (hop >= objects.limits.linkHops) done.push({ link, target, why: 'it leads round in a circle' })
        else open.push({ link, folder: treeFolder(real), oid: entry.oid })
      } else if (isFolder(entry) && [...link.via, link.folder].some((folder) => isBelow(real, folder))) {
        done.push({ link, target, why: 'it leads round in a circle' })
      } else done.push({ link, target: real, entry })
    }
  }
  return done
}

/** Where a link leads, as a path from the root; undefined when that is out of the repository. */
function insideTarget(folder: string, text: string): string | undefined {
  if (text === '' || text.startsWith('/')) return undefined
  try {
    return resolveTreePath(folder, text)
  } catch (error) {
    if (error instanceof HeadwaterError && error.reason === 'InvalidPath') return undefined
    throw error
  }
}

async function readLinks(objects: Objects, oids: readonly string[]): Promise<Map<string, string>> {
  const contents = await objects.read(oids)
  return new Map(
    [...contents].map(([oid, { content }]) => [oid, content.toString('utf8', 0, objects.limits.pathBytes)]),
  )
}

async function readTrees(
  objects: Objects,
  oids: readonly string[],
): Promise<Map<string, ReturnType<typeof parseTree>>> {
  const contents = await objects.read([...new Set(oids)])
  return new Map(
    [...contents].map(([oid, { type, content }]) => {
      if (type !== 'tree') throw unreadable(objects, `${oid} is no folder`)
      try {
        return [oid, parseTree(content, objects.limits.treeEntries)]
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error)
        throw stalled('InvalidPath', `${objects.where} holds ${why}: tree ${oid}`, error)
      }
    }),
  )
}

function checkDepth({ where, limits }: Objects, path: string): void {
  const depth = partsOf(path).length
  if (depth <= limits.folderDepth) return
  const cap = { name: 'folderDepth', value: depth, limit: limits.folderDepth } as const
  throw exceeded(where, `"${path.slice(0, 80)}…" lies deeper than allowed`, cap)
}

function isFolder({ mode }: TreeEntry): boolean {
  return mode === '40000' || mode === '040000'
}

function isLink({ mode }: TreeEntry): boolean {
  return mode === '120000'
}

function isFile({ mode }: TreeEntry): boolean {
  return mode === '100644' || mode === '100755' || mode === '100664'
}

function partsOf(path: string): string[] {
  return path === '' ? [] : path.split('/')
}

function join(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`
}

function unreadable({ where }: Objects, what: string): Error {
  return transient('GitOperationFailed', `${where} cannot be read: ${what}`)
}
