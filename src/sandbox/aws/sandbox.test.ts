import {
  CloudFormationClient,
  CreateChangeSetCommand,
  CreateStackCommand,
  DeleteStackCommand,
  DescribeChangeSetCommand,
  DescribeStackDriftDetectionStatusCommand,
  DescribeStackResourceDriftsCommand,
  DescribeStackResourcesCommand,
  DescribeStacksCommand,
  DetectStackDriftCommand,
  ExecuteChangeSetCommand,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation'
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { VirtualClock } from '../../../test/support/virtual-clock.ts'
import { createVirtualClock, createSeededRandom } from '../../../test/support/virtual-clock.ts'
import type { AwsSandbox } from './server.ts'
import { createAwsSandbox } from './server.ts'

const hour = 3_600_000
const setting = (value: string) =>
  JSON.stringify({
    Resources: {
      Setting: { Type: 'AWS::SSM::Parameter', Properties: { Type: 'String', Value: value } },
    },
  })

describe('the whole sandbox', () => {
  let clock: VirtualClock
  let sandbox: AwsSandbox
  beforeEach(async () => {
    clock = createVirtualClock(Date.UTC(2026, 0, 1))
    sandbox = await createAwsSandbox({ clock, random: createSeededRandom() })
  })
  afterEach(() => sandbox.close())

  const settings = (accessKeyId = 'AKIATESTTESTTESTTEST') => ({
    endpoint: sandbox.url,
    region: 'eu-west-1',
    credentials: { accessKeyId, secretAccessKey: 'not-a-secret' },
    maxAttempts: 1,
  })
  const client = (key?: string) => new CloudFormationClient(settings(key))
  const control = async (path: string, body: object): Promise<void> => {
    const response = await fetch(`${sandbox.url}/_sandbox/${path}`, {
      method: 'POST',
      body: JSON.stringify(body),
    })
    expect(await response.json()).toEqual({})
  }
  const status = async (StackName: string) => {
    const { Stacks } = await client().send(new DescribeStacksCommand({ StackName }))
    return Stacks?.[0]?.StackStatus
  }
  const create = async (StackName: string, TemplateBody: string) => {
    await client().send(new CreateStackCommand({ StackName, TemplateBody }))
    clock.advance(hour)
    expect(await status(StackName)).toBe('CREATE_COMPLETE')
  }

  it('moves only with its clock', async () => {
    await client().send(new CreateStackCommand({ StackName: 'web', TemplateBody: setting('a') }))
    expect(await status('web')).toBe('CREATE_IN_PROGRESS')
    expect(await status('web')).toBe('CREATE_IN_PROGRESS')
    clock.advance(hour)
    expect(await status('web')).toBe('CREATE_COMPLETE')
  })

  it('executes a change set whose answer is lost', async () => {
    await create('web', setting('a'))
    const { Id } = await client().send(
      new CreateChangeSetCommand({ StackName: 'web', ChangeSetName: 'one', TemplateBody: setting('b') }),
    )
    clock.advance(hour)
    await control('drop', { action: 'ExecuteChangeSet', stackName: 'web' })
    const execute = () => client().send(new ExecuteChangeSetCommand({ ChangeSetName: Id }))
    await expect(execute()).rejects.toMatchObject({ code: 'ECONNRESET' })
    clock.advance(hour)
    expect(await status('web')).toBe('UPDATE_COMPLETE')
    const set = await client().send(new DescribeChangeSetCommand({ ChangeSetName: Id }))
    expect(set.ExecutionStatus).toBe('EXECUTE_COMPLETE')
  })

  it('shows drift that the control endpoint made', async () => {
    await create('web', setting('a'))
    await control('change-resource', {
      stackName: 'web',
      logicalId: 'Setting',
      path: '/Value',
      value: 'by hand',
    })
    const { StackDriftDetectionId } = await client().send(new DetectStackDriftCommand({ StackName: 'web' }))
    clock.advance(hour)
    const detection = await client().send(
      new DescribeStackDriftDetectionStatusCommand({ StackDriftDetectionId }),
    )
    expect(detection).toMatchObject({ DetectionStatus: 'DETECTION_COMPLETE', StackDriftStatus: 'DRIFTED' })
    const { StackResourceDrifts } = await client().send(
      new DescribeStackResourceDriftsCommand({ StackName: 'web' }),
    )
    expect(StackResourceDrifts).toMatchObject([
      {
        LogicalResourceId: 'Setting',
        PropertyDifferences: [{ PropertyPath: '/Value', ExpectedValue: 'a', ActualValue: 'by hand' }],
      },
    ])
  })

  it('has strangers at work on a stack', async () => {
    await create('web', setting('a'))
    await control('foreign-operation', { stackName: 'web', ms: 60_000, token: 'console' })
    expect(await status('web')).toBe('UPDATE_IN_PROGRESS')
    await expect(
      client().send(new UpdateStackCommand({ StackName: 'web', TemplateBody: setting('b') })),
    ).rejects.toMatchObject({
      name: 'ValidationError',
      message: expect.stringContaining('UPDATE_IN_PROGRESS') as string,
    })
    clock.advance(hour)
    expect(await status('web')).toBe('UPDATE_COMPLETE')
  })

  it('answers as of a while ago', async () => {
    await create('web', setting('a'))
    await client().send(new UpdateStackCommand({ StackName: 'web', TemplateBody: setting('b') }))
    await control('stale-reads', { lagMs: 1000, forMs: 5000 })
    expect(await status('web')).toBe('CREATE_COMPLETE')
    clock.advance(1000)
    expect(await status('web')).toBe('UPDATE_IN_PROGRESS')
  })

  it('finds a nested template in S3', async () => {
    const s3 = new S3Client(settings())
    await s3.send(new CreateBucketCommand({ Bucket: 'acme-templates' }))
    await s3.send(
      new PutObjectCommand({ Bucket: 'acme-templates', Key: 'child.json', Body: setting('nested') }),
    )
    const TemplateURL = 'https://acme-templates.s3.eu-west-1.amazonaws.com/child.json'
    const Child = { Type: 'AWS::CloudFormation::Stack', Properties: { TemplateURL } }
    await create('parent', JSON.stringify({ Resources: { Child } }))
    const missing = { ...Child, Properties: { TemplateURL: TemplateURL.replace('child', 'none') } }
    await client().send(
      new CreateStackCommand({
        StackName: 'other',
        TemplateBody: JSON.stringify({ Resources: { Child: missing } }),
      }),
    )
    clock.advance(hour)
    expect(await status('other')).toBe('ROLLBACK_COMPLETE')
  })

  it('keeps a bucket that still holds something', async () => {
    await create('assets', JSON.stringify({ Resources: { Bucket: { Type: 'AWS::S3::Bucket' } } }))
    const { StackResources } = await client().send(new DescribeStackResourcesCommand({ StackName: 'assets' }))
    const Bucket = StackResources?.[0]?.PhysicalResourceId
    await new S3Client(settings()).send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'x' }))
    await client().send(new DeleteStackCommand({ StackName: 'assets' }))
    clock.advance(hour)
    expect(await status('assets')).toBe('DELETE_FAILED')
  })

  it('resolves a parameter that was set by hand', async () => {
    const place = { account: '123456789012', region: 'eu-west-1' }
    await control('ssm-parameter', { ...place, name: '/app/size', value: 'large' })
    const template = JSON.stringify({
      Parameters: { Size: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/app/size' } },
      Resources: { Topic: { Type: 'AWS::SNS::Topic' } },
      Outputs: { Size: { Value: { Ref: 'Size' } } },
    })
    await create('web', template)
    const { Stacks } = await client().send(new DescribeStacksCommand({ StackName: 'web' }))
    expect(Stacks?.[0]?.Outputs).toEqual([{ OutputKey: 'Size', OutputValue: 'large' }])
  })

  it('keeps accounts apart', async () => {
    await create('web', setting('a'))
    const { Credentials } = await new STSClient(settings()).send(
      new AssumeRoleCommand({
        RoleArn: 'arn:aws:iam::210987654321:role/deployer',
        RoleSessionName: 'headwater',
      }),
    )
    const other = client(Credentials?.AccessKeyId)
    await expect(other.send(new DescribeStacksCommand({ StackName: 'web' }))).rejects.toThrow(
      'Stack with id web does not exist',
    )
    const made = await other.send(new CreateStackCommand({ StackName: 'web', TemplateBody: setting('b') }))
    expect(made.StackId).toMatch(/^arn:aws:cloudformation:eu-west-1:210987654321:stack\/web\//)
  })

  it('is empty after a reset', async () => {
    await create('web', setting('a'))
    await control('reset', {})
    await expect(status('web')).rejects.toThrow('Stack with id web does not exist')
  })
})
