/**
 * From push to converged: Headwater beside `aws cloudformation deploy` in a loop, one at a time and eight at a time,
 * against the same sandbox at the same speed, in one run.
 *
 *     node bench/rollout.ts [--sizes 1,100] [--cli-sizes 1,100] [--speed 0]
 *
 * At speed 0 every stack is done at once, so that what is measured is what each side adds. (At AWS's own pace the CLI also
 * waits out its poll of 30 seconds per stack.) Times are the wall's, calls are what the sandbox counted, memory is the kernel's high-water mark of one process.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { cpus, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import pLimit from 'p-limit'
import { findProgram } from '../test/interop/find-program.ts'
import { writeFleet } from './fleet.ts'
import type { BenchStack } from './fleet.ts'
import { measure, table } from './measure.ts'

const main = fileURLToPath(new URL('../src/cli/main.ts', import.meta.url))
const { values } = parseArgs({
  options: {
    sizes: { type: 'string', default: '1,100,1000' },
    'cli-sizes': { type: 'string', default: '1,100' },
    speed: { type: 'string', default: '0' },
  },
})

/** One line of the table. */
interface Row {
  who: string
  stacks: number
  pass: 'rollout' | 'no-op'
  wallMs: number
  calls: number
  mutating: number
  peakBytes: number
}

const environment = (url: string, folder: string): Record<string, string | undefined> => ({
  PATH: process.env['PATH'],
  HOME: folder,
  AWS_ENDPOINT_URL: url,
  AWS_REGION: 'eu-west-1',
  AWS_DEFAULT_REGION: 'eu-west-1',
  AWS_ACCESS_KEY_ID: 'bench',
  AWS_SECRET_ACCESS_KEY: 'bench',
  AWS_EC2_METADATA_DISABLED: 'true',
})

async function startSandbox(): Promise<{ url: string; stop(): Promise<void> }> {
  const child = spawn(process.execPath, [main, 'sandbox', 'aws', '--speed', values.speed], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string]
  const url = /http:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0]
  if (url === undefined) throw new Error(`the sandbox said "${line}" instead of its url`)
  return {
    url,
    async stop() {
      const exited = once(child, 'exit')
      child.kill('SIGTERM')
      await exited
    },
  }
}

async function callsOf(url: string): Promise<{ calls: number; mutating: number }> {
  const answer = (await (await fetch(`${url}/_sandbox/calls?service=cloudformation`)).json()) as {
    total: number
    mutating: number
  }
  await fetch(`${url}/_sandbox/forget-calls`, { method: 'POST' })
  return { calls: answer.total, mutating: answer.mutating }
}

/** A fresh sandbox and a fresh repository for one contestant; a rollout, then a pass over what is there already. */
async function contest(
  who: string,
  stacks: number,
  once: (stage: { url: string; folder: string; fleet: BenchStack[] }) => Promise<number>,
): Promise<Row[]> {
  const folder = await mkdtemp(join(tmpdir(), 'headwater-bench-'))
  const sandbox = await startSandbox()
  try {
    const fleet = await writeFleet(join(folder, 'repository'), stacks)
    const rows: Row[] = []
    for (const pass of ['rollout', 'no-op'] as const) {
      const began = performance.now()
      const peakBytes = await once({ url: sandbox.url, folder, fleet })
      const wallMs = performance.now() - began
      rows.push({ who, stacks, pass, wallMs, peakBytes, ...(await callsOf(sandbox.url)) })
    }
    return rows
  } finally {
    await sandbox.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

async function headwater({ url, folder }: { url: string; folder: string }): Promise<number> {
  const { exitCode, peakBytes, stdout } = await measure({
    file: process.execPath,
    args: [main, 'run', '--once', '--wait'],
    cwd: folder,
    env: {
      ...environment(url, folder),
      HEADWATER_SOURCE_URL: join(folder, 'repository'),
      HEADWATER_STORE: `sqlite://${folder}/state.db`,
      HEADWATER_BLOBS: `file://${folder}/blobs`,
      HEADWATER_INTERVAL: '1s',
    },
  })
  if (exitCode !== 0) throw new Error(`headwater ended with ${exitCode}:\n${stdout.slice(-2000)}`)
  return peakBytes
}

function deployLoop(aws: string, atOnce: number) {
  return async ({
    url,
    folder,
    fleet,
  }: {
    url: string
    folder: string
    fleet: BenchStack[]
  }): Promise<number> => {
    const limit = pLimit(atOnce)
    const runs = fleet.map(({ name, template }) =>
      limit(async () => {
        const flags = [
          '--stack-name',
          name,
          '--template-file',
          template,
          '--parameter-overrides',
          'Retention=86400',
        ]
        const { exitCode, peakBytes, stdout } = await measure({
          file: aws,
          args: [
            'cloudformation',
            'deploy',
            ...flags,
            '--tags',
            'team=bench',
            '--no-fail-on-empty-changeset',
          ],
          env: environment(url, folder),
        })
        if (exitCode !== 0) throw new Error(`aws ended with ${exitCode}:\n${stdout.slice(-2000)}`)
        return peakBytes
      }),
    )
    return Math.max(...(await Promise.all(runs)))
  }
}

const numbers = (text: string) => text.split(',').filter(Boolean).map(Number)
const aws = findProgram('aws')
const machine = `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}, sandbox speed ${values.speed}`
process.stdout.write(`${machine}\n\n`)

const rows: Row[] = []
for (const size of numbers(values.sizes)) {
  rows.push(...(await contest('headwater', size, headwater)))
  if (aws === undefined || !numbers(values['cli-sizes']).includes(size)) continue
  rows.push(...(await contest('aws deploy', size, deployLoop(aws, 1))))
  if (size > 1) rows.push(...(await contest('aws deploy, 8 at a time', size, deployLoop(aws, 8))))
}

const header = ['stacks', 'pass', 'who', 'wall s', 'ratio to headwater', 'calls', 'mutating', 'peak MB']
const body = rows.map((row) => {
  const own = rows.find(
    ({ who, stacks, pass }) => who === 'headwater' && stacks === row.stacks && pass === row.pass,
  )
  const ratio = own === undefined ? '' : (row.wallMs / own.wallMs).toFixed(2)
  return [
    String(row.stacks),
    row.pass,
    row.who,
    (row.wallMs / 1000).toFixed(1),
    ratio,
    String(row.calls),
    String(row.mutating),
    (row.peakBytes / 2 ** 20).toFixed(0),
  ]
})
process.stdout.write(`${table([header, ...body])}\n`)
if (aws === undefined)
  process.stdout.write('\nno AWS CLI here (scripts/interop-setup.sh installs it): its rows are left out\n')
