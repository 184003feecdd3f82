import { HeadwaterError, stalled } from '../../../api/errors.ts'
import { resolveTreePath, treeFolder } from '../../../api/tree-path.ts'
import type { BicepDiagnostic, BicepRequest } from '../../../template/bicep/compiler.ts'
import { defaultConfig, readBicepConfig, type BicepConfig } from '../../../template/bicep/config.ts'
import { findMentions, type Mention, type Mentions } from '../../../template/bicep/mentions.ts'
import { templateParameters } from '../../../template/bicep/template-parameters.ts'
import { absent, fileHash, folderHash, folderKey } from '../../../template/bicep/reads.ts'
import { refuseRemote, remoteReference } from '../../../template/bicep/remote.ts'
import type { BicepLimits } from './limits.ts'

/** All that a compile reads, gathered from the tree by path. */
export interface Closure {
  files: ReadonlyMap<string, Uint8Array>
  /** What must be mended before a compiler may see it. */
  problems(): BicepDiagnostic[]
  /** Whether anything is to come from a registry. */
  needsNetwork(): boolean
  /** What a parameters file's `using` leads to, with its place; undefined for `using none`. */
  using(): { path: string; line: number; column: number } | undefined
  /** Names of the parameters that a file of ours declares or assigns; undefined for one that was not read. */
  parametersOf(file: string): ReadonlySet<string> | undefined
  /** Where a file is named by more than a text, which only the compiler can work out. */
  unclear(): { file: string; line: number; column: number } | undefined
  /** Everything looked at, hashed; see `PackagedInputs.reads`. */
  reads(): Record<string, string>
  /** Adds files that only the compiler could tell of. Answers whether any of them is there and new. */
  add(paths: readonly string[]): Promise<boolean>
}

const configName = 'bicepconfig.json'
const sourceName = /\.(bicep|bicepparam)$/i

interface Gathering {
  request: BicepRequest
  limits: Pick<BicepLimits, 'files' | 'fileBytes'>
  files: Map<string, Uint8Array>
  /** Asked for, whether there or not. */
  asked: Set<string>
  folders: Map<string, string>
  mentions: Map<string, Mentions>
  problems: BicepDiagnostic[]
}

/**
 * Reads a template, its parameters file and what they refer to, file after file. Only files of the tree are ever read:
 * what leads out of it, and what would come over the network without being allowed, is a problem at its place.
 */
export async function gather(
  request: BicepRequest,
  limits: Pick<BicepLimits, 'files' | 'fileBytes'>,
): Promise<Closure> {
  const gathering: Gathering = {
    request,
    limits,
    files: new Map(),
    asked: new Set(),
    folders: new Map(),
    mentions: new Map(),
    problems: [],
  }
  const { template, parametersFile } = request
  await readAll(gathering, parametersFile === undefined ? [template] : [template, parametersFile])
  return {
    files: gathering.files,
    problems: () => [
      ...gathering.problems,
      ...remoteMentions(gathering).flatMap(({ problem }) => problem ?? []),
      ...configProblems(gathering),
    ],
    needsNetwork: () => remoteMentions(gathering).length > 0,
    using: () => usingOf(gathering),
    parametersOf: (file) => parametersOf(gathering, file),
    unclear: () => unclearOf(gathering),
    reads: () => readsOf(gathering),
    async add(more) {
      const before = gathering.files.size
      await readAll(gathering, more)
      return gathering.files.size > before
    },
  }
}

/** Reads files and, round by round, all that they mention. */
async function readAll(gathering: Gathering, paths: readonly string[]): Promise<void> {
  const { request, files, asked } = gathering
  const fresh = (candidates: readonly string[]): string[] => {
    const news = [...new Set(candidates)].filter((path) => path !== '' && !asked.has(path))
    for (const path of news) asked.add(path)
    return news
  }
  for (let wanted = fresh(paths); wanted.length > 0;) {
    const next: string[] = []
    for (const [path, bytes] of await request.tree.read(wanted)) {
      files.set(path, bytes)
      if (sourceName.test(path)) next.push(...(await mentionedBy(gathering, path)))
      if (path.endsWith(configName)) next.push(...extensionFiles(gathering, path))
    }
    checkSize(gathering)
    wanted = fresh(next)
  }
}

/** The files that a Bicep file mentions and those that configure it. */
async function mentionedBy(gathering: Gathering, file: string): Promise<string[]> {
  const mentions = findMentions(textOf(gathering, file))
  gathering.mentions.set(file, mentions)
  for (const place of mentions.unknownFolders) {
    const message =
      'loadDirectoryFileInfo: the folder must be written out as a text, so that it is known what is read'
    gathering.problems.push({ file, severity: 'error', line: place.line, column: place.column, message })
  }
  for (const folder of mentions.folders) await readFolder(gathering, file, folder)
  const named = [...mentions.artifacts, ...mentions.loads].flatMap((mention) =>
    pathOf(gathering, file, mention),
  )
  return [...named, ...configCandidates(file)]
}

/** The path that a mention leads to, unless it leads out of the tree or over the network. */
function pathOf(gathering: Gathering, file: string, mention: Mention): string[] {
  const { path, line, column, by } = mention
  if (by !== 'load' && remoteReference(path, defaultConfig) !== undefined) return []
  const refuse = (message: string): [] => {
    gathering.problems.push({ file, severity: 'error', line, column, message })
    return []
  }
  if (path.startsWith('/'))
    return refuse(`"${path}" is an absolute path; name a file of the repository relative to this one`)
  try {
    return [resolveTreePath(treeFolder(file), path)]
  } catch (error) {
    if (!(error instanceof HeadwaterError)) throw error
    return refuse(error.message)
  }
}

async function readFolder(gathering: Gathering, file: string, mention: Mention): Promise<void> {
  const { files, folders, asked, request } = gathering
  const isSelf = mention.path === '' || mention.path === '.'
  for (const folder of isSelf ? [treeFolder(file)] : pathOf(gathering, file, { ...mention, by: 'load' })) {
    const listed = await request.tree.list(folder)
    folders.set(folder, folderHash(folder, listed.keys()))
    for (const [path, bytes] of listed) {
      // The compiler only looks at names, of this folder alone.
      if (treeFolder(path) !== folder || asked.has(path)) continue
      files.set(path, files.get(path) ?? bytes)
    }
    checkSize(gathering)
  }
}

/** Every place where a `bicepconfig.json` for a file may lie, the nearest first. */
function configCandidates(file: string): string[] {
  const folders: string[] = []
  for (let folder = treeFolder(file); ; folder = treeFolder(folder)) {
    folders.push(folder)
    if (folder === '') break
  }
  return folders.map((folder) => (folder === '' ? configName : `${folder}/${configName}`))
}

/** Extensions that a configuration names by path. */
function extensionFiles(gathering: Gathering, file: string): string[] {
  const config = readBicepConfig(textOf(gathering, file))
  return [...config.extensions.values()].flatMap((path) => {
    if (path.startsWith('builtin:') || remoteReference(path, config) !== undefined) return []
    return pathOf(gathering, file, { path, by: 'extension', line: 1, column: 1 })
  })
}

function configOf(gathering: Gathering, file: string): BicepConfig {
  const nearest = configCandidates(file).find((candidate) => gathering.files.has(candidate))
  return nearest === undefined ? defaultConfig : readBicepConfig(textOf(gathering, nearest))
}

/** Everything that would come over the network, with the reason where it may not. */
function remoteMentions(gathering: Gathering): { problem?: BicepDiagnostic }[] {
  const { registries } = gathering.request
  return [...gathering.mentions].flatMap(([file, mentions]) => {
    const config = configOf(gathering, file)
    const byName = (name: string, line: number, column: number): Mention[] => {
      const path = config.extensions.get(name)
      return path === undefined ? [] : [{ path, line, column, by: 'extension' }]
    }
    const named = [
      ...mentions.artifacts,
      ...mentions.extensions.flatMap(({ name, line, column }) => byName(name, line, column)),
      ...config.implicitExtensions.flatMap((name) => byName(name, 1, 1)),
    ]
    return named.flatMap(({ path, line, column }) => {
      const remote = remoteReference(path, config)
      if (remote === undefined) return []
      const message = refuseRemote(remote, registries)
      return message === undefined
        ? [{}]
        : [{ problem: { file, severity: 'error' as const, line, column, message } }]
    })
  })
}

function configProblems(gathering: Gathering): BicepDiagnostic[] {
  return [...configsInForce(gathering)]
    .filter((file) => gathering.files.has(file))
    .flatMap((file) =>
      readBicepConfig(textOf(gathering, file)).refused.map(({ message }): BicepDiagnostic => ({
        file,
        severity: 'error',
        line: 1,
        column: 1,
        message,
      })),
    )
}

function usingOf({ mentions, request }: Gathering): ReturnType<Closure['using']> {
  const file = request.parametersFile ?? ''
  const using = mentions.get(file)?.artifacts.find(({ by }) => by === 'using')
  if (using === undefined) return undefined
  const { line, column } = using
  return { path: resolveTreePath(treeFolder(file), using.path), line, column }
}

function parametersOf({ mentions, files }: Gathering, file: string): ReadonlySet<string> | undefined {
  const named = mentions.get(file)
  if (named !== undefined) return new Set(named.parameters.keys())
  // ARM JSON: a name that is no word of Bicep cannot be assigned in a parameters file.
  const bytes = files.get(file)
  if (bytes === undefined) return undefined
  return new Set(
    templateParameters(new TextDecoder().decode(bytes)).filter((name) => /^[A-Za-z_]\w*$/.test(name)),
  )
}

function unclearOf({ mentions }: Gathering): ReturnType<Closure['unclear']> {
  for (const [file, { unknownLoads }] of mentions) {
    const [place] = unknownLoads
    if (place !== undefined) return { file, line: place.line, column: place.column }
  }
  return undefined
}

/** The places where configuration of the files gathered was looked for, up to the one that was found. */
function configsInForce({ mentions, files }: Gathering): Set<string> {
  return new Set(
    [...mentions.keys()].flatMap((file) => {
      const candidates = configCandidates(file)
      const nearest = candidates.findIndex((candidate) => files.has(candidate))
      return nearest === -1 ? candidates : candidates.slice(0, nearest + 1)
    }),
  )
}

function readsOf(gathering: Gathering): Record<string, string> {
  const { files, asked, folders } = gathering
  const configs = configsInForce(gathering)
  const isConfig = (path: string): boolean => path === configName || path.endsWith(`/${configName}`)
  const paths = [...asked].filter((path) => !isConfig(path) || configs.has(path)).toSorted()
  const hashes = paths.map((path): [string, string] => {
    const bytes = files.get(path)
    return [path, bytes === undefined ? absent : fileHash(bytes)]
  })
  const listings = [...folders].map(([folder, hash]): [string, string] => [folderKey(folder), hash])
  return Object.fromEntries([...hashes, ...listings])
}

function checkSize({ files, limits, request }: Gathering): void {
  const bytes = [...files.values()].reduce((sum, one) => sum + one.length, 0)
  if (files.size <= limits.files && bytes <= limits.fileBytes) return
  const message = `${request.template} is made of more than ${limits.files} files or ${limits.fileBytes} bytes; split it, or commit the compiled JSON`
  throw stalled('BicepTooLarge', message)
}

function textOf({ files }: Gathering, path: string): string {
  return new TextDecoder().decode(files.get(path))
}
