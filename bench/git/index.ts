/**
 * Our git client beside git, isomorphic-git and go-git as Flux uses it, over `git http-backend` on loopback: heads, one
 * folder of a monorepo, the next commit, a server without filters, a hundred repositories. Each measurement is a process
 * of its own; medians. Needs Go, for the server and for go-git.
 *
 *     npm run bench:git -- [--scale 1] [--runs 3] [--delays 0,20,100] [--skip isomorphic]
 *         [--only heads,monorepo,next,hundred,unfiltered]
 *
 * At scale 1 the repositories take some gigabytes in build/bench-git and minutes to make, once. Whoever is slow there is
 * measured once, and given up on after two and a half minutes.
 */
import { execFile, spawn } from 'node:child_process'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { cpus, loadavg, tmpdir, totalmem } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs, promisify } from 'node:util'
import { build } from 'esbuild'
import { gitEnvironment } from '../../test/git-fixture.ts'
import { measure, median, table, type Command } from '../measure.ts'
import { leanNode } from '../../scripts/lean-own.ts'
import { git, makeRepositories } from './repositories.ts'

const { values } = parseArgs({
  options: {
    scale: { type: 'string', default: '1' },
    runs: { type: 'string', default: '3' },
    delays: { type: 'string', default: '0,20,100' },
    skip: { type: 'string', default: '' },
    only: { type: 'string', default: '' },
  },
})
const runs = Number(values.runs)
const root = fileURLToPath(new URL('../../build/bench-git', import.meta.url))
/** For those that do not end in good time. */
const patienceMs = 150_000
const isScaled = values.scale !== '1'

interface Figures {
  wallMs: number
  cpuMs?: number
  peakBytes: number
  requests: number
  receivedBytes: number
}

/** Why something is not met. */
const reasons = new Set<string>()
const rows: string[][] = [
  ['workload', 'delay', 'with', 'wall ms', 'CPU ms', 'peak MB', 'requests', 'received KB', 'at least', 'met'],
]
const folder = await mkdtemp(path.join(tmpdir(), 'headwater-bench-'))
const repositories = await makeRepositories(path.join(root, `scale-${values.scale}`), Number(values.scale))
const bundle = await bundled()
await goBuilt()
const server = spawn(path.join(bundle, 'server'), [repositories.root], {
  stdio: ['ignore', 'pipe', 'inherit'],
  env: gitEnvironment(folder),
})
const [port, controlPort] = await new Promise<string[]>((resolve) => {
  server.stdout.once('data', (text: Buffer) => resolve(text.toString().trim().split(' ')))
})
const base = `http://127.0.0.1:${port}`
const control = `http://127.0.0.1:${controlPort}`

try {
  for (const delay of values.delays.split(',')) {
    await fetch(`${control}/delay/${delay}`)
    if (isWanted('heads')) await heads(delay)
    if (isWanted('monorepo')) await monorepo(delay)
    if (isWanted('next')) await nextCommit(delay)
    if (isWanted('hundred')) await hundred(delay)
  }
  await fetch(`${control}/delay/0`)
  if (isWanted('unfiltered')) await withoutFilters()
  const [cpu] = cpus()
  const gitVersion = await git(root, '--version')
  const machine = `${cpu?.model ?? 'unknown'} × ${cpus().length}, ${Math.round(totalmem() / 2 ** 30)} GB`
  const versions = `Node ${process.version}; ${gitVersion}; isomorphic-git 1.44.8; github.com/fluxcd/pkg/git v0.53.0`
  process.stdout.write(`${machine}, load ${loadavg()[0]?.toFixed(1)}; ${versions}\n`)
  process.stdout.write(
    `medians of ${runs}${isScaled ? `; repositories at ${values.scale} of their size` : ''}\n\n`,
  )
  process.stdout.write(`${table(rows)}\n`)
  if (reasons.size > 0)
    process.stdout.write(`\nNot met, and why:\n${[...reasons].map((why) => `- ${why}\n`).join('')}`)
} finally {
  server.kill()
  await rm(folder, { recursive: true, force: true })
}

async function heads(delay: string): Promise<void> {
  const url = `${base}/refs.git`
  const all = await often(() => gitRun(['ls-remote', url]))
  add('head of 20,000 refs', delay, 'git ls-remote', all)
  add('', delay, 'git ls-remote, one ref', await often(() => gitRun(['ls-remote', url, 'refs/heads/main'])))
  if (!isSkipped('isomorphic'))
    add('', delay, 'isomorphic-git', await inner(['isomorphic.mjs', 'heads', url, '50'], 50))
  if (!isSkipped('go-git')) add('', delay, 'go-git', await inner(['gogit', 'heads', url, '20'], 21))
  const bare = await inner(['ours.mjs', 'bare', url, '400'], 400)
  add('', delay, 'node:http alone, the same request', bare)
  const ours = await inner(['ours.mjs', 'heads', url, '400'], 401)
  const share = (ours.wallMs / all.wallMs).toFixed(2)
  add(
    '',
    delay,
    'ours, kept connection',
    ours,
    '≤ 1 KB, ≤ 0.5 ms CPU, ≤ 0.1 × git',
    [ours.receivedBytes <= 1000 && (ours.cpuMs ?? 9) <= 0.5 && ours.wallMs <= 0.1 * all.wallMs],
    `${ours.cpuMs?.toFixed(2)} ms CPU, of which Node's own client needs ${bare.cpuMs?.toFixed(2)} here; ${share} × git's wall, of which the round trip is ${delay} ms`,
  )
}

async function monorepo(delay: string): Promise<void> {
  const url = `${base}/mono.git`
  const at = repositories.monorepoFolder
  const sparse = await often(async () => {
    const into = await mkdtemp(path.join(folder, 'clone-'))
    const clone = [
      'clone',
      '--quiet',
      '--depth',
      '1',
      '--filter=blob:none',
      '--sparse',
      '-b',
      'before',
      url,
      into,
    ]
    const figures = await gitRun(clone, ['-C', into, 'sparse-checkout', 'set', at])
    await rm(into, { recursive: true })
    return figures
  })
  add('one folder of 300k files', delay, 'git, sparse and filtered', sparse)
  if (!isSkipped('isomorphic') && delay === '0') {
    const into = await mkdtemp(path.join(folder, 'iso-'))
    await once('', 'isomorphic-git (once)', ['isomorphic.mjs', 'files', url, 'before', at, into])
    await rm(into, { recursive: true })
  }
  if (!isSkipped('go-git') && delay === '0') {
    const into = await mkdtemp(path.join(folder, 'go-'))
    await once('', 'go-git (once)', ['gogit', 'files', url, 'before', at, into])
    await rm(into, { recursive: true })
  }
  const ours = await often(() => program(['ours.mjs', 'files', url, 'before', at]))
  add(
    '',
    delay,
    'ours, cold',
    ours,
    '≤ 0.25 × git, ≤ 50 KB, ≤ 130 MB',
    [ours.wallMs <= 0.25 * sparse.wallMs && ours.receivedBytes <= 50_000 && ours.peakBytes <= 130e6],
    `${(ours.wallMs / sparse.wallMs).toFixed(2)} × git's wall: ${ours.requests} round trips of ${delay} ms one after the other, as many as git has; and the server goes through all trees for the combined filter`,
  )
}

async function nextCommit(delay: string): Promise<void> {
  const url = `${base}/mono.git`
  const at = repositories.monorepoFolder
  const into = path.join(folder, 'warm-clone')
  await rm(into, { recursive: true, force: true })
  const clone = [
    'clone',
    '--quiet',
    '--depth',
    '1',
    '--filter=blob:none',
    '--sparse',
    '-b',
    'before',
    url,
    into,
  ]
  await gitRun(clone, ['-C', into, 'sparse-checkout', 'set', at])
  await stats()
  const pull = await gitRun(
    ['-C', into, 'fetch', '--quiet', '--depth', '1', 'origin', 'main'],
    ['-C', into, 'checkout', '--quiet', 'FETCH_HEAD'],
  )
  add('next commit, two files', delay, 'git fetch, checkout (once)', pull)
  const ours = await often(async () => {
    const kept = await mkdtemp(path.join(folder, 'shelf-'))
    await program(['ours.mjs', 'files', url, 'before', at, kept])
    return program(['ours.mjs', 'files', url, 'main', at, kept])
  })
  add('', delay, 'ours, fresh process, warm blob', ours, '≤ 3 requests, ≤ 5 KB', [
    ours.requests <= 3 && ours.receivedBytes <= 5000,
  ])
}

async function hundred(delay: string): Promise<void> {
  const all = await often(() =>
    gitRun(
      ...Array.from({ length: 100 }, (_, index) => [
        'ls-remote',
        `${base}/small-${index}.git`,
        'refs/heads/main',
      ]),
    ),
  )
  add('heads of 100 repositories', delay, '100 × git ls-remote', all)
  if (!isSkipped('go-git')) {
    add('', delay, 'go-git, one cold process', await often(() => program(['gogit', 'many', base, '100'])))
  }
  const ours = await often(() => program(['ours.mjs', 'many', base, '100']))
  add(
    '',
    delay,
    'ours, one cold process',
    ours,
    '≤ 0.1 × git',
    [ours.wallMs <= 0.1 * all.wallMs],
    `${(ours.wallMs / all.wallMs).toFixed(2)} × git's wall: the start of Node, and ${ours.requests} × the server's own processes on the same two cores`,
  )
}

async function withoutFilters(): Promise<void> {
  const url = `${base}/large.git`
  const at = repositories.largeFolder
  const cloned = await often(async () => {
    const into = await mkdtemp(path.join(folder, 'clone-'))
    const figures = await gitRun(
      ['clone', '--quiet', '--depth', '1', '--no-checkout', url, into],
      ['-C', into, 'checkout', 'main', '--', at],
    )
    await rm(into, { recursive: true })
    return figures
  })
  add('no filters, 200 MB pack', '0', 'git clone --depth 1, checkout', cloned)
  if (!isSkipped('isomorphic')) {
    const into = await mkdtemp(path.join(folder, 'iso-'))
    await once('', 'isomorphic-git (once)', ['isomorphic.mjs', 'files', url, 'main', at, into])
  }
  if (!isSkipped('go-git')) {
    const into = await mkdtemp(path.join(folder, 'go-'))
    await once('', 'go-git (once)', ['gogit', 'files', url, 'main', at, into])
  }
  const ours = await often(() => program(['ours.mjs', 'files', url, 'main', at]))
  add('', '0', 'ours, cold', ours, '≤ 256 MB', [ours.peakBytes <= 256e6])
}

/** Runs git, one command after the other, as one measurement; its peak is not told, as git is many processes. */
async function gitRun(...commands: string[][]): Promise<Figures> {
  await stats()
  let wallMs = 0
  for (const args of commands) {
    const done = await measure({ file: 'git', args, env: gitEnvironment(folder), cwd: folder })
    if (done.exitCode !== 0) throw new Error(`git ${args.join(' ')} ended with ${done.exitCode}`)
    wallMs += done.wallMs
  }
  return { wallMs, peakBytes: 0, ...(await stats()) }
}

/** Runs one of the bench's programs as a process of its own. */
async function program(args: string[]): Promise<Figures> {
  await stats()
  const done = await measure({ ...commandOf(args), timeoutMs: patienceMs })
  if (done.exitCode !== 0) throw new Error(`${args.join(' ')} ended with ${done.exitCode}`)
  return { wallMs: done.wallMs, peakBytes: done.peakBytes, ...(await stats()) }
}

/** A row of one run, for those that take minutes, or do not end. */
async function once(workload: string, who: string, args: string[]): Promise<void> {
  try {
    add(workload, '0', who, await program(args))
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    await stats()
    rows.push([workload, '0 ms', who, `not within ${patienceMs / 1000} s, or failed`])
    process.stderr.write(`${who}: ${why}\n`)
  }
}

/** A program that measures each of many looks itself. */
async function inner(args: string[], looks: number): Promise<Figures> {
  await stats()
  const done = await measure(commandOf(args))
  if (done.exitCode !== 0) throw new Error(`${args.join(' ')} ended with ${done.exitCode}`)
  const { wallMs, cpuMs } = JSON.parse(done.stdout) as { wallMs: number; cpuMs: number }
  const { requests, receivedBytes } = await stats()
  return {
    wallMs,
    cpuMs,
    peakBytes: done.peakBytes,
    requests: Math.round(requests / looks),
    receivedBytes: Math.round(receivedBytes / looks),
  }
}

function commandOf([name = '', ...rest]: string[]): Command {
  const at = path.join(bundle, name)
  const env = { PATH: process.env['PATH'], HOME: folder, TMPDIR: folder }
  return name.endsWith('.mjs')
    ? { file: process.execPath, args: [at, ...rest], env, cwd: folder }
    : { file: at, args: rest, env, cwd: folder }
}

async function often(run: () => Promise<Figures>): Promise<Figures> {
  const all: Figures[] = []
  for (let count = 0; count < runs; count += 1) all.push(await run())
  const of = (name: 'wallMs' | 'peakBytes' | 'requests' | 'receivedBytes') =>
    median(all.map((figures) => figures[name]))
  return {
    wallMs: of('wallMs'),
    peakBytes: of('peakBytes'),
    requests: of('requests'),
    receivedBytes: of('receivedBytes'),
  }
}

/** What went over the server's sockets since the last time. */
async function stats(): Promise<{ requests: number; receivedBytes: number }> {
  const { requests, sent } = (await (await fetch(`${control}/stats`)).json()) as {
    requests: number
    sent: number
  }
  return { requests, receivedBytes: sent }
}

function add(
  workload: string,
  delay: string,
  who: string,
  figures: Figures,
  least = '',
  met: boolean[] = [],
  why = '',
): void {
  if (met.includes(false) && why !== '')
    reasons.add(`${workload || rows.findLast(([name]) => name !== '')?.[0]}, ${delay} ms: ${why}`)
  const { wallMs, cpuMs, peakBytes, requests, receivedBytes } = figures
  const row = [
    workload,
    `${delay} ms`,
    who,
    wallMs.toFixed(wallMs < 20 ? 1 : 0),
    cpuMs === undefined ? '' : cpuMs.toFixed(2),
    peakBytes === 0 ? '' : (peakBytes / 1e6).toFixed(0),
    String(requests),
    (receivedBytes / 1000).toFixed(1),
    least,
    met.map((isMet) => (isMet ? 'yes' : 'NO')).join(''),
  ]
  rows.push(row)
  process.stderr.write(`${row.join(' | ')}\n`)
}

function isWanted(workload: string): boolean {
  return values.only === '' || values.only.split(',').includes(workload)
}

function isSkipped(name: string): boolean {
  return values.skip.split(',').includes(name)
}

/** Our code as it is shipped: bundled, so that no run pays for reading TypeScript. */
async function bundled(): Promise<string> {
  const outdir = path.join(root, 'code')
  await mkdir(outdir, { recursive: true })
  await build({
    absWorkingDir: fileURLToPath(new URL('../..', import.meta.url)),
    entryPoints: ['bench/git/ours.ts', 'bench/git/isomorphic.ts'],
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    external: ['cpu-features'],
    loader: { '.node': 'empty' },
    plugins: [leanNode],
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node22',
    minify: true,
    banner: {
      js: "import{createRequire as headwaterRequire}from'node:module';const require=headwaterRequire(import.meta.url);",
    },
    logLevel: 'warning',
  })
  return outdir
}

/** The server and go-git, beside our bundle. */
async function goBuilt(): Promise<void> {
  const cwd = fileURLToPath(new URL('go', import.meta.url))
  const env = { ...process.env, CGO_ENABLED: '0' }
  await promisify(execFile)('go', ['build', '-o', `${bundle}/`, './server', './gogit'], { cwd, env })
}
