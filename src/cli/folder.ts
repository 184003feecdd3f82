import { realpath, stat } from 'node:fs/promises'
import path from 'node:path'
import { Option } from 'commander'
import type { GitRepositorySpec } from '../api/kinds/git-repository.ts'
import type { KustomizationSpec } from '../api/kinds/kustomization.ts'
import { HeadwaterError } from '../api/errors.ts'
import { isBelow, treePath } from '../api/tree-path.ts'
import {
  build,
  buildObjects,
  type BicepCompiler,
  type BuildFacts,
  type BuildResult,
  type Problem,
  type TreeFile,
} from '../build/index.ts'
import { skippedLines } from '../reconcile/skipped.ts'
import { ignoreFile } from '../source/ignore-rules.ts'
import type { SkippedEntry } from '../source/source.ts'
import { usageError } from './exit.ts'
import type { Io } from './io.ts'
import { openWorkTree, treeOf } from './work-tree.ts'

/** A folder on disk as the tree of a repository. */
export interface Folder {
  /** Absolute path of the repository's root: what a leading `/` in a manifest means. */
  root: string
  /** Absolute path of what is to be looked at. */
  directory: string
}

const manifestName = /\.(ya?ml|json)$/i

/**
 * Finds the repository that a folder lies in: `root` when a person names it, else the nearest folder above with a `.git`,
 * else the folder itself. Throws a usage error when there is no such folder, or it lies outside.
 */
export async function openFolder(directory: string, root?: string): Promise<Folder> {
  const found = await stat(directory).catch(() => undefined)
  if (!found) throw usageError(`${directory} does not exist; name a folder with manifests, or one manifest`)
  if (root !== undefined) {
    if (isBelow(treeOf('/', root), treeOf('/', directory))) {
      return { root, directory }
    }
    throw usageError(`${directory} does not lie below the root ${root}; name a folder in it`)
  }
  for (let root = directory; ; root = path.dirname(root)) {
    if (await exists(path.join(root, '.git'))) return { root, directory }
    if (root !== path.dirname(root)) continue
    return { root: found.isDirectory() ? directory : path.dirname(directory), directory }
  }
}

/** `--root`, the same in every command that reads a folder. */
export function rootOption(): Option {
  return new Option(
    '--root <dir>',
    'what a leading "/" in a template\'s path means (default: the repository that DIR lies in, else DIR)',
  )
}

/** The root a person named, as an absolute path. */
export function resolveRoot({ root }: { root?: string }, io: Pick<Io, 'cwd'>): string | undefined {
  return root === undefined ? undefined : path.resolve(io.cwd, root)
}

/** What a build of a folder is helped by. */
export interface FolderPorts {
  loadFacts(): Promise<BuildFacts>
  /** Compiles Bicep; left out: none can be compiled. */
  bicep?: BicepCompiler
  /** Hosts of registries that Bicep may fetch from besides those that a GitRepository of the folder names. */
  registries?: readonly string[]
}

/** Builds what a folder declares, as the controller would build a commit that holds it as it is on disk now. */
export async function buildFolder(folder: Folder, ports: FolderPorts): Promise<BuildResult> {
  try {
    return await buildTree(folder, ports)
  } catch (error) {
    if (!(error instanceof HeadwaterError) || !refusals.has(error.reason)) throw error
    // The controller would read nothing of it.
    const file = treeOf(folder.root, folder.directory)
    const problem: Problem = { severity: 'error', file, line: 1, column: 1, message: error.message }
    return { objects: [], problems: [problem], withheld: new Map(), inputs: new Map() }
  }
}

/** Reasons for which a commit is refused whole. */
const refusals = new Set(['InvalidPath', 'InvalidIgnore', 'LimitExceeded'])

async function buildTree(folder: Folder, ports: FolderPorts): Promise<BuildResult> {
  const root = await realpath(folder.root)
  const tree = openWorkTree(root)
  const below = treeOf(folder.root, folder.directory)
  const files = await tree.files([below], (name) => manifestName.test(name))
  const options = { path: below, source: 'GitRepository/local/folder' }
  const first = buildObjects(files, options)
  const needsFacts = first.objects.some(({ kind }) => kind === 'CloudFormationStack')
  const passedOver = skippedProblems([...tree.skipped.values()], below)
  const result = await build(files.toSorted(byPath), {
    ...options,
    targetNamespace: namespacesOf(first.objects),
    readFiles: (paths) => tree.files(paths),
    isIgnored: (file) => tree.skipped.get(file)?.what === 'ignored',
    ...(needsFacts ? { facts: await ports.loadFacts() } : {}),
    ...(ports.bicep === undefined ? {} : { bicep: ports.bicep }),
    registries: [...(ports.registries ?? []), ...registriesOf(first.objects)],
  })
  return { ...result, problems: [...result.problems, ...passedOver] }
}

/** What below the folder is not read: a person may take it for read. */
function skippedProblems(skipped: readonly SkippedEntry[], asked: string): Problem[] {
  const isAskedIgnored = skipped.some(({ path: name, what }) => what === 'ignored' && name === asked)
  const message = `all of it is left out by a ${ignoreFile} or the default exclusions; nothing of it would be read`
  const whole = isAskedIgnored ? [{ path: asked, message }] : []
  return [...whole, ...skippedLines(skipped)].map(({ path: file, message: text }) => ({
    severity: 'warning',
    file,
    line: 1,
    column: 1,
    message: text,
  }))
}

function byPath(a: TreeFile, b: TreeFile): number {
  return a.path < b.path ? -1 : 1
}

/** Which source a folder is read by is not known here: what any of them allows is allowed. */
function registriesOf(objects: readonly { kind: string; spec: Record<string, unknown> }[]): string[] {
  return objects.flatMap(({ kind, spec }) =>
    kind === 'GitRepository' ? ((spec as GitRepositorySpec).bicep?.registries ?? []) : [],
  )
}

/** Objects get the namespace of the Kustomization that loads their file: the one with the longest path above it. */
function namespacesOf(objects: readonly { kind: string; spec: Record<string, unknown> }[]) {
  const folders = objects.flatMap(({ kind, spec }) => {
    if (kind !== 'Kustomization') return []
    const { path: loaded, targetNamespace } = spec as KustomizationSpec
    return [{ folder: treePath(loaded), targetNamespace }]
  })
  const nearestFirst = folders.toSorted((a, b) => b.folder.length - a.folder.length)
  return (file: string): string | undefined =>
    nearestFirst.find(({ folder }) => isBelow(folder, file))?.targetNamespace
}

async function exists(name: string): Promise<boolean> {
  return (await stat(name).catch(() => undefined)) !== undefined
}
