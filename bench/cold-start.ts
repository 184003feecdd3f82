/**
 * What a cold function pays before its handler runs: the bundled entries beside a bare Node, and the sizes beside their
 * budgets.
 *
 *     node bench/cold-start.ts [aws] [azure] [--runs 15]
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { cpus, loadavg, tmpdir } from 'node:os'
import { basename, join, relative, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { artifacts, functionNames } from '../scripts/artifacts.ts'
import type { Cloud } from '../scripts/artifacts.ts'
import { bundle as bundleFor } from '../scripts/bundle.ts'
import { measure, median, table } from './measure.ts'

const { values, positionals } = parseArgs({
  options: { runs: { type: 'string', default: '15' } },
  allowPositionals: true,
})
const runs = Number(values.runs)
/** Milliseconds over a bare Node that an entry may take to load, and what the common ways through it load in all. */
const loadBudgetMs = 25
const tickBudgetMs = 80
const deployBudgetMs = 100

/** A way through a function, by the chunks that it loads besides the entry. */
interface Way {
  name: string
  entry: string
  chunks: string[]
  budgetMs: number
}

/** A tick that finds nothing due, and a step that deploys to the cloud itself. */
const ways: Readonly<Record<Cloud, Way[]>> = {
  aws: [
    { name: 'no-op tick', entry: 'schedule', chunks: ['root', 'dynamodb', 'sqs'], budgetMs: tickBudgetMs },
    {
      name: 'deploy',
      entry: 'worker',
      chunks: ['dynamodb', 'sqs', 's3', 'cloudformation', 'sdk'],
      budgetMs: deployBudgetMs,
    },
  ],
  azure: [
    {
      name: 'no-op tick',
      entry: 'schedule',
      chunks: ['root', 'azure-table', 'azure-queue', 'credential', 'identity-library'],
      budgetMs: tickBudgetMs,
    },
    {
      name: 'deploy',
      entry: 'worker',
      chunks: ['azure-table', 'azure-queue', 'azure-blob', 'credential', 'identity-library', 'azure'],
      budgetMs: deployBudgetMs,
    },
  ],
}

async function timeOf(code: string, folder: string): Promise<number> {
  const env = { PATH: process.env['PATH'], HOME: folder, AWS_REGION: 'eu-west-1', HEADWATER_STORE: 'memory:' }
  const { wallMs, exitCode } = await measure({
    file: process.execPath,
    args: ['--input-type=module', '--eval', code],
    env,
  })
  if (exitCode !== 0) throw new Error(`node ended with ${exitCode} on ${code}`)
  return wallMs
}

/** Measures a cloud's functions and prints what came of it. */
async function report(cloud: Cloud, folder: string): Promise<void> {
  const { artifactBudget, entryBudget } = artifacts[cloud]
  const made = await bundleFor(cloud, folder)
  if (cloud === 'azure') await standInForHost(folder)
  const paths = Object.keys(made.files).map((path) => relative(folder, resolve(root, path)))
  const load = (files: readonly string[]) =>
    `${files.map((file) => `await import(${JSON.stringify(pathToFileURL(join(folder, file)).href)});`).join('')} process.exit(0)`
  const fileOf = (fits: (path: string) => boolean, what: string): string => {
    const file = paths.find(fits)
    if (file === undefined) throw new Error(`the bundle has no ${what}; this bench names one that is gone`)
    return file
  }
  const entryOf = (name: string) => fileOf((path) => basename(path) === `${name}.mjs`, `entry ${name}`)
  const chunkOf = (name: string) =>
    fileOf((path) => path.startsWith('chunks/') && chunkName(path) === name, `chunk ${name}`)
  const entries = functionNames.map((name) => ({ name, files: [entryOf(name)], budgetMs: loadBudgetMs }))
  const through = ways[cloud].map(({ name, entry, chunks, budgetMs }) => ({
    name,
    files: [entryOf(entry), ...chunks.map(chunkOf)],
    budgetMs,
  }))
  const contestants = [{ name: 'bare', files: [], budgetMs: 0 }, ...entries, ...through]
  const times = Object.fromEntries(contestants.map(({ name }) => [name, [] as number[]]))
  // In turn, so that the machine's moods strike all alike.
  for (let run = 0; run <= runs; run++) {
    for (const { name, files } of contestants) {
      const wallMs = await timeOf(load(files), folder)
      if (run > 0) times[name]?.push(wallMs)
    }
  }
  const bare = median(times['bare'] ?? [])
  const rows = [...entries, ...through].map(({ name, budgetMs }) => {
    const overMs = median(times[name] ?? []) - bare
    const bytes = made.entries[name]
    const fits = overMs <= budgetMs && (bytes ?? 0) <= entryBudget
    const loaded = bytes === undefined ? '' : `${(bytes / 1000).toFixed(0)} KB`
    return [name, loaded, `${overMs.toFixed(0)} ms`, `${budgetMs} ms`, fits ? 'yes' : 'NO']
  })
  const model = cpus()[0]?.model ?? 'unknown'
  const [load1m = 0] = loadavg()
  process.stdout.write(
    `functions for ${cloud}: ${model}, load ${load1m.toFixed(1)}, Node ${process.version}, bare ${bare.toFixed(0)} ms, ${runs} runs each\n\n`,
  )
  process.stdout.write(
    `${table([['function or way', 'loaded at start', 'over bare Node', 'budget', 'met'], ...rows])}\n\n`,
  )
  process.stdout.write(
    `all code ${(made.own / 1000).toFixed(0)} KB of ${artifactBudget / 1000} KB; an entry has ${entryBudget / 1000} KB\n\n`,
  )
}

/** What the host puts beside the functions: without it their library only warns. */
async function standInForHost(folder: string): Promise<void> {
  const core = join(folder, 'node_modules/@azure/functions-core')
  await mkdir(core, { recursive: true })
  await writeFile(
    join(core, 'index.js'),
    'module.exports = new Proxy({}, { get: () => () => ({ dispose() {} }) })',
  )
}

/** `chunks/azure-table-EB4KMLSL.mjs` is azure-table's. */
function chunkName(path: string): string {
  return basename(path).replace(/-[A-Z0-9]{8}\.mjs$/, '')
}

const root = fileURLToPath(new URL('..', import.meta.url))
const chosen: readonly Cloud[] = (['aws', 'azure'] as const).filter(
  (cloud) => positionals.length === 0 || positionals.includes(cloud),
)
const folder = await mkdtemp(join(tmpdir(), 'headwater-cold-'))
try {
  for (const cloud of chosen) await report(cloud, join(folder, cloud))
} finally {
  await rm(folder, { recursive: true, force: true })
}
