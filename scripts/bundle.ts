import { createHash } from 'node:crypto'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join, relative } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { build } from 'esbuild'
import type { Metafile } from 'esbuild'
import { artifacts, functionNames } from './artifacts.ts'
import type { Cloud } from './artifacts.ts'
import { zip } from './zip.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

/** What was written. */
export interface Bundle {
  cloud: Cloud
  folder: string
  /** Bytes by file of the artifact, code only. */
  files: Record<string, number>
  /** Bytes of the code that objects of the cloud itself may need. */
  own: number
  /** Bytes that each function loads before its handler runs. */
  entries: Record<string, number>
  /** sha256 over names and contents of the code: the same sources give the same. */
  digest: string
  /** All of it as a zip file, ready for the cloud; the same for the same sources. */
  archive: Uint8Array
  /** Files that call what an import did not bring: something is left out that is used. */
  broken: string[]
  metafile: Metafile
}

/**
 * Bundles a cloud's functions into `folder`, which is emptied first. With `bicep`, a Bicep compiler's file, the archive
 * holds that too, as `bicep/bicep`, where it is looked for.
 */
export async function bundle(cloud: Cloud, folder: string, bicep?: string): Promise<Bundle> {
  const { target, entryNames, external, plugins, more, apart } = artifacts[cloud]
  const result = await build({
    absWorkingDir: root,
    entryPoints: functionNames.map((name) => `functions/${cloud}/${name}.ts`),
    outdir: folder,
    entryNames,
    chunkNames: 'chunks/[name]-[hash]',
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target,
    mainFields: ['module', 'main'],
    // Native parts of ssh2 that it does without.
    loader: { '.node': 'empty' },
    minify: true,
    charset: 'utf8',
    // Packages in CommonJS ask for Node's own modules by `require`, which a module does not have.
    banner: {
      js: "import{createRequire as headwaterRequire}from'node:module';const require=headwaterRequire(import.meta.url);",
    },
    legalComments: 'external',
    metafile: true,
    write: false,
    external: [...external, 'cpu-features'],
    plugins,
    logLevel: 'warning',
    // Shapes that were left out, of operations that were left out.
    logOverride: { 'import-is-undefined': 'silent' },
  })
  await rm(folder, { recursive: true, force: true })
  const hash = createHash('sha256')
  const beside = Object.entries(more).map(([path, text]) => ({
    path: join(folder, path),
    contents: Buffer.from(text),
    text,
  }))
  const outputFiles = [...result.outputFiles, ...beside].sort((a, b) => (a.path < b.path ? -1 : 1))
  for (const file of outputFiles) {
    await mkdir(dirname(file.path), { recursive: true })
    await writeFile(file.path, file.contents)
    hash.update(`${relative(folder, file.path)}\0`).update(file.contents)
  }
  const { metafile } = result
  const broken = outputFiles.filter(({ text }) => text.includes('(void 0)(')).map(({ path }) => path)
  const programs =
    bicep === undefined ? [] : [{ path: 'bicep/bicep', bytes: await readFile(bicep), isExecutable: true }]
  const archive = zip([
    ...outputFiles.map(({ path, contents }) => ({ path: relative(folder, path), bytes: contents })),
    ...programs,
  ])
  return {
    cloud,
    folder,
    ...sizesOf(metafile, apart.entries),
    digest: hash.digest('hex'),
    archive,
    broken,
    metafile,
  }
}

function sizesOf({ outputs }: Metafile, apart: RegExp): Pick<Bundle, 'files' | 'entries' | 'own'> {
  const files: Record<string, number> = {}
  const entries: Record<string, number> = {}
  for (const [path, { bytes, entryPoint }] of Object.entries(outputs)) {
    if (!path.endsWith('.mjs')) continue
    files[path] = bytes
    if (entryPoint?.startsWith('functions/')) entries[basename(path, '.mjs')] = eagerBytes(outputs, path)
  }
  const entryPaths = Object.entries(outputs).filter(([, { entryPoint }]) =>
    entryPoint?.startsWith('functions/'),
  )
  const own = reachable(
    outputs,
    entryPaths.map(([path]) => path),
    {
      follow: () => true,
      stop: ({ entryPoint }) => entryPoint !== undefined && apart.test(entryPoint),
    },
  )
  return { files, entries, own }
}

type Output = Metafile['outputs'][string]

/** Bytes of a file and of everything that it imports statically. */
function eagerBytes(outputs: Metafile['outputs'], entry: string): number {
  return reachable(outputs, [entry], { follow: (kind) => kind === 'import-statement', stop: () => false })
}

/** Bytes of some files and of everything that they import in a way that is followed, up to what is stopped at. */
function reachable(
  outputs: Metafile['outputs'],
  from: readonly string[],
  { follow, stop }: { follow: (kind: string) => boolean; stop: (output: Output) => boolean },
): number {
  const seen = new Set<string>()
  const visit = (path: string): number => {
    const output = outputs[path]
    if (output === undefined || seen.has(path) || stop(output)) return 0
    seen.add(path)
    const imports = output.imports.filter(({ kind }) => follow(kind))
    return output.bytes + imports.reduce((sum, { path }) => sum + visit(path), 0)
  }
  return from.reduce((sum, path) => sum + visit(path), 0)
}

/** What of a bundle is against the budgets or does not belong there; empty when all is well. */
export function checkBundle({ cloud, own, files, entries, broken, metafile }: Bundle): string[] {
  const { entryBudget, artifactBudget, foreign, apart } = artifacts[cloud]
  const total = sum(files)
  const strangers = Object.keys(metafile.inputs).filter((path) => foreign.test(path))
  return [
    ...Object.entries(entries)
      .filter(([, bytes]) => bytes > entryBudget)
      .map(
        ([name, bytes]) => `${name} loads ${bytes} bytes before its handler runs; ${entryBudget} are allowed`,
      ),
    ...(own > artifactBudget ? [`all code is ${own} bytes; ${artifactBudget} are allowed`] : []),
    ...(total > apart.budget
      ? [`all code, what is loaded apart too, is ${total} bytes; ${apart.budget} are allowed`]
      : []),
    ...broken.map((path) => `${path} calls something that was left out`),
    ...strangers.slice(0, 5).map((path) => `${path} must not be part of a function for ${cloud}`),
  ]
}

function sum(sizes: Record<string, number>): number {
  return Object.values(sizes).reduce((total, bytes) => total + bytes, 0)
}

/** Bytes by package, the largest first: what to look at when a budget is passed. */
function packagesOf({ outputs }: Metafile): [string, number][] {
  const sizes = new Map<string, number>()
  for (const { inputs } of Object.values(outputs)) {
    for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
      const name =
        /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? path.split('/').slice(0, 2).join('/')
      sizes.set(name, (sizes.get(name) ?? 0) + bytesInOutput)
    }
  }
  return [...sizes].sort((a, b) => b[1] - a[1])
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      out: { type: 'string' },
      bicep: { type: 'string' },
      packages: { type: 'boolean' },
      twice: { type: 'boolean' },
    },
  })
  const clouds = positionals.length === 0 ? (['aws', 'azure'] as const) : positionals
  let problems = 0
  for (const cloud of clouds) {
    if (cloud !== 'aws' && cloud !== 'azure') throw new Error(`"${cloud}" is no cloud; write aws or azure`)
    problems += await report(cloud, values)
  }
  return problems === 0 ? 0 : 1
}

/** Makes a cloud's artifact, prints what is in it, and answers how many things are wrong with it. */
async function report(
  cloud: Cloud,
  values: {
    out?: string | undefined
    bicep?: string | undefined
    packages?: boolean | undefined
    twice?: boolean | undefined
  },
): Promise<number> {
  const folder = join(values.out ?? join(root, 'build'), cloud)
  const made = await bundle(cloud, folder, values.bicep)
  const { entryBudget, artifactBudget, apart } = artifacts[cloud]
  const print = (text: string) => process.stdout.write(`${text}\n`)
  print(`functions for ${cloud}`)
  for (const [name, bytes] of Object.entries(made.entries)) {
    print(`${name.padEnd(10)} ${String(bytes).padStart(8)} bytes before the handler (of ${entryBudget})`)
  }
  const count = Object.keys(made.files).length
  print(`all code   ${String(made.own).padStart(8)} bytes (of ${artifactBudget})`)
  const total = String(sum(made.files)).padStart(8)
  print(`with all   ${total} bytes in ${count} files (of ${apart.budget})`)
  const archive = `${folder}-${made.digest.slice(0, 12)}${values.bicep === undefined ? '' : '-with-bicep'}.zip`
  await writeFile(archive, made.archive)
  print(`zip        ${String(made.archive.length).padStart(8)} bytes, ${relative(root, archive)}`)
  print(`sha256     ${made.digest}`)
  if (values.packages) for (const [name, bytes] of packagesOf(made.metafile)) print(`${bytes}\t${name}`)
  const problems = checkBundle(made)
  if (values.twice) {
    const again = await bundle(cloud, folder, values.bicep)
    const isSame = again.digest === made.digest && Buffer.compare(again.archive, made.archive) === 0
    if (!isSame) problems.push(`a second bundle has another digest: ${again.digest}`)
  }
  for (const problem of problems) process.stderr.write(`bundle: ${problem}\n`)
  return problems.length
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  process.exitCode = await main()
}
