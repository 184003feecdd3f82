/**
 * What a cold function pays before its handler runs: the bundled entries beside a bare Node, and the sizes beside their
 * budgets.
 *
 *     node bench/cold-start.ts [--runs 15]
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { parseArgs } from 'node:util'
import { pathToFileURL } from 'node:url'
import { artifacts, functionNames } from '../scripts/artifacts.ts'
import { bundle as bundleFor } from '../scripts/bundle.ts'
import { measure, median, table } from './measure.ts'

const { values } = parseArgs({ options: { runs: { type: 'string', default: '15' } } })
/** Milliseconds over a bare Node that an entry may take to load, and what the common ways through it load in all. */
const loadBudgetMs = 25
/** The ways, by the chunks that they load besides the entry: a tick that finds nothing due, a step that deploys. */
const ways = [
  { name: 'no-op tick', entry: 'schedule', chunks: ['root', 'dynamodb', 'sqs'], budgetMs: 80 },
  {
    name: 'deploy',
    entry: 'worker',
    chunks: ['dynamodb', 'sqs', 's3', 'cloudformation', 'sdk'],
    budgetMs: 100,
  },
]

async function timeOf(code: string, folder: string): Promise<{ wallMs: number; peakBytes: number }> {
  const env = { PATH: process.env['PATH'], HOME: folder, AWS_REGION: 'eu-west-1', HEADWATER_STORE: 'memory:' }
  const { wallMs, peakBytes, exitCode } = await measure({
    file: process.execPath,
    args: ['--input-type=module', '--eval', code],
    env,
  })
  if (exitCode !== 0) throw new Error(`node ended with ${exitCode} on ${code}`)
  return { wallMs, peakBytes }
}

const { artifactBudget, entryBudget } = artifacts.aws
const folder = await mkdtemp(join(tmpdir(), 'headwater-cold-'))
try {
  const bundle = await bundleFor('aws', folder)
  const load = (files: readonly string[]) =>
    `${files.map((file) => `await import(${JSON.stringify(pathToFileURL(join(folder, file)).href)});`).join('')} process.exit(0)`
  const chunkOf = (name: string) => {
    const file = Object.keys(bundle.files).find((path) => path.includes(`/chunks/${name}-`))
    if (file === undefined)
      throw new Error(`the bundle has no chunk ${name}; this bench names one that is gone`)
    return `chunks/${basename(file)}`
  }
  const entries = functionNames.map((name) => ({ name, files: [`${name}.mjs`], budgetMs: loadBudgetMs }))
  const paths = ways.map(({ name, entry, chunks, budgetMs }) => ({
    name,
    files: [`${entry}.mjs`, ...chunks.map(chunkOf)],
    budgetMs,
  }))
  const contestants = [{ name: 'bare', files: [], budgetMs: 0 }, ...entries, ...paths]
  const runs = Object.fromEntries(contestants.map(({ name }) => [name, [] as number[]]))
  // In turn, so that the machine's moods strike all alike.
  for (let run = 0; run <= Number(values.runs); run++) {
    for (const { name, files } of contestants) {
      const { wallMs } = await timeOf(load(files), folder)
      if (run > 0) runs[name]?.push(wallMs)
    }
  }
  const bare = median(runs['bare'] ?? [])
  const rows = [...entries, ...paths].map(({ name, budgetMs }) => {
    const overMs = median(runs[name] ?? []) - bare
    const bytes = bundle.entries[name]
    const fits = overMs <= budgetMs && (bytes ?? 0) <= entryBudget
    const loaded = bytes === undefined ? '' : `${(bytes / 1000).toFixed(0)} KB`
    return [name, loaded, `${overMs.toFixed(0)} ms`, `${budgetMs} ms`, fits ? 'yes' : 'NO']
  })
  const total = Object.values(bundle.files).reduce((sum, bytes) => sum + bytes, 0)
  process.stdout.write(
    `${cpus()[0]?.model ?? 'unknown'}, Node ${process.version}, bare ${bare.toFixed(0)} ms, ${values.runs} runs each\n\n`,
  )
  process.stdout.write(
    `${table([['function or way', 'loaded at start', 'over bare Node', 'budget', 'met'], ...rows])}\n\n`,
  )
  process.stdout.write(
    `artifact ${(total / 1000).toFixed(0)} KB of ${artifactBudget / 1000} KB; an entry has ${entryBudget / 1000} KB\n`,
  )
} finally {
  await rm(folder, { recursive: true, force: true })
}
