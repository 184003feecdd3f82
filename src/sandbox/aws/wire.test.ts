import {
  CloudFormationClient,
  CreateChangeSetCommand,
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStacksCommand,
  ExecuteChangeSetCommand,
  SetStackPolicyCommand,
} from '@aws-sdk/client-cloudformation'
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb'
import { describe, expect, it } from 'vitest'
import { layGround } from '../../../test/support/sandbox-ground.ts'
import { ApiError } from './cloudformation/errors.ts'
import type { CallContext } from './cloudformation/engine.ts'

describe('CloudFormation over the wire', () => {
  const ground = layGround()
  const client = (key?: string, region?: string): CloudFormationClient =>
    new CloudFormationClient(ground.client(key, region))

  it('hands the request over as it was written', async () => {
    const seen: unknown[] = []
    ground.cloudFormation((action, input) => {
      seen.push([action, input])
      return { StackId: 'arn' }
    })
    const body = 'Resources: {}\r\n# é "quoted" & <tagged> +\n'
    await client().send(
      new CreateStackCommand({
        StackName: 'web',
        TemplateBody: body,
        Parameters: [{ ParameterKey: 'A', ParameterValue: '' }],
        Tags: [],
        DisableRollback: false,
        RollbackConfiguration: { RollbackTriggers: [{ Arn: 'x', Type: 'T' }], MonitoringTimeInMinutes: 3 },
      }),
    )
    expect(seen).toEqual([
      [
        'CreateStack',
        {
          StackName: 'web',
          TemplateBody: body,
          Parameters: [{ ParameterKey: 'A', ParameterValue: '' }],
          Tags: [],
          DisableRollback: 'false',
          RollbackConfiguration: {
            RollbackTriggers: [{ Arn: 'x', Type: 'T' }],
            MonitoringTimeInMinutes: '3',
          },
        },
      ],
    ])
  })

  it('answers members as they are: absent, empty, nested', async () => {
    const time = new Date(Date.UTC(2026, 0, 1, 0, 0, 0, 123))
    ground.cloudFormation(() => ({
      Stacks: [
        {
          StackName: 'web',
          StackStatusReason: 'failed to delete: [Broken]. ',
          Description: '',
          CreationTime: time,
          DisableRollback: false,
          RollbackConfiguration: {},
          Tags: [],
          NotificationARNs: ['a', 'b'],
          Outputs: undefined,
          Parameters: [{ ParameterKey: 'Text', ParameterValue: ' <a>\r\n&amp; ' }],
        },
      ],
    }))
    const { Stacks: [stack] = [] } = await client().send(new DescribeStacksCommand({}))
    expect(stack).toEqual({
      StackName: 'web',
      StackStatusReason: 'failed to delete: [Broken]. ',
      Description: '',
      CreationTime: time,
      DisableRollback: false,
      RollbackConfiguration: {},
      Tags: [],
      NotificationARNs: ['a', 'b'],
      Parameters: [{ ParameterKey: 'Text', ParameterValue: ' <a>\r\n&amp; ' }],
    })
  })

  it.each([new DeleteStackCommand({ StackName: 'a' }), new SetStackPolicyCommand({ StackName: 'a' })])(
    'an empty answer is one',
    async (command) => {
      const answer = await client().send(command)
      expect(answer.$metadata.httpStatusCode).toBe(200)
      expect(answer.$metadata.requestId).toMatch(/^[0-9a-f-]{36}$/)
    },
  )

  it('answers errors with code, message, status and whose fault it is', async () => {
    ground.cloudFormation(() => {
      throw new ApiError('ChangeSetNotFound', 'ChangeSet [x] does not exist', 404)
    })
    await expect(
      client().send(new ExecuteChangeSetCommand({ ChangeSetName: 'x', StackName: 'a' })),
    ).rejects.toMatchObject({
      name: 'ChangeSetNotFoundException',
      message: 'ChangeSet [x] does not exist',
      $fault: 'client',
      $metadata: { httpStatusCode: 404 },
      Type: 'Sender',
      Code: 'ChangeSetNotFound',
    })
  })

  it('says so when the sandbox itself is wrong', async () => {
    ground.cloudFormation(() => {
      throw new TypeError('x is not a function')
    })
    await expect(client().send(new DescribeStacksCommand({}))).rejects.toMatchObject({
      name: 'InternalFailure',
      message: 'the sandbox has a defect: x is not a function',
      $metadata: { httpStatusCode: 500 },
    })
    expect(ground.sandbox.calls.recent()).toMatchObject([
      { outcome: 'InternalFailure', defect: expect.stringContaining('wire.test.ts') as string },
    ])
  })

  it.each([
    { name: 'any key', key: 'AKIAIOSFODNN7EXAMPLE', account: '123456789012' },
    { name: 'a key that is an account', key: '210987654321', account: '210987654321' },
    { name: 'somebody’s own session key', key: 'ASIAIOSFODNN7EXAMPLE', account: '123456789012' },
  ])('$name has its account, the signature its region', async ({ key, account }) => {
    let context: CallContext | undefined
    ground.cloudFormation((_action, _input, given) => {
      context = given
      return {}
    })
    await client(key, 'ap-southeast-2').send(new DescribeStacksCommand({}))
    expect(context).toEqual({
      account,
      region: 'ap-southeast-2',
      principalArn: `arn:aws:iam::${account}:user/sandbox`,
      requestId: expect.any(String) as string,
    })
  })

  it('wants a signature', async () => {
    const response = await fetch(`${ground.sandbox.url}/?Action=DescribeStacks&Version=2010-05-15`)
    expect(response.status).toBe(403)
    expect(await response.text()).toContain('<Code>MissingAuthenticationToken</Code>')
  })

  it('knows which stack a change set belongs to', async () => {
    const set = 'arn:aws:cloudformation:eu-west-1:123456789012:changeSet/one/uuid'
    ground.cloudFormation((action) => (action === 'CreateChangeSet' ? { Id: set, StackId: 's' } : {}))
    const arn = 'arn:aws:cloudformation:eu-west-1:123456789012:stack/web/uuid'
    await client().send(new CreateChangeSetCommand({ StackName: arn, ChangeSetName: 'one' }))
    await client().send(new ExecuteChangeSetCommand({ ChangeSetName: set }))
    await client().send(new ExecuteChangeSetCommand({ ChangeSetName: `${set}-other` }))
    const stacks = ground.sandbox.calls.recent().map(({ action, stack }) => [action, stack])
    expect(stacks).toEqual([
      ['CreateChangeSet', 'web'],
      ['ExecuteChangeSet', 'web'],
      ['ExecuteChangeSet', undefined],
    ])
  })

  it('says which services there are', async () => {
    await expect(new DynamoDBClient(ground.client()).send(new ListTablesCommand({}))).rejects.toMatchObject({
      message: 'the sandbox has no dynamodb; it has cloudformation, sts and s3',
      $metadata: { httpStatusCode: 501 },
    })
  })
})
