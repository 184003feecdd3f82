import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it, onTestFinished } from 'vitest'
import { createSystemClock, createSystemRandom } from '../../src/compose/system.ts'
import { createAwsSandbox } from '../../src/sandbox/aws/server.ts'
import { createGitFixture } from '../git-fixture.ts'

const run = promisify(execFile)
const root = fileURLToPath(new URL('../..', import.meta.url))

it(
  'Headwater deploys itself by its own example, and a new version of its code too',
  { timeout: 120_000 },
  async () => {
    const sandbox = await createAwsSandbox({
      clock: createSystemClock(),
      random: createSystemRandom(),
      speed: 0,
    })
    const git = await createGitFixture()
    const folder = await mkdtemp(join(tmpdir(), 'headwater-self-'))
    onTestFinished(async () => {
      await sandbox.close()
      await git.remove()
      await rm(folder, { recursive: true, force: true })
    })
    const files = ['infra/aws/headwater.yaml', 'examples/self-deploy/headwater.yaml']
    const [template = '', manifest = ''] = await Promise.all(
      files.map((file) => readFile(join(root, file), 'utf8')),
    )
    await git.commit({
      'infra/aws/headwater.yaml': template,
      'examples/self-deploy/headwater.yaml': manifest,
    })

    const env = {
      PATH: process.env['PATH'] ?? '',
      HOME: folder,
      AWS_ENDPOINT_URL: sandbox.url,
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: '123456789012',
      AWS_SECRET_ACCESS_KEY: 'not-a-secret',
    }
    const headwater = (...args: string[]) =>
      run(process.execPath, [join(root, 'src/cli/main.ts'), ...args], { cwd: folder, env })
    // The command of the example's page, on a laptop without a state of its own.
    const source = ['--source-url', git.directory, '--source-path', './examples/self-deploy']
    const deploy = () => headwater('run', '--once', '--wait', ...source)
    const calls = (action: string) =>
      sandbox.calls.recent({ service: 'cloudformation', action, stack: 'fleet-headwater' }).length

    await deploy()
    expect([calls('ExecuteChangeSet'), calls('UpdateTerminationProtection')]).toEqual([1, 1])

    const next = manifest.replace(/aws-0{12}\.zip/, 'aws-111111111111.zip')
    expect(next).not.toBe(manifest)
    await git.commit({ 'examples/self-deploy/headwater.yaml': next }, 'new code')
    await headwater('reconcile', 'source', 'headwater-system', '-n', 'headwater-system')
    await deploy()
    expect(calls('ExecuteChangeSet')).toBe(2)
  },
)
