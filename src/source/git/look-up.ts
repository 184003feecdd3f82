import { HeadwaterError } from '../../api/errors.ts'
import { isBelow, resolveTreePath, treeFolder } from '../../api/tree-path.ts'
import { ignoreFile, type IgnoreRules } from '../ignore-rules.ts'
import { limitsVariable, type GitLimits } from './limits.ts'
import type { TreeEntry } from './object.ts'
import { isFile, isFolder, isLink, join, partsOf, readTrees, type Objects } from './objects.ts'
import { checkNames, namesOf, type Names } from '../twins.ts'

/** One commit as it is read: without what its rules leave out. */
export interface Tree {
  objects: Objects
  /** Its root's id. */
  root: string
  rules: IgnoreRules
}

/** What lies at a path; `entry` is undefined where nothing does, or what lies there is ignored. */
export interface Found {
  path: string
  /** Where it lies in the commit: another place, when a link led to it. */
  real: string
  entry: TreeEntry | 'root' | undefined
  isIgnored?: boolean
}

/** A link still to be followed. */
export interface FoundLink {
  path: string
  /** The folder in which it lies in the commit. */
  folder: string
  oid: string
  /** Real folders that were gone through by links on the way here. */
  via: readonly string[]
}

/** Entries of folders by the folders' ids, each folder at its place; rules that lie in them bear from now on. */
export async function readFolders(
  { objects, rules }: Tree,
  folders: readonly { real: string; tree: string }[],
): ReturnType<typeof readTrees> {
  const trees = await readTrees(
    objects,
    folders.map(({ tree }) => tree),
  )
  for (const { real, tree } of folders) {
    const own = trees.get(tree)?.find((entry) => entry.name === ignoreFile && isFile(entry))
    if (own !== undefined) rules.note(real, own.oid)
  }
  return trees
}

/** A path as the rules take it: that of a folder ends with a slash. */
export function ruledPath(real: string, entry: TreeEntry): string {
  return isFolder(entry) ? `${real}/` : real
}

/** Entries at paths from the root, links on the way followed; all paths go down together, a level at a time. */
export async function lookUp(tree: Tree, paths: readonly string[]): Promise<Found[]> {
  const { objects, root } = tree
  const results = new Map<string, Found>()
  /** What has to be there for a path to be there: itself, and the links on its way. */
  const needs = new Map<string, string[]>()
  const twins: { path: string; others: string[] }[] = []
  let walks = paths.map((path) => ({
    path,
    at: '',
    tree: root,
    rest: partsOf(path),
    hops: 0,
    links: [] as string[],
  }))
  while (walks.length > 0) {
    for (const { path, rest } of walks) {
      if (rest.length === 0) results.set(path, { path, real: '', entry: 'root' })
    }
    walks = walks.filter(({ rest }) => rest.length > 0)
    const trees = await readFolders(
      tree,
      walks.map((walk) => ({ real: walk.at, tree: walk.tree })),
    )
    // Many paths may go through one folder.
    const names = new Map<string, Names<TreeEntry>>()
    const inFolder = (oid: string): Names<TreeEntry> => {
      const made = names.get(oid) ?? namesOf((trees.get(oid) ?? []).filter(({ isForeign }) => !isForeign))
      names.set(oid, made)
      return made
    }
    const steps = walks.map((walk) => {
      const [name = '', ...rest] = walk.rest
      const folder = inFolder(walk.tree)
      const entry = folder.find(name)
      const real = join(walk.at, name)
      const others = entry === undefined ? [] : folder.twinsOf(name)
      if (others.length > 0) {
        twins.push({ path: real, others: others.map((other) => ruledPath(join(walk.at, other.name), other)) })
      }
      return { walk, entry, rest, real }
    })
    // A link at the end is for the caller; one on the way is followed here.
    const passed = steps.filter(({ entry, rest }) => entry && isLink(entry) && rest.length > 0)
    const targets = await readLinks(
      objects,
      passed.flatMap(({ entry }) => (entry === undefined ? [] : [entry.oid])),
    )
    walks = []
    for (const { walk, entry, rest, real } of steps) {
      if (entry === undefined) continue
      if (rest.length === 0) {
        results.set(walk.path, { path: walk.path, real, entry })
        needs.set(walk.path, [...walk.links, ruledPath(real, entry)])
      } else if (isFolder(entry)) walks.push({ ...walk, at: real, tree: entry.oid, rest })
      else if (isLink(entry) && walk.hops < objects.limits.linkHops) {
        const target = insideTarget(walk.at, targets.get(entry.oid) ?? '')
        if (target !== undefined) {
          walks.push({
            ...walk,
            at: '',
            tree: root,
            rest: [...partsOf(target), ...rest],
            hops: walk.hops + 1,
            links: [...walk.links, real],
          })
        }
      }
    }
  }
  const others = twins.flatMap((twin) => twin.others)
  const folders = [...results.values()].flatMap(({ real, entry }) =>
    entry !== undefined && entry !== 'root' && isFolder(entry) && tree.rules.bearOn(real) ? [entry.oid] : [],
  )
  const ignored = await tree.rules.ignored([...new Set([...needs.values()].flat()), ...others], folders)
  const isIgnored = (path: string): boolean => (needs.get(path) ?? []).some((need) => ignored.has(need))
  const read = [...results.values()].filter(({ path }) => !isIgnored(path)).map(({ real }) => real)
  for (const { path, others: names } of twins) {
    const seen = names.filter((name) => !ignored.has(name))
    if (read.some((real) => isBelow(path, real))) checkNames(objects.where, [path, ...seen])
  }
  return paths.map((path) => {
    const found = results.get(path) ?? { path, real: path, entry: undefined }
    return isIgnored(path) ? { ...found, entry: undefined, isIgnored: true } : found
  })
}

/** What links lead to, through further links; without an entry for those that lead out, nowhere or round. */
export async function followLinks(
  tree: Tree,
  links: readonly FoundLink[],
): Promise<{ link: FoundLink; target: string; entry?: TreeEntry; why?: string }[]> {
  const { objects } = tree
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
    const found = await lookUp(tree, [...new Set(inside.map(({ target }) => target))])
    const byPath = new Map(found.map((result) => [result.path, result]))
    open = []
    for (const { link, target } of inside) {
      const { entry, real = target, isIgnored } = byPath.get(target) ?? {}
      if (isIgnored === true) done.push({ link, target, why: 'it leads to what is ignored' })
      else if (entry === undefined) done.push({ link, target, why: 'it leads nowhere' })
      else if (entry === 'root') done.push({ link, target, why: 'it leads round in a circle' })
      else if (isLink(entry)) {
        if (hop >= objects.limits.linkHops) done.push({ link, target, why: tooManyHops(objects.limits) })
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

function tooManyHops({ linkHops }: GitLimits): string {
  const raise = `${limitsVariable}=linkHops=${linkHops * 2}`
  return `it leads through more than linkHops=${linkHops} links, or round in a circle; raise it by ${raise} if they end`
}
