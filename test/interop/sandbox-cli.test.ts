import { setTimeout as sleep } from 'node:timers/promises'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { AwsSandbox } from '../../src/sandbox/aws/server.ts'
import { awsEnvironment, describeWith, run } from './programs.ts'
import { control, startSandbox } from './sandbox.ts'

const template = fileURLToPath(new URL('./templates/web.yaml', import.meta.url))

describeWith(['aws'], 'the AWS CLI against the sandbox', ({ aws }) => {
  let sandbox: AwsSandbox
  let folder: string

  beforeEach(async () => {
    sandbox = await startSandbox()
    folder = mkdtempSync(join(tmpdir(), 'headwater-cli-'))
  })
  afterEach(async () => {
    await sandbox.close()
    rmSync(folder, { recursive: true, force: true })
  })

  const cli = (...args: string[]) => run(aws, args, { env: awsEnvironment(sandbox.url), cwd: folder })
  const json = async (...args: string[]): Promise<unknown> => {
    const { code, stdout, stderr } = await cli(...args, '--output', 'json')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    return JSON.parse(stdout)
  }
  const deploy = (...args: string[]) =>
    cli('cloudformation', 'deploy', '--stack-name', 'web', '--template-file', template, ...args)
  const status = () =>
    json('cloudformation', 'describe-stacks', '--stack-name', 'web', '--query', 'Stacks[0].StackStatus')

  it('deploys: creates, finds nothing to change, updates', async () => {
    const created = await deploy('--tags', 'team=web')
    expect(created).toMatchObject({ code: 0, stderr: '' })
    expect(created.stdout).toContain('Successfully created/updated stack - web')
    expect(await status()).toBe('CREATE_COMPLETE')

    const unchanged = await deploy('--tags', 'team=web', '--no-fail-on-empty-changeset')
    expect(unchanged.stdout + unchanged.stderr).toContain('No changes to deploy. Stack web is up to date')
    expect(unchanged.code).toBe(0)
    expect(await status()).toBe('CREATE_COMPLETE')

    // The CLI names its change sets by the second, and the empty one is still there.
    await sleep(1_000)
    const updated = await deploy('--tags', 'team=web', '--parameter-overrides', 'Size=large')
    expect(updated).toMatchObject({ code: 0, stderr: '' })
    expect(
      await json('cloudformation', 'describe-stacks', '--stack-name', 'web', '--query', 'Stacks[0]'),
    ).toMatchObject({
      StackStatus: 'UPDATE_COMPLETE',
      Tags: [{ Key: 'team', Value: 'web' }],
      Outputs: expect.arrayContaining([
        { OutputKey: 'Size', OutputValue: 'large' },
        { OutputKey: 'Copy', OutputValue: 'copy of large' },
      ]) as unknown,
    })
  })

  it('ends with an error when the stack rolls back, and shows why', async () => {
    await deploy()
    await control(sandbox, 'fail-resource', {
      stackName: 'web',
      logicalId: 'Setting',
      on: 'update',
      reason: 'quota of settings exceeded',
    })
    const failed = await deploy('--parameter-overrides', 'Size=large')
    expect(failed.code).toBe(255)
    expect(failed.stderr).toContain('Failed to create/update the stack.')
    expect(await status()).toBe('UPDATE_ROLLBACK_COMPLETE')
    const failures = await json(
      'cloudformation',
      'describe-stack-events',
      '--stack-name',
      'web',
      '--query',
      "StackEvents[?ResourceStatus=='UPDATE_FAILED'].[LogicalResourceId,ResourceStatusReason]",
    )
    expect(failures).toEqual([['Setting', 'quota of settings exceeded']])
  })

  it('refuses a parameter that the template does not allow', async () => {
    const refused = await deploy('--parameter-overrides', 'Size=huge')
    expect(refused.code).toBe(255)
    expect(refused.stderr).toContain('ValidationError')
    expect(refused.stderr).toContain('Size')
  })

  it('waits for a change set, for a stack, and for its end', async () => {
    const one = ['--stack-name', 'web', '--change-set-name', 'one']
    const body = `file://${template}`
    await json(
      'cloudformation',
      'create-change-set',
      ...one,
      '--change-set-type',
      'CREATE',
      '--template-body',
      body,
    )
    expect(await cli('cloudformation', 'wait', 'change-set-create-complete', ...one)).toMatchObject({
      code: 0,
    })
    const changes = 'Changes[].ResourceChange.[Action,LogicalResourceId]'
    expect(await json('cloudformation', 'describe-change-set', ...one, '--query', changes)).toEqual(
      expect.arrayContaining([
        ['Add', 'Copy'],
        ['Add', 'Setting'],
        ['Add', 'Topic'],
      ]),
    )
    expect(await cli('cloudformation', 'execute-change-set', ...one)).toMatchObject({ code: 0 })
    const web = ['--stack-name', 'web']
    expect(await cli('cloudformation', 'wait', 'stack-create-complete', ...web)).toMatchObject({ code: 0 })
    expect(await cli('cloudformation', 'delete-stack', ...web)).toMatchObject({ code: 0 })
    expect(await cli('cloudformation', 'wait', 'stack-delete-complete', ...web)).toMatchObject({ code: 0 })
    const gone = await cli('cloudformation', 'describe-stacks', ...web)
    expect(gone.code).toBe(255)
    expect(gone.stderr).toContain(
      'An error occurred (ValidationError) when calling the DescribeStacks operation: Stack with id web does not exist',
    )
  })

  it('lists the events of a stack, newest first', async () => {
    await deploy()
    const events = (await json(
      'cloudformation',
      'describe-stack-events',
      '--stack-name',
      'web',
      '--query',
      "StackEvents[?LogicalResourceId=='web'].ResourceStatus",
    )) as string[]
    expect(events).toEqual(['CREATE_COMPLETE', 'CREATE_IN_PROGRESS', 'REVIEW_IN_PROGRESS'])
  })

  it('copies files to a bucket and back', async () => {
    writeFileSync(join(folder, 'a.txt'), 'hello\n'.repeat(2000))
    expect(await cli('s3', 'mb', 's3://acme-templates')).toMatchObject({ code: 0 })
    expect(await cli('s3', 'cp', 'a.txt', 's3://acme-templates/x/a.txt')).toMatchObject({ code: 0 })
    expect((await cli('s3', 'ls', 's3://acme-templates/x/')).stdout).toMatch(/ 12000 a\.txt\n$/)
    expect(await cli('s3', 'cp', 's3://acme-templates/x/a.txt', 'b.txt')).toMatchObject({ code: 0 })
    expect(readFileSync(join(folder, 'b.txt'), 'utf8')).toBe('hello\n'.repeat(2000))
    expect((await cli('s3', 'rb', 's3://acme-templates')).stderr).toContain('BucketNotEmpty')
    expect(await cli('s3', 'rb', '--force', 's3://acme-templates')).toMatchObject({ code: 0 })
    expect((await cli('s3', 'ls')).stdout).toBe('')
  })

  it('deploys a template that is too large for a request, through a bucket', async () => {
    const padding = Array.from({ length: 1200 }, (_, line) => `# ${line} ${'x'.repeat(60)}`).join('\n')
    writeFileSync(join(folder, 'large.yaml'), `${padding}\n${readFileSync(template, 'utf8')}`)
    await cli('s3', 'mb', 's3://acme-templates')
    const large = ['cloudformation', 'deploy', '--stack-name', 'web', '--template-file', 'large.yaml']
    expect((await cli(...large)).stderr).toContain('must be deployed via an S3 Bucket')
    const deployed = await cli(...large, '--s3-bucket', 'acme-templates')
    expect(deployed.stderr).not.toContain('rror')
    expect(deployed.code).toBe(0)
    expect(await status()).toBe('CREATE_COMPLETE')
  })

  it('says who it is, and becomes somebody else', async () => {
    expect(await json('sts', 'get-caller-identity')).toMatchObject({ Account: '123456789012' })
    const roleArn = 'arn:aws:iam::210987654321:role/deployer'
    const assumed = (await json(
      'sts',
      'assume-role',
      '--role-arn',
      roleArn,
      '--role-session-name',
      'cli',
    )) as {
      Credentials: { AccessKeyId: string; SecretAccessKey: string; SessionToken: string }
    }
    const answer = await run(aws, ['sts', 'get-caller-identity', '--query', 'Arn', '--output', 'text'], {
      env: {
        ...awsEnvironment(sandbox.url),
        AWS_ACCESS_KEY_ID: assumed.Credentials.AccessKeyId,
        AWS_SECRET_ACCESS_KEY: assumed.Credentials.SecretAccessKey,
        AWS_SESSION_TOKEN: assumed.Credentials.SessionToken,
      },
    })
    expect(answer.stdout.trim()).toBe('arn:aws:sts::210987654321:assumed-role/deployer/cli')
  })
})
