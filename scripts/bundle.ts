import { createHash } from 'node:crypto'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join, relative } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { build } from 'esbuild'
import type { Metafile } from 'esbuild'
import { leanAws } from './lean-aws.ts'
import { zip } from './zip.ts'

/** The five functions, by the names of their files. */
export const functionNames = ['schedule', 'worker', 'webhook', 'events', 'sync'] as const

/** Most bytes of what one function loads before its handler runs: its entry and all that it imports at once. */
export const entryBudget = 250_000
/** Most bytes of all code in the artifact, but for what is rare. */
export const artifactBudget = 900_000
/**
 * Most bytes of libraries that one kind of repository loads and nobody else: signatures by PGP, transport by ssh. They are
 * chunks of their own, so that no start pays for them.
 */
export const rareBudget = 750_000
const rare = /node_modules\/(openpgp|ssh2|asn1|bcrypt-pbkdf|tweetnacl|safer-buffer)\//

/** Packages that must not be in a function for AWS. */
const foreign = /node_modules\/(@azure|@aws-cdk|commander|picocolors)\//

const root = fileURLToPath(new URL('..', import.meta.url))

/** What was written. */
export interface Bundle {
  folder: string
  /** Bytes by file of the artifact, code only. */
  files: Record<string, number>
  /** Bytes that each function loads before its handler runs. */
  entries: Record<string, number>
  /** sha256 over names and contents of the code: the same sources give the same. */
  digest: string
  /** All of it as a zip file, ready for Lambda; the same for the same sources. */
  archive: Uint8Array
  /** Files that call what an import did not bring: something is left out that is used. */
  broken: string[]
  metafile: Metafile
}

/** Bundles the Lambda functions into `folder`, which is emptied first. */
export async function bundleAws(folder: string): Promise<Bundle> {
  const result = await build({
    absWorkingDir: root,
    entryPoints: functionNames.map((name) => `functions/aws/${name}.ts`),
    outdir: folder,
    entryNames: '[name]',
    chunkNames: 'chunks/[name]-[hash]',
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    mainFields: ['module', 'main'],
    // Native parts of ssh2 that it does without.
    external: ['cpu-features'],
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
    plugins: [leanAws],
    logLevel: 'warning',
  })
  await rm(folder, { recursive: true, force: true })
  const hash = createHash('sha256')
  for (const file of result.outputFiles.sort((a, b) => (a.path < b.path ? -1 : 1))) {
    await mkdir(dirname(file.path), { recursive: true })
    await writeFile(file.path, file.contents)
    hash.update(`${relative(folder, file.path)}\0`).update(file.contents)
  }
  const { metafile, outputFiles } = result
  const broken = outputFiles.filter(({ text }) => text.includes('(void 0)(')).map(({ path }) => path)
  const archive = zip(
    outputFiles.map(({ path, contents }) => ({ path: relative(folder, path), bytes: contents })),
  )
  return { folder, ...sizesOf(metafile), digest: hash.digest('hex'), archive, broken, metafile }
}

function sizesOf({ outputs }: Metafile): Pick<Bundle, 'files' | 'entries'> {
  const files: Record<string, number> = {}
  const entries: Record<string, number> = {}
  for (const [path, { bytes, entryPoint }] of Object.entries(outputs)) {
    if (!path.endsWith('.mjs')) continue
    files[path] = bytes
    if (entryPoint?.startsWith('functions/aws/')) entries[basename(path, '.mjs')] = eagerBytes(outputs, path)
  }
  return { files, entries }
}

/** Bytes of a file and of everything that it imports statically. */
function eagerBytes(outputs: Metafile['outputs'], entry: string): number {
  const seen = new Set<string>()
  const visit = (path: string): number => {
    const output = outputs[path]
    if (output === undefined || seen.has(path)) return 0
    seen.add(path)
    const imports = output.imports.filter(({ kind }) => kind === 'import-statement')
    return output.bytes + imports.reduce((sum, { path }) => sum + visit(path), 0)
  }
  return visit(entry)
}

/** What of a bundle is against the budgets or does not belong there; empty when all is well. */
export function checkBundle({ files, entries, broken, metafile }: Bundle): string[] {
  const rareBytes = Object.values(metafile.outputs)
    .flatMap(({ inputs }) => Object.entries(inputs))
    .reduce((bytes, [path, { bytesInOutput }]) => bytes + (rare.test(path) ? bytesInOutput : 0), 0)
  const total = sum(files) - rareBytes
  const strangers = Object.keys(metafile.inputs).filter((path) => foreign.test(path))
  return [
    ...Object.entries(entries)
      .filter(([, bytes]) => bytes > entryBudget)
      .map(
        ([name, bytes]) => `${name} loads ${bytes} bytes before its handler runs; ${entryBudget} are allowed`,
      ),
    ...(total > artifactBudget ? [`all code is ${total} bytes; ${artifactBudget} are allowed`] : []),
    ...(rareBytes > rareBudget ? [`rare libraries are ${rareBytes} bytes; ${rareBudget} are allowed`] : []),
    ...broken.map((path) => `${path} calls something that was left out`),
    ...strangers.slice(0, 5).map((path) => `${path} must not be part of a function for AWS`),
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
  const { values } = parseArgs({
    options: { out: { type: 'string' }, packages: { type: 'boolean' }, twice: { type: 'boolean' } },
  })
  const folder = values.out ?? join(root, 'build', 'aws')
  const bundle = await bundleAws(folder)
  const print = (text: string) => process.stdout.write(`${text}\n`)
  for (const [name, bytes] of Object.entries(bundle.entries)) {
    print(`${name.padEnd(10)} ${String(bytes).padStart(8)} bytes before the handler (of ${entryBudget})`)
  }
  const count = Object.keys(bundle.files).length
  print(`all code   ${String(sum(bundle.files)).padStart(8)} bytes in ${count} files (of ${artifactBudget})`)
  const archive = `${folder}-${bundle.digest.slice(0, 12)}.zip`
  await writeFile(archive, bundle.archive)
  print(`zip        ${String(bundle.archive.length).padStart(8)} bytes, ${relative(root, archive)}`)
  print(`sha256     ${bundle.digest}`)
  if (values.packages) for (const [name, bytes] of packagesOf(bundle.metafile)) print(`${bytes}\t${name}`)
  const problems = checkBundle(bundle)
  if (values.twice) {
    const again = await bundleAws(folder)
    const isSame = again.digest === bundle.digest && Buffer.compare(again.archive, bundle.archive) === 0
    if (!isSame) problems.push(`a second bundle has another digest: ${again.digest}`)
  }
  for (const problem of problems) process.stderr.write(`bundle: ${problem}\n`)
  return problems.length === 0 ? 0 : 1
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  process.exitCode = await main()
}
