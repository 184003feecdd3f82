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

it('Headwater deploys itself by its own example, and a new version of its code too', async () => {
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
  await git.commit({ 'infra/aws/headwater.yaml': template, 'examples/self-deploy/headwater.yaml': manifest })

  // The command of the example's page, on a laptop without a state of its own; the source is looked at in every run.
  const command = ['run', '--once', '--wait', '--interval', '1s', '--source-url', git.directory]
  const headwater = () =>
    run(
      process.execPath,
      [join(root, 'src/cli/main.ts'), ...command, '--source-path', './examples/self-deploy'],
      {
        cwd: folder,
        env: {
          PATH: process.env['PATH'] ?? '',
          HOME: folder,
          AWS_ENDPOINT_URL: sandbox.url,
          AWS_REGION: 'eu-west-1',
          AWS_ACCESS_KEY_ID: '123456789012',
          AWS_SECRET_ACCESS_KEY: 'not-a-secret',
        },
      },
    )
  const calls = (action: string) =>
    sandbox.calls.recent({ service: 'cloudformation', action, stack: 'fleet-headwater' }).length

  await headwater()
  expect([calls('ExecuteChangeSet'), calls('UpdateTerminationProtection')]).toEqual([1, 1])

  const next = manifest.replace(/aws-0{12}\.zip/, 'aws-111111111111.zip')
  expect(next).not.toBe(manifest)
  await git.commit({ 'examples/self-deploy/headwater.yaml': next }, 'new code')
  await headwater()
  expect(calls('ExecuteChangeSet')).toBe(2)
})
