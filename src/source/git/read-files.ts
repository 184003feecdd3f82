import { stalled } from '../../api/errors.ts'
import { treeFolder, treePath } from '../../api/tree-path.ts'
import { createIgnoreRules } from '../ignore-rules.ts'
import type { ReadOptions, SourceFile } from '../source.ts'
import { exceeded } from './limits.ts'
import { followLinks, lookUp, readFolders, ruledPath, type FoundLink, type Tree } from './look-up.ts'
import type { TreeEntry } from './object.ts'
import { isFile, isFolder, isLink, join, partsOf, readCommit, unreadable, type Objects } from './objects.ts'
import { checkNames } from '../twins.ts'

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
  const rules = createIgnoreRules({ ...objects, ignore: options.ignore, read: readRules })
  const tree: Tree = { objects, root, rules }
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
  for (const { path, real, entry, isIgnored } of await lookUp(tree, asked)) {
    if (entry === 'root') folders.push({ path: '', real: '', tree: root, via: [] })
    else if (entry !== undefined) sort(path, real, entry, [])
    else if (isIgnored === true) options.onSkipped?.({ path, what: 'ignored' })
  }

  async function readRules(oids: readonly string[]): Promise<Map<string, Buffer>> {
    return new Map([...(await objects.read(oids))].map(([id, { content }]) => [id, content]))
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
    // All at once, but where rules leave something out: that is not to be fetched.
    const whole = folders.filter(({ real }) => !rules.bearOn(real))
    if (whole.length > 0) await objects.expect?.(whole.map((folder) => folder.tree))
    while (folders.length > 0) {
      const level = folders
      folders = []
      for (const { folder, entries } of await readLevel(tree, level)) {
        const { path, real, via } = folder
        for (const entry of entries) sort(join(path, entry.name), join(real, entry.name), entry, via)
      }
    }
    const level = links
    links = []
    for (const { link, target, entry, why } of await followLinks(tree, level)) {
      if (entry === undefined) options.onSkipped?.({ path: link.path, what: 'link', ...(why && { why }) })
      else sort(link.path, target, entry, [...link.via, link.folder])
    }
  }
  return readBlobs(objects, [...blobs.values()])
}

/** Folders with those of their entries that no rule leaves out. */
async function readLevel(
  tree: Tree,
  level: readonly FoundFolder[],
): Promise<{ folder: FoundFolder; entries: TreeEntry[] }[]> {
  const { objects, rules } = tree
  const trees = await readFolders(tree, level)
  const listed = level.map((folder) => ({ folder, entries: trees.get(folder.tree) ?? [] }))
  const ruled = ({ real }: FoundFolder, entry: TreeEntry): string => ruledPath(join(real, entry.name), entry)
  const ignored = await rules.ignored(
    listed.flatMap(({ folder, entries }) => entries.map((entry) => ruled(folder, entry))),
  )
  return listed.map(({ folder, entries }) => {
    const { path, real } = folder
    checkDepth(objects, path)
    if (entries.some(({ isForeign }) => isForeign)) {
      throw stalled('InvalidPath', `${objects.where}: "${path}" holds a name that is no UTF-8; rename it`)
    }
    const left = entries.filter((entry) => !ignored.has(ruled(folder, entry)))
    checkNames(
      objects.where,
      left.map(({ name }) => join(real, name)),
    )
    return { folder, entries: left }
  })
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

function checkDepth({ where, limits }: Objects, path: string): void {
  const depth = partsOf(path).length
  if (depth <= limits.folderDepth) return
  const cap = { name: 'folderDepth', value: depth, limit: limits.folderDepth } as const
  throw exceeded(where, `"${path.slice(0, 80)}…" lies deeper than allowed`, cap)
}
