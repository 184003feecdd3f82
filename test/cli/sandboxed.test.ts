import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { execFile } from 'node:child_process'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { createDemoRepository } from '../../src/cli/demo/repository.ts'
import { replaceCloudEnvironment } from '../../src/cli/process-env.ts'
import { createSystemClock, createSystemRandom } from '../../src/compose/system.ts'
import { createAwsSandbox, type AwsSandbox } from '../../src/sandbox/aws/server.ts'
import { createAzureSandbox } from '../../src/sandbox/azure/server.ts'
import { headwater, type Ran } from './test-io.ts'

// The commands that work on a cloud, one after the other on one small fleet, as a person would type them.

const clock = createSystemClock()
const run = promisify(execFile)
let sandbox: AwsSandbox
let dir: string
let fleet: string

beforeAll(async () => {
  sandbox = await createAwsSandbox({ clock, random: createSystemRandom(), speed: 0 })
  dir = await mkdtemp(path.join(tmpdir(), 'headwater-sandboxed-'))
  fleet = path.join(dir, 'fleet')
  await createDemoRepository(fleet, { hasBicep: false })
  // A smaller fleet is enough: two networks and the data of one region.
  await git('rm', '-q', 'stacks/web.yaml', 'stacks/web.cfn.yaml', 'stacks/api.yaml', 'stacks/api.cfn.yaml')
  await git('rm', '-qr', 'stacks/azure')
  await commit('fewer')
  // The SDK reads the environment of the process, which is this file's own: nothing a person set there may be followed.
  replaceCloudEnvironment({
    AWS_ENDPOINT_URL: sandbox.url,
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'x',
    AWS_SECRET_ACCESS_KEY: 'x',
  })
}, 60_000)

afterAll(async () => {
  await sandbox.close()
  await rm(dir, { recursive: true, force: true })
})

async function git(...args: string[]): Promise<void> {
  await run('git', ['-C', fleet, ...args], { env: { PATH: process.env['PATH'] ?? '', HOME: dir } })
}

async function commit(message: string): Promise<void> {
  await git('commit', '-qam', message)
}

async function edit(file: string, change: (text: string) => string): Promise<void> {
  const name = path.join(fleet, file)
  await writeFile(name, change(await readFile(name, 'utf8')))
}

const env = () => ({
  HEADWATER_SOURCE_URL: fleet,
  HEADWATER_SOURCE_PATH: './clusters/demo',
  HEADWATER_INTERVAL: '1s',
  AWS_REGION: 'eu-west-1',
})

function cli(line: string): Promise<Ran> {
  return headwater(line, { clock, cwd: dir, env: env() })
}

const mutating = () => sandbox.calls.counts({ service: 'cloudformation', mutating: true }).total

describe('commands on a pretend AWS', () => {
  test('diff before anything is there: all of it is new, and nothing is made', async () => {
    const { stdout, code } = await cli('diff --path fleet/stacks')
    expect(stdout).toContain('eu/network  new → working tree\n')
    expect(stdout).toMatch(/ {2}\+ Vpc +AWS::EC2::VPC\n/)
    expect(stdout).toMatch(/\n4 stacks change; 0 stacks unchanged\.\n$/)
    expect(code).toBe(1)
  }, 30_000)

  test('run --once --wait: Ready, and a second run makes no call that changes anything', async () => {
    const first = await cli('run --once --wait')
    expect(first.stdout).toMatch(/eu\/data +✔ created +.*after network\n/)
    expect(first.stdout).toMatch(/^7 of 7 Ready in .*\.$/m)
    expect(first.code).toBe(0)
    const before = sandbox.calls.counts().total
    const second = await cli('run --once --wait')
    expect(second.code).toBe(0)
    expect(sandbox.calls.counts().total).toBe(before)
  }, 60_000)

  test('diff of the same: nothing, exit 0, no call', async () => {
    const before = sandbox.calls.counts().total
    const { stdout, code } = await cli('diff --path fleet')
    expect(stdout).toBe('no changes; 4 stacks unchanged.\n')
    expect(code).toBe(0)
    expect(sandbox.calls.counts().total).toBe(before)
  })

  test('diff of an edit: what changes how, and no trace of it is left', async () => {
    await edit('stacks/data.cfn.yaml', (text) =>
      text.replace('VisibilityTimeout: 60', 'VisibilityTimeout: 90'),
    )
    const { stdout, code } = await cli('diff --path fleet')
    expect(stdout).toMatch(
      /^eu\/data {2}main@sha1:\w{7} → working tree\n {2}template stacks\/data\.cfn\.yaml\n {2}~ Work +AWS::SQS::Queue +in place\n {6}VisibilityTimeout +60 → 90\n/m,
    )
    expect(stdout).toMatch(/2 stacks change; 2 stacks unchanged\.\n$/)
    expect(code).toBe(1)

    const offline = await cli('diff --path fleet --offline')
    expect(offline.stdout).toMatch(/~ Work +AWS::SQS::Queue +in place\n {6}VisibilityTimeout +60 → 90\n/)
    expect(offline.code).toBe(1)
  }, 30_000)

  test('diff of a replacement says that data would be lost', async () => {
    const change = (text: string) =>
      text
        .replaceAll(/ {4}(Deletion|UpdateReplace)Policy: Retain\n/g, '')
        .replace('AttributeName: id\n          KeyType', 'AttributeName: sku\n          KeyType')
        .replace('- AttributeName: id', '- AttributeName: sku')
    await edit('stacks/data.cfn.yaml', change)
    const { stdout } = await cli('diff --path fleet')
    expect(stdout).toMatch(/ {2}! Orders +AWS::DynamoDB::Table +REPLACED: its data would be lost\n/)
    expect(stdout).toMatch(/2 resources replaced, data of 2 resources lost/)
    await git('checkout', '-q', '.')
  }, 30_000)

  test('reconcile --with-source --wait: what changed, how far it is, how it ended', async () => {
    await edit('stacks/network.yaml', (text) => text.replace('team: platform', 'team: core'))
    await commit('a new team')
    const { stdout, code } = await cli('reconcile stack network -n eu --with-source --wait')
    const lines = stdout.trimEnd().split('\n')
    expect(lines[0]).toMatch(/^► source headwater-system {2}main@sha1:\w{7} \(was \w{7}\)$/)
    expect(lines[1]).toMatch(/^► ks headwater-system\/fleet {2}main@sha1:\w{7} \(was \w{7}\)$/)
    expect(lines[2]).toBe('► stack eu/network  inputs changed: tag team platform → core')
    expect(lines.at(-1)).toMatch(/^✔ eu\/network {2}update complete in .* {2}main@sha1:\w{7} {2}/)
    expect(code).toBe(0)
  }, 30_000)

  test('reconcile --wait of what fails: the first cause, exit 1; forced, it is tried again', async () => {
    sandbox.engine.faults.failResource({
      stackName: '*',
      logicalId: 'Bad',
      on: 'create',
      reason: 'no such thing',
    })
    await edit('stacks/network.cfn.yaml', (text) =>
      text.replace(/^Resources:$/m, 'Resources:\n  Bad:\n    Type: AWS::SNS::Topic'),
    )
    await commit('something bad')
    const { stdout, code } = await cli('reconcile stack network -n eu --with-source --wait')
    expect(stdout).toMatch(
      /^✗ eu\/network {2}update rolled back: Bad \(AWS::SNS::Topic\): "no such thing"; retries when/m,
    )
    expect(code).toBe(1)

    const before = mutating()
    expect((await cli('reconcile stack network -n eu --wait')).code).toBe(1)
    expect(mutating()).toBe(before)
    sandbox.engine.faults.clear()
    const forced = await cli('reconcile stack network -n eu --force --wait')
    expect(forced.stdout).toContain('► stack eu/network  inputs changed: since main@sha1:')
    expect(forced.stdout).toMatch(/^✔ eu\/network {2}update complete/m)
    expect(forced.code).toBe(0)
    // Its template is the same, so it may have failed beside it.
    expect((await cli('reconcile stack network -n us --force --wait')).code).toBe(0)
  }, 60_000)

  test('reconcile of a suspended object is refused with what to do', async () => {
    await cli('suspend stack data -n eu --reason freeze')
    const { stderr, code } = await cli('reconcile stack data -n eu --wait')
    expect(stderr).toContain('suspended by ana: "freeze"; headwater resume cloudformationstack data -n eu')
    expect(code).toBe(1)
    await cli('resume stack data -n eu')
  })

  test('reconcile without --wait only marks', async () => {
    const before = sandbox.calls.counts().total
    const { stdout, code } = await cli('reconcile stack data -n us --with-source')
    expect(stdout).toMatch(/^► GitRepository headwater-system\/headwater-system is due now\n/)
    expect(stdout).toContain('► CloudFormationStack us/data is due now\n')
    expect(code).toBe(0)
    expect(sandbox.calls.counts().total).toBe(before)
  })

  test('check looks at everything', async () => {
    const { stdout, code } = await cli('check')
    expect(stdout).toMatch(/^✔ settings +.*fleet main \.\/clusters\/demo; every 1s/m)
    expect(stdout).toMatch(/^✔ store +sqlite:.*, 7 objects$/m)
    expect(stdout).toMatch(/^✔ repository +.*fleet at main@sha1:\w{7}$/m)
    expect(stdout).toMatch(/^✔ aws +arn:aws:.* in account 123456789012, eu-west-1$/m)
    expect(stdout).toMatch(/^– azure +not in use: /m)
    expect(code).toBe(0)
    const wrong = await headwater('check', {
      clock,
      cwd: dir,
      env: { ...env(), HEADWATER_SOURCE_URL: path.join(dir, 'nothing') },
    })
    expect(wrong.stdout).toMatch(/^✗ repository +/m)
    expect(wrong.code).toBe(1)
  })

  test('check asks Azure who we are, where it is in use', async () => {
    const azure = await createAzureSandbox({ clock, random: createSystemRandom(), httpsPort: 0 })
    const trusted = getCACertificates('default')
    onTestFinished(async () => {
      setDefaultCACertificates(trusted)
      await azure.close()
    })
    setDefaultCACertificates([...trusted, azure.caPem ?? ''])
    const clientId = '00000000-0000-4000-8000-0000000000c1'
    const tenantId = '00000000-0000-4000-8000-0000000000a1'
    const check = (more: Record<string, string>) =>
      headwater('check', { clock, cwd: dir, env: { ...env(), HEADWATER_AZURE_ENDPOINT: azure.url, ...more } })
    const asApplication = {
      HEADWATER_AZURE_CREDENTIAL: 'client-secret',
      HEADWATER_AZURE_TENANT_ID: tenantId,
      HEADWATER_AZURE_CLIENT_ID: clientId,
      HEADWATER_AZURE_CLIENT_SECRET: 'env://THE_SECRET',
      HEADWATER_AZURE_AUTHORITY: azure.httpsUrl ?? '',
      THE_SECRET: 'hunter2',
    }
    const good = await check(asApplication)
    expect(good.stdout).toContain(
      `client ${clientId} of tenant ${tenantId} at ${azure.url}, 1 subscription visible\n`,
    )
    expect(good.code).toBe(0)
    await azure.control('client', { clientId, denied: true })
    const refused = await check(asApplication)
    expect(refused.stdout).toMatch(/^✗ azure +no token for the controller's own identity: .*AADSTS/m)
    expect(`${refused.stdout}${refused.stderr}`).not.toContain('hunter2')
    expect(refused.code).toBe(1)
    // A pretend ARM on this machine takes a token that nobody made.
    expect((await check({})).stdout).toMatch(/^✔ azure +an identity at http:.*, 1 subscription visible$/m)
  })

  test('diff of a revision, and of one that is none', async () => {
    await cp(fleet, path.join(dir, 'copy'), { recursive: true })
    await git('checkout', '-qb', 'next')
    await edit('stacks/data.cfn.yaml', (text) => text.replace('maxReceiveCount: 5', 'maxReceiveCount: 3'))
    await commit('fewer tries')
    await git('checkout', '-q', 'main')
    const { stdout, code } = await cli('diff --revision next --path stacks --offline')
    expect(stdout).toMatch(/^eu\/data {2}main@sha1:\w{7} → next@sha1:\w{7}\n/m)
    expect(stdout).toMatch(/~ Work +AWS::SQS::Queue/)
    expect(code).toBe(1)
    expect(await cli('diff --revision nowhere')).toMatchObject({ code: 2, stdout: '' })
  })

  test('run --once follows a new commit however long the interval is', async () => {
    const once = () =>
      headwater('run --once --wait', { clock, cwd: dir, env: { ...env(), HEADWATER_INTERVAL: '1h' } })
    await once()
    await edit('stacks/network.yaml', (text) => text.replace(/team: \w+/, 'team: latecomers'))
    await commit('a team that comes late')
    const before = mutating()
    expect(await once()).toMatchObject({ code: 0 })
    expect(mutating() - before).toBeGreaterThan(0)
  })
})
