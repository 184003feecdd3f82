import { openSync, writeSync } from 'node:fs'
import { createSeededRandom } from '../support/virtual-clock.ts'
import { mutateAnswer, type Below } from './fuzz-mutate.ts'
import { outcomeOf, replay } from './fuzz-replay.ts'
import { recordSamples, type Sample } from './fuzz-samples.ts'

/*
 * Runs mutations in a process of its own, whose memory whoever started it bounds and counts:
 *
 *   node test/git/fuzz-child.ts SEED FROM COUNT PROGRESS
 *
 * The number of the case under way is in the file PROGRESS, for whoever has to end a process that hangs.
 */

const [seed = 1, from = 0, count = 1] = process.argv.slice(2, 5).map(Number)
const progress = openSync(process.argv[5] ?? '/dev/null', 'w')

/** What came of the mutations of one process. */
export interface Summary {
  refused: number
  equal: number
  /** Of one case, in milliseconds. */
  slowestMs: number
  slowest: number
  /** Of the process, before the first case and at its highest, in bytes. */
  rss: { before: number; most: number }
}

/** A case by its number: which sample, over which transport, changed how. */
async function runCase(samples: readonly Sample[], number: number): Promise<'refused' | 'equal'> {
  const random = createSeededRandom(seed * 1_000_003 + number)
  const below: Below = (limit) => Math.floor(random.next() * limit)
  const sample = samples[below(samples.length)]
  if (sample === undefined) throw new Error('nothing was recorded')
  const by = below(3) === 0 ? 'ssh' : 'http'
  const said = { greetings: [...sample.greetings], answers: [...sample.answers] }
  const list = below(6) === 0 ? said.greetings : said.answers
  const at = below(list.length)
  list[at] = mutateAnswer(list[at] ?? Buffer.alloc(0), below)
  const pieces = 1 + below(4) * below(2000)
  function* cut(bytes: Buffer): Generator<Buffer> {
    for (let start = 0; start < bytes.length; start += pieces + 200)
      yield bytes.subarray(start, start + pieces + 200)
  }
  const outcome = await outcomeOf(replay(said, by, cut), sample.questions)
  for (const [index, got] of outcome.entries()) {
    // Refs are as a host says: another id is a head too. What a commit holds is what its id says.
    const isFine =
      got === 'refused' ||
      got === sample.wanted[index] ||
      (index < 2 && /^[^@]+@sha1:[0-9a-f]{40}$/.test(got))
    if (!isFine) throw new Error(`question ${index} of ${sample.name} by ${by} gives ${got.slice(0, 300)}`)
  }
  return outcome.includes('refused') ? 'refused' : 'equal'
}

const samples = await recordSamples()
for (const sample of samples) {
  for (const by of ['http', 'ssh'] as const) {
    const plain = await outcomeOf(
      replay(sample, by, (bytes) => [bytes]),
      sample.questions,
    )
    if (JSON.stringify(plain) !== JSON.stringify(sample.wanted) || plain.includes('refused')) {
      throw new Error(`${sample.name} by ${by} does not replay: ${JSON.stringify(plain).slice(0, 2000)}`)
    }
  }
}
const summary: Summary = {
  refused: 0,
  equal: 0,
  slowestMs: 0,
  slowest: 0,
  rss: { before: process.memoryUsage.rss(), most: 0 },
}
for (let number = from; number < from + count; number += 1) {
  writeSync(progress, `${String(number).padEnd(12)}\n`, 0)
  const began = performance.now()
  try {
    summary[await runCase(samples, number)] += 1
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
    process.stderr.write(`case ${number} of seed ${seed}: ${text}\n`)
    process.exit(1)
  }
  const ms = performance.now() - began
  if (ms > summary.slowestMs) Object.assign(summary, { slowestMs: ms, slowest: number })
}
summary.rss.most = process.resourceUsage().maxRSS * 1024
process.stdout.write(`${JSON.stringify(summary)}\n`)
