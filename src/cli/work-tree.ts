import { readFile, readdir, realpath, stat } from 'node:fs/promises'
import path from 'node:path'
import { isBelow, treeFolder } from '../api/tree-path.ts'
import type { TreeFile } from '../build/index.ts'
import { defaultLimits } from '../source/git/limits.ts'
import { createIgnoreRules, ignoreFile } from '../source/ignore-rules.ts'
import type { SkippedEntry } from '../source/source.ts'
import { checkNames, namesOf } from '../source/twins.ts'

/** A folder on disk, read as a commit that holds it would be: without what is ignored, links inside it followed. */
export interface WorkTree {
  /** Files at or below paths from the root; what is not there is left out. */
  files(paths: readonly string[], wanted?: (path: string) => boolean): Promise<TreeFile[]>
  /** What was passed over so far. */
  skipped: ReadonlyMap<string, SkippedEntry>
}

/** Never in a commit, or of no use in one. */
const unread = new Set(['.git', 'node_modules'])

/** Opens a folder; `root` is its absolute path, with no link in it. */
export function openWorkTree(root: string): WorkTree {
  const limits = defaultLimits
  const skipped = new Map<string, SkippedEntry>()
  const looked = new Set<string>()
  const at = (real: string): string => path.join(root, real)
  const rules = createIgnoreRules({
    where: root,
    limits,
    ignore: undefined,
    read: async (ids) =>
      new Map(await Promise.all(ids.map(async (id) => [id, await readFile(at(id))] as const))),
  })
  const skip = (entry: SkippedEntry): void => void skipped.set(entry.path, entry)

  /** Notes the rules of a folder and of those above it. */
  const look = async (folder: string): Promise<void> => {
    for (let real = folder; !looked.has(real); real = treeFolder(real)) {
      looked.add(real)
      const file = real === '' ? ignoreFile : `${real}/${ignoreFile}`
      if ((await kindOf(at(file))) === 'file') rules.note(real, file)
    }
  }
  /** A path without links, from the root; undefined for what is not there or lies outside. */
  const realOf = async (name: string): Promise<string | undefined> => {
    const real = await realpath(at(name)).catch(() => undefined)
    return real === undefined || !isBelow(root, real) ? undefined : treeOf(root, real)
  }
  const isIgnored = async (real: string, isFolder: boolean): Promise<boolean> => {
    if (real === '') return false
    await look(treeFolder(real))
    return (await rules.ignored([isFolder ? `${real}/` : real])).size > 0
  }

  /** Refuses a path of which a part has a twin beside it. */
  const checkWay = async (real: string): Promise<void> => {
    for (let way = real; way !== ''; way = treeFolder(way)) {
      const folder = treeFolder(way)
      const name = way.slice(folder === '' ? 0 : folder.length + 1)
      for (const twin of namesOf(await readdir(at(folder), { withFileTypes: true })).twinsOf(name)) {
        const other = joined(folder, twin.name)
        if (!(await isIgnored(other, twin.isDirectory()))) checkNames(root, [way, other])
      }
    }
  }

  type Place = { name: string; real: string; via: readonly string[] }
  const below = async ({ name, real, via }: Place): Promise<Place[]> => {
    await look(real)
    const listed = (await readdir(at(real), { withFileTypes: true })).filter(
      (entry) => !unread.has(entry.name),
    )
    const ruled = (entry: (typeof listed)[number]): string =>
      `${joined(real, entry.name)}${entry.isDirectory() ? '/' : ''}`
    const ignored = await rules.ignored(listed.map((entry) => ruled(entry)))
    const entries = listed.filter((entry) => !ignored.has(ruled(entry)))
    checkNames(
      root,
      entries.map((entry) => joined(real, entry.name)),
    )
    const found: Place[] = []
    for (const entry of entries) {
      const place = { name: joined(name, entry.name), real: joined(real, entry.name), via }
      if (entry.isFile()) found.push(place)
      else if (entry.isDirectory()) found.push(...(await open(place)))
      else if (entry.isSymbolicLink()) found.push(...(await follow(place, real)))
    }
    return found
  }
  const open = async (place: Place): Promise<Place[]> => {
    const isModule = place.real !== '' && (await kindOf(at(joined(place.real, '.git')))) !== undefined
    if (!isModule) return below(place)
    skip({ path: place.name, what: 'submodule' })
    return []
  }
  const follow = async ({ name, real, via }: Place, folder: string): Promise<Place[]> => {
    const target = await realOf(real)
    const kind = target === undefined ? undefined : await kindOf(at(target))
    const why =
      target === undefined
        ? 'it leads out of the repository, or nowhere'
        : (await isIgnored(target, kind === 'folder'))
          ? 'it leads to what is ignored'
          : kind === 'folder' && [...via, folder].some((one) => isBelow(target, one))
            ? 'it leads round in a circle'
            : undefined
    if (why === undefined && target !== undefined) {
      const place = { name, real: target, via: [...via, folder] }
      return kind === 'folder' ? open(place) : [place]
    }
    skip({ path: name, what: 'link', ...(why === undefined ? {} : { why }) })
    return []
  }
  return {
    skipped,
    async files(paths, wanted = () => true) {
      const found: Place[] = []
      for (const name of paths) {
        const real = await realOf(name)
        const kind = real === undefined ? undefined : await kindOf(at(real))
        if (real === undefined || kind === undefined) continue
        if (await isIgnored(real, kind === 'folder')) {
          skip({ path: name, what: 'ignored' })
          continue
        }
        await checkWay(real)
        const place = { name, real, via: [] }
        found.push(...(kind === 'folder' ? await open(place) : [place]))
      }
      const files = found.filter(({ name }) => wanted(name))
      return Promise.all(
        files.map(async ({ name, real }) => ({ path: name, bytes: await readFile(at(real)) })),
      )
    },
  }
}

async function kindOf(name: string): Promise<'file' | 'folder' | undefined> {
  const found = await stat(name).catch(() => undefined)
  return found?.isFile() === true ? 'file' : found?.isDirectory() === true ? 'folder' : undefined
}

/** An absolute path below a root as a path of its tree. */
export function treeOf(root: string, name: string): string {
  return path.relative(root, name).split(path.sep).join('/')
}

function joined(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`
}
