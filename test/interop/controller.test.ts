import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Stack } from '@aws-sdk/client-cloudformation'
import { DescribeStacksCommand } from '@aws-sdk/client-cloudformation'
import type { GitFixture } from '../git-fixture.ts'
import { createGitFixture } from '../git-fixture.ts'
import { cloudAt } from './cloud.ts'
import { awsEnvironment, describeWith, run, startMinistack } from './programs.ts'
import { startSandbox } from './sandbox.ts'

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))
const template = (name: string): string =>
  readFileSync(new URL(`./templates/${name}`, import.meta.url), 'utf8')

/** A cloud that the controller is let loose on. */
interface Ground {
  url: string
  /** Calls to CloudFormation so far, where the cloud counts them. */
  calls?: () => number
  stop(): Promise<void>
}

/** The declaration of a stack; all have one template file each, beside them. */
function declaration(name: string, more: string[] = [], size = 'small', kind = 'web'): string {
  return [
    'apiVersion: headwater.dev/v1alpha1',
    'kind: CloudFormationStack',
    `metadata: {name: ${name}}`,
    'spec:',
    `  template: ${kind}.cfn.yaml`,
    `  parameters: {Size: ${size}}`,
    ...more.map((line) => `  ${line}`),
    '',
  ].join('\n')
}

/** The life of some stacks, through git alone, each pass in a process of its own. */
function controllerStory(start: () => Promise<Ground>): void {
  let ground: Ground
  let repository: GitFixture
  let folder: string

  beforeAll(async () => {
    ground = await start()
    repository = await createGitFixture()
    folder = mkdtempSync(join(tmpdir(), 'headwater-state-'))
  })
  afterAll(async () => {
    await ground.stop()
    await repository.remove()
    rmSync(folder, { recursive: true, force: true })
  })

  const headwater = (...args: string[]) =>
    run(process.execPath, [main, ...args], {
      cwd: folder,
      env: {
        ...awsEnvironment(ground.url),
        HEADWATER_SOURCE_URL: repository.directory,
        NO_COLOR: '1',
      },
    })
  /** Looks at the repository now and works until nothing is under way; answers with what it printed and its exit code. */
  const converge = async () => {
    await headwater('reconcile', 'source', 'headwater-system', '-n', 'headwater-system')
    const ran = await headwater('run', '--once', '--wait', '--timeout', '90s')
    return { code: ran.code, text: ran.stdout + ran.stderr }
  }
  const stack = async (name: string): Promise<Stack | undefined> => {
    const { Stacks } = await cloudAt(ground.url).send(new DescribeStacksCommand({ StackName: name }))
    return Stacks?.[0]
  }
  const outputs = ({ Outputs = [] }: Stack = {} as Stack) =>
    Object.fromEntries(Outputs.map(({ OutputKey = '', OutputValue }) => [OutputKey, OutputValue]))

  it('creates what is declared, in the order of its dependencies', async () => {
    await repository.commit({
      'web.cfn.yaml': template('web.yaml'),
      'never.cfn.yaml': template('never.yaml'),
      'network.yaml': declaration('network', ['tags: {team: net}']),
      // Stays to the end: a repository in which nothing at all is declared is taken for a mistake.
      'base.yaml': declaration('base'),
      'web.yaml': declaration('web', ['dependsOn: [{name: network}]', 'deletionPolicy: Delete']),
    })
    const ran = await converge()
    expect(ran).toMatchObject({ code: 0 })
    expect(ran.text).toContain('5 of 5 Ready')
    const [network, web] = [await stack('network'), await stack('web')]
    expect(network).toMatchObject({
      StackStatus: 'CREATE_COMPLETE',
      Tags: expect.arrayContaining([
        { Key: 'team', Value: 'net' },
        { Key: 'headwater:owner', Value: 'headwater/default/network' },
      ]) as unknown,
    })
    expect(web?.StackStatus).toBe('CREATE_COMPLETE')
    expect(outputs(web)).toEqual({ Size: 'small', Copy: 'copy of small' })
    expect(web?.CreationTime?.getTime()).toBeGreaterThanOrEqual(network?.CreationTime?.getTime() ?? Infinity)
  })

  it('does nothing when nothing changed', async () => {
    const before = { calls: ground.calls?.(), web: await stack('web') }
    // The look at the stack is a call of the test's own.
    const own = before.calls === undefined ? undefined : before.calls + 1
    expect(await converge()).toMatchObject({ code: 0 })
    expect(ground.calls?.()).toBe(own)
    expect(await stack('web')).toEqual(before.web)
  })

  it('updates the stack that a commit touches, and no other', async () => {
    const untouched = await stack('network')
    await repository.commit({
      'web.yaml': declaration('web', ['dependsOn: [{name: network}]', 'deletionPolicy: Delete'], 'large'),
    })
    expect(await converge()).toMatchObject({ code: 0 })
    const web = await stack('web')
    expect(web?.StackStatus).toBe('UPDATE_COMPLETE')
    expect(outputs(web)).toEqual({ Size: 'large', Copy: 'copy of large' })
    expect(await stack('network')).toEqual(untouched)
  })

  it('takes a change of tags alone for a change', async () => {
    await repository.commit({ 'network.yaml': declaration('network', ['tags: {team: core}']) })
    expect(await converge()).toMatchObject({ code: 0 })
    const network = await stack('network')
    expect(network?.StackStatus).toBe('UPDATE_COMPLETE')
    expect(network?.Tags).toContainEqual({ Key: 'team', Value: 'core' })
  })

  it('reports the cause of a rolled-back update, and does not try it again', async () => {
    await repository.commit({
      'web.yaml': declaration('web', ['deletionPolicy: Delete'], 'large', 'never'),
    })
    const ran = await converge()
    expect(ran.code).toBe(1)
    expect((await stack('web'))?.StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE')
    const { stdout } = await headwater('get', 'stack', 'web', '-o', 'json')
    expect(stdout).toContain('Never')
    expect(stdout).toContain('WaitCondition timed out. Received 0 conditions when expecting 1')
    const before = ground.calls?.()
    expect(await converge()).toMatchObject({ code: 1 })
    expect(ground.calls?.()).toBe(before)
  })

  it('goes on once it is mended', async () => {
    await repository.commit({ 'web.yaml': declaration('web', ['deletionPolicy: Delete'], 'small') })
    expect(await converge()).toMatchObject({ code: 0 })
    const web = await stack('web')
    expect(web?.StackStatus).toBe('UPDATE_COMPLETE')
    expect(outputs(web)).toEqual({ Size: 'small', Copy: 'copy of small' })
  })

  it('deletes what left git and may go, and lets the rest be', async () => {
    await repository.commit({ 'web.yaml': null, 'network.yaml': null })
    expect(await converge()).toMatchObject({ code: 0 })
    expect((await stack('network'))?.StackStatus).toBe('UPDATE_COMPLETE')
    await expect(stack('web')).rejects.toThrow('Stack with id web does not exist')
  })
}

describe('the controller against the sandbox', () => {
  controllerStory(async () => {
    const sandbox = await startSandbox({ speed: 50 })
    return {
      url: sandbox.url,
      calls: () => sandbox.calls.counts({ service: 'cloudformation' }).total,
      stop: () => sandbox.close(),
    }
  })
})

describeWith(['ministack'], 'the controller against ministack', ({ ministack }) => {
  controllerStory(() => startMinistack(ministack))
})
