import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

const run = promisify(execFile)
const main = path.resolve(import.meta.dirname, '../src/cli/main.ts')

let cwd: string
let printed = ''
let env: Record<string, string>
beforeEach(async () => {
  cwd = await mkdtemp(path.join(tmpdir(), 'headwater-demo-test-'))
  // No home, no git settings, and AWS settings that must not be followed: a call there would fail at once.
  env = {
    PATH: process.env['PATH'] ?? '',
    HOME: cwd,
    TMPDIR: cwd,
    GIT_CONFIG_NOSYSTEM: '1',
    AWS_PROFILE: 'nobody',
    AWS_ENDPOINT_URL_CLOUDFORMATION: 'http://127.0.0.1:9',
    AZURE_CLIENT_ID: 'nobody',
    IDENTITY_ENDPOINT: 'http://127.0.0.1:9',
  }
})
afterEach(() => rm(cwd, { recursive: true, force: true }))

/** One headwater command line from the demo's folder; an exit code other than 0 is an answer too. */
async function headwater(...args: string[]): Promise<{ stdout: string; code: number }> {
  try {
    const { stdout } = await run(process.execPath, [main, ...args], { cwd, env, timeout: 60_000 })
    return { stdout, code: 0 }
  } catch (error) {
    const { stdout = '', code } = error as { stdout?: string; code?: unknown }
    if (typeof code !== 'number') throw error
    return { stdout, code }
  }
}

test('demo --once: everything is Ready in time, a second pass costs nothing, nothing is left', async () => {
  const startedAt = performance.now()
  const { stdout, code } = await headwater('demo', '--once')
  expect(stdout).toMatch(/^9 of 9 Ready in [\d.]+s\. \d+ cloud calls; a second pass now costs 0\.$/m)
  expect(stdout).toMatch(/eu\/network +✔ created +10 resources/)
  expect(stdout).toMatch(/eu\/web +✔ created .* after network, data$/m)
  // One graph over both clouds, in both directions.
  expect(stdout).toMatch(/we\/landing +✔ deployed .* after eu\/network$/m)
  expect(stdout).toMatch(/eu\/api +✔ created .* after data, we\/landing$/m)
  expect(stdout).toMatch(/^no Bicep compiler was found: .*ARM JSON/m)
  expect(code).toBe(0)
  // The promise is 20 s; a machine busy with other tests gets some more.
  expect(performance.now() - startedAt).toBeLessThan(40_000)
  expect(existsSync(path.join(cwd, '.headwater'))).toBe(false)
})

describe('demo', () => {
  let demo: ChildProcess
  beforeEach(async () => {
    printed = ''
    demo = spawn(process.execPath, [main, 'demo', '--speed', '400'], { cwd, env })
    demo.stdout?.on('data', (chunk: Buffer) => void (printed += chunk.toString()))
    demo.stderr?.on('data', (chunk: Buffer) => void (printed += chunk.toString()))
    await eventually(() => printed.includes('ctrl-c ends it'))
  })
  afterEach(async () => {
    if (demo.exitCode !== null) return
    const gone = new Promise((resolve) => demo.once('exit', resolve))
    demo.kill('SIGKILL')
    await gone
  })

  test('what it prints to try works as it is printed', async () => {
    // Change something: the printed line is run by a shell.
    await shell(commandAfter('change something'))
    await eventually(() => /eu\/web +✔ updated/.test(printed) && /us\/web +✔ updated/.test(printed))

    // Break something, see what is said of it, mend it.
    const broken = await headwater('demo', 'break', 'web')
    expect(broken.stdout).toMatch(/^committed [0-9a-f]{7}: stacks\/web.cfn.yaml/)
    await eventually(() => (printed.match(/✗ failed +update rolled back: Outbox/g) ?? []).length === 2)
    expect(
      (await headwater('get', 'stacks', '-A', '--status-selector', 'ready=false', '-o', 'name')).stdout,
    ).toBe('cloudformationstack/eu/web\ncloudformationstack/us/web\n')
    expect((await headwater('demo', 'fix')).code).toBe(0)
    await eventually(() => /eu\/web +✔ ready/.test(printed) && /us\/web +✔ ready/.test(printed))

    // Somebody edits the cloud by hand.
    expect((await headwater(...commandAfter('drift').split(' ').slice(2))).code).toBe(0)
    await eventually(() => /eu\/network +! drifted +InternalSecurityGroup/.test(printed))
    await eventually(() => /eu\/network +✔ put back/.test(printed))

    // The same in the other cloud.
    expect((await headwater('demo', 'drift', 'we/landing')).code).toBe(0)
    await eventually(() => /we\/landing +! drifted +.*addressPrefixes/.test(printed))
    await eventually(() => /we\/landing +✔ put back/.test(printed))
    expect((await headwater('demo', 'break', 'site')).code).toBe(0)
    await eventually(() => /we\/site +✗ failed .*Website with given name already exists/.test(printed))
    expect((await headwater('demo', 'fix')).code).toBe(0)
    await eventually(() => /we\/site +✔ (ready|deployed)[^]*✗[^]*we\/site +✔ (ready|deployed)/.test(printed))

    // Remove a stack.
    await shell(commandAfter('remove a stack'))
    await eventually(() => /eu\/api +✔ deleted/.test(printed))
    expect((await headwater('get', 'stack', 'api', '-n', 'eu')).code).toBe(1)

    // Look, and plan.
    expect((await headwater('get', 'all', '-A')).stdout).toMatch(
      /cloudformationstack\/network +main@sha1:\w{7} +False +True/,
    )
    expect((await headwater(...commandAfter('plan').split(' ').slice(2))).code).toBe(0)
    const { stdout, code } = await headwater(
      'reconcile',
      'stack',
      'web',
      '-n',
      'us',
      '--with-source',
      '--wait',
    )
    expect(stdout).toMatch(/^► source headwater-system {2}main@sha1:\w{7} \(no change\)$/m)
    expect(stdout).toMatch(/^✔ us\/web {2}no changes since/m)
    expect(stdout).not.toContain('credentials')
    expect(code).toBe(0)

    const gone = new Promise((resolve) => demo.once('exit', resolve))
    demo.kill('SIGINT')
    expect(await gone).toBe(0)
    expect(printed).toContain('nothing of it is left')
    expect(existsSync(path.join(cwd, '.headwater', 'demo.json'))).toBe(false)
  }, 60_000)

  /** The command that the demo printed behind a word. */
  function commandAfter(word: string): string {
    const line = printed.split('\n').find((one) => one.trim().startsWith(word))
    if (line === undefined) throw new Error(`the demo printed nothing for "${word}"`)
    return line.trim().slice(word.length).trim()
  }

  async function shell(command: string): Promise<void> {
    await run('sh', ['-ec', command], { cwd, env })
  }
})

/** Waits for what the running demo is about to do. */
async function eventually(isSo: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 20_000
  while (!(await isSo())) {
    if (performance.now() > deadline)
      throw new Error(`it did not come to pass: ${isSo.toString()}\n${printed}`)
    await sleep(100)
  }
}
