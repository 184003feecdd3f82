import { describe, expect, it } from 'vitest'
import { ssm, topics, tryEngine } from './try-engine.ts'

/** One resource with its Ref and some attributes as outputs. */
function withOutputs(type: string, properties: Record<string, unknown>, attributes: string[]): unknown {
  return {
    Resources: { MyThing: { Type: type, Properties: properties } },
    Outputs: {
      Ref: { Value: { Ref: 'MyThing' } },
      ...Object.fromEntries(
        attributes.map((name) => [name.replaceAll('.', ''), { Value: { 'Fn::GetAtt': ['MyThing', name] } }]),
      ),
    },
  }
}

describe('Resources', () => {
  it.each([
    ['AWS::SSM::Parameter', { Type: 'String', Value: 'v' }, [], { Ref: /^CFN-MyThing-\w{12}$/ }],
    [
      'AWS::SSM::Parameter',
      { Name: 'n', Type: 'String', Value: 'v' },
      ['Value', 'Type'],
      { Ref: /^n$/, Value: /^v$/, Type: /^String$/ },
    ],
    [
      'AWS::S3::Bucket',
      {},
      ['Arn', 'DomainName'],
      {
        Ref: /^stack-mything-[a-z0-9]{12}$/,
        Arn: /^arn:aws:s3:::stack-mything-\w+$/,
        DomainName: /^stack-mything-\w+\.s3\.amazonaws\.com$/,
      },
    ],
    [
      'AWS::SNS::Topic',
      {},
      ['TopicName', 'TopicArn'],
      {
        Ref: /^arn:aws:sns:eu-west-1:123456789012:stack-MyThing-\w{12}$/,
        TopicName: /^stack-MyThing-\w{12}$/,
        TopicArn: /^arn:aws:sns:/,
      },
    ],
    [
      'AWS::SQS::Queue',
      {},
      ['Arn', 'QueueName'],
      {
        Ref: /^https:\/\/sqs\.eu-west-1\.amazonaws\.com\/123456789012\/stack-MyThing-\w{12}$/,
        Arn: /^arn:aws:sqs:eu-west-1:123456789012:stack-MyThing-\w{12}$/,
        QueueName: /^stack-MyThing-\w{12}$/,
      },
    ],
    ['AWS::SQS::Queue', { FifoQueue: true }, [], { Ref: /\.fifo$/ }],
    [
      'AWS::DynamoDB::Table',
      { KeySchema: [] },
      ['Arn'],
      {
        Ref: /^stack-MyThing-\w{12}$/,
        Arn: /^arn:aws:dynamodb:eu-west-1:123456789012:table\/stack-MyThing-\w{12}$/,
      },
    ],
    [
      'AWS::EC2::VPC',
      { CidrBlock: '10.1.0.0/16' },
      ['CidrBlock', 'VpcId'],
      {
        Ref: /^vpc-0[0-9a-f]{16}$/,
        CidrBlock: /^10\.1\.0\.0\/16$/,
        VpcId: /^vpc-0[0-9a-f]{16}$/,
      },
    ],
    [
      'AWS::KMS::Key',
      { KeyPolicy: {} },
      ['Arn'],
      { Ref: /^[0-9a-f-]{36}$/, Arn: /^arn:aws:kms:\S+:key\/[0-9a-f-]{36}$/ },
    ],
    [
      'AWS::Lambda::Function',
      { Code: {}, Role: 'r' },
      ['Arn'],
      {
        Ref: /^stack-MyThing-\w{12}$/,
        Arn: /^arn:aws:lambda:eu-west-1:123456789012:function:stack-MyThing-\w{12}$/,
      },
    ],
    [
      'AWS::CloudFormation::WaitConditionHandle',
      {},
      [],
      { Ref: /^https:\/\/cloudformation-waitcondition-eu-west-1\.s3/ },
    ],
    [
      'Custom::Thing',
      { ServiceToken: 'arn:aws:lambda:eu-west-1:123456789012:function:f' },
      ['Whatever'],
      { Ref: /./, Whatever: /./ },
    ],
    ['Acme::Shop::Widget', { Any: 'thing' }, ['Size'], { Ref: /^stack-MyThing-\w{12}$/, Size: /./ }],
  ])('%s has the identity that AWS would give it (%#)', async (type, properties, attributes, want) => {
    const { create, stack } = tryEngine()
    expect(await create('stack', withOutputs(type, properties, attributes))).toBe('CREATE_COMPLETE')
    const outputs = Object.fromEntries(
      ((await stack('stack'))['Outputs'] ?? []).map((output) => [output['OutputKey'], output['OutputValue']]),
    )
    for (const [key, pattern] of Object.entries(want)) expect(outputs[key]).toMatch(pattern)
  })

  it('are described with AWS’s members', async () => {
    const { call, create } = tryEngine()
    await create('stack', { Resources: { Topic: { Type: 'AWS::SNS::Topic', Metadata: { a: 'b' } } } })
    const { StackResources: [resource] = [] as never[] } = await call('DescribeStackResources', {
      StackName: 'stack',
    })
    expect(resource).toEqual({
      StackName: 'stack',
      StackId: expect.any(String),
      LogicalResourceId: 'Topic',
      PhysicalResourceId: expect.any(String),
      ResourceType: 'AWS::SNS::Topic',
      Timestamp: expect.any(String),
      ResourceStatus: 'CREATE_COMPLETE',
      DriftInformation: { StackResourceDriftStatus: 'NOT_CHECKED' },
    })
    const { StackResourceDetail: detail } = await call('DescribeStackResource', {
      StackName: 'stack',
      LogicalResourceId: 'Topic',
    })
    expect(detail).toMatchObject({ Metadata: '{"a":"b"}', LastUpdatedTimestamp: expect.any(String) })
  })

  it('fail when their properties do not fit the schema', async () => {
    const { create, events } = tryEngine()
    expect(await create('stack', topics({ Topic: { Nonsense: 'x' } }))).toBe('ROLLBACK_COMPLETE')
    expect(await events('stack')).toContain(
      'Topic CREATE_FAILED [Properties validation failed for resource Topic with message:\n[#: extraneous key [Nonsense] is not permitted]]',
    )
  })

  it('wait for their signals', async () => {
    const { call, create, events, pass, settled } = tryEngine()
    const waiting = {
      Resources: {
        Group: {
          Type: 'AWS::AutoScaling::AutoScalingGroup',
          CreationPolicy: { ResourceSignal: { Count: 1, Timeout: 'PT10M' } },
          Properties: { MinSize: '1', MaxSize: '1' },
        },
      },
    }
    await call('CreateStack', { StackName: 'stack', TemplateBody: JSON.stringify(waiting) })
    pass(45_000)
    await call('SignalResource', {
      StackName: 'stack',
      LogicalResourceId: 'Group',
      UniqueId: 'i-1',
      Status: 'FAILURE',
    })
    expect(await settled('stack')).toBe('ROLLBACK_COMPLETE')
    expect((await events('stack')).some((line) => line.includes('FAILURE signal with UniqueId i-1'))).toBe(
      true,
    )
    const alone = {
      Resources: {
        Handle: { Type: 'AWS::CloudFormation::WaitConditionHandle' },
        Wait: {
          Type: 'AWS::CloudFormation::WaitCondition',
          Properties: { Handle: { Ref: 'Handle' }, Timeout: '10' },
        },
      },
    }
    expect(await create('alone', alone)).toBe('ROLLBACK_COMPLETE')
    expect(await events('alone')).toContain(
      'Wait CREATE_FAILED [WaitCondition timed out. Received 0 conditions when expecting 1]',
    )
    const used = { Resources: { ...alone.Resources, Boot: ssm({ Ref: 'Handle' }) } }
    expect(await create('used', used)).toBe('CREATE_COMPLETE')
  })

  it('are refused a replacement under their own name', async () => {
    const { create, events, update } = tryEngine()
    const topic = (fifo: boolean) => topics({ Topic: { TopicName: 'mine', FifoTopic: fifo } })
    await create('stack', topic(true))
    expect(await update('stack', topic(false))).toBe('UPDATE_ROLLBACK_COMPLETE')
    expect(
      (await events('stack')).some((line) => line.includes('Rename mine and update the stack again.')),
    ).toBe(true)
  })
})
