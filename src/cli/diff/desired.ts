import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { gitRepositorySpec } from '../../api/kinds/git-repository.ts'
import { parseKey } from '../../api/reference.ts'
import { treePath } from '../../api/tree-path.ts'
import type { BuildResult } from '../../build/index.ts'
import { rootDeclarations, rootKeys } from '../../compose/root.ts'
import type { Settings } from '../../compose/settings.ts'
import type { Head, Source } from '../../source/source.ts'
import type { Store } from '../../store/store.ts'
import { buildHere } from '../build-here.ts'
import { refusal, usageError } from '../exit.ts'
import { openFolder, type Folder } from '../folder.ts'
import type { Io } from '../io.ts'
import { openDeclared } from '../root-source.ts'

/** What a folder or a revision declares. */
export interface Desired {
  result: BuildResult
  /** `working tree`, or the revision. */
  label: string
  /** Folder that was looked at, from the root of the repository: what is missing below it would leave. */
  below: string
  folder: Folder
}

/** Builds a folder as it is on disk. */
export async function desiredFolder(directory: string, io: Io): Promise<Desired> {
  const folder = await openFolder(path.resolve(io.cwd, directory))
  const below = path.relative(folder.root, folder.directory).split(path.sep).join('/')
  return { result: await buildHere(folder, io), label: 'working tree', below, folder }
}

/** Builds a folder of a revision of the root source; the files are laid out in a folder that is gone afterwards. */
export async function desiredRevision(
  options: { revision: string; directory: string; settings: Settings; store: Store },
  io: Io,
): Promise<Desired> {
  const { source, ignore } = await openRoot(options.settings, options.store, io)
  const { commit, revision } = await headOf(source, options.revision)
  const below = treePath(options.directory)
  const root = await mkdtemp(path.join(tmpdir(), 'headwater-diff-'))
  try {
    for (const file of await source.files(commit, [''], ignore === undefined ? {} : { ignore })) {
      const target = path.join(root, file.path)
      await mkdir(path.dirname(target), { recursive: true })
      await writeFile(target, file.bytes)
    }
    const folder = { root, directory: path.join(root, below) }
    // Refuses a path that the revision does not have.
    await openFolder(folder.directory)
    return { result: await buildHere(folder, io), label: revision, below, folder }
  } finally {
    await rm(root, { recursive: true, force: true })
  }
}

/** The root source, as the settings name it or as the store knows it. */
async function openRoot(
  settings: Settings,
  store: Store,
  io: Io,
): Promise<{ source: Source; ignore: string | undefined }> {
  const declared = rootDeclarations(settings).find(({ kind }) => kind === parseKey(rootKeys.source).kind)
  const known = declared?.spec ?? (await store.get(rootKeys.source))?.record.spec
  if (known === undefined)
    throw usageError('--revision: name the repository by HEADWATER_SOURCE_URL or --source-url')
  const spec = gitRepositorySpec.parse(known)
  const source = await openDeclared(spec, settings, io)
  return { source, ignore: spec.ignore }
}

/** A commit, a branch or a tag. */
async function headOf(source: Source, word: string): Promise<Head> {
  const commit = /^(?:.*@?sha1:)?([0-9a-f]{40})$/.exec(word)?.[1]
  if (commit !== undefined) return source.head({ commit })
  const heads = await Promise.allSettled([source.head({ branch: word }), source.head({ tag: word })])
  const found = heads.find((head) => head.status === 'fulfilled')
  if (found !== undefined) return found.value
  const [branch] = heads
  const why =
    branch?.status === 'rejected' && branch.reason instanceof Error ? branch.reason.message : 'not found'
  throw refusal(`--revision: "${word}" is no commit (40 hex digits), branch or tag: ${why}`)
}
