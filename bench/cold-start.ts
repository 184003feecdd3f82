/**
 * What a cold function pays before its handler runs: the bundled entries beside a bare Node, and the sizes beside their
 * budgets.
 *
 *     node bench/cold-start.ts [--runs 15]
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { pathToFileURL } from 'node:url'
import { artifactBudget, bundleAws, entryBudget, functionNames } from '../scripts/bundle.ts'
import { measure, median, table } from './measure.ts'

const { values } = parseArgs({ options: { runs: { type: 'string', default: '15' } } })
/** Milliseconds over a bare Node that an entry may take to load. */
const loadBudgetMs = 25

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

const folder = await mkdtemp(join(tmpdir(), 'headwater-cold-'))
try {
  const bundle = await bundleAws(folder)
  const entries = functionNames.map((name) => ({
    name,
    code: `await import(${JSON.stringify(pathToFileURL(join(folder, `${name}.mjs`)).href)}); process.exit(0)`,
  }))
  const contestants = [{ name: 'bare', code: 'process.exit(0)' }, ...entries]
  const runs = Object.fromEntries(contestants.map(({ name }) => [name, [] as number[]]))
  // In turn, so that the machine's moods strike all alike.
  for (let run = 0; run <= Number(values.runs); run++) {
    for (const { name, code } of contestants) {
      const { wallMs } = await timeOf(code, folder)
      if (run > 0) runs[name]?.push(wallMs)
    }
  }
  const bare = median(runs['bare'] ?? [])
  const rows = entries.map(({ name }) => {
    const over = median(runs[name] ?? []) - bare
    const bytes = bundle.entries[name] ?? 0
    const fits = over <= loadBudgetMs && bytes <= entryBudget
    return [name, `${(bytes / 1000).toFixed(0)} KB`, `${over.toFixed(0)} ms`, fits ? 'yes' : 'NO']
  })
  const total = Object.values(bundle.files).reduce((sum, bytes) => sum + bytes, 0)
  process.stdout.write(
    `${cpus()[0]?.model ?? 'unknown'}, Node ${process.version}, bare ${bare.toFixed(0)} ms, ${values.runs} runs each\n\n`,
  )
  process.stdout.write(
    `${table([['function', 'loaded at start', 'over bare Node', 'within budget'], ...rows])}\n\n`,
  )
  process.stdout.write(
    `artifact ${(total / 1000).toFixed(0)} KB of ${artifactBudget / 1000} KB; entry budget ${entryBudget / 1000} KB, load budget ${loadBudgetMs} ms\n`,
  )
} finally {
  await rm(folder, { recursive: true, force: true })
}
