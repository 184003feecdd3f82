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

describe('Exports', () => {
  const exporting = (value: string) => ({
    ...topics({ Topic: {} }),
    Outputs: { O: { Value: value, Export: { Name: 'shared' } } },
  })
  const importing = { Resources: { P: ssm({ 'Fn::ImportValue': 'shared' }) } }

  it('are listed, imported, and kept while they are', async () => {
    const { call, create, events, refusal, settled, stack, update } = tryEngine()
    await create('giver', exporting('one'))
    expect(await refusal('ListImports', { ExportName: 'shared' })).toBe(
      "ValidationError: Export 'shared' is not imported by any stack.",
    )
    expect(await create('taker', importing)).toBe('CREATE_COMPLETE')
    const { StackId: id } = await stack('giver')
    expect(await call('ListExports')).toEqual({
      Exports: [{ ExportingStackId: id, Name: 'shared', Value: 'one' }],
    })
    expect(await call('ListImports', { ExportName: 'shared' })).toEqual({ Imports: ['taker'] })
    expect(await update('giver', exporting('two'))).toBe('UPDATE_ROLLBACK_COMPLETE')
    expect(await events('giver')).toContain(
      '. UPDATE_ROLLBACK_IN_PROGRESS [Export shared cannot be updated as it is in use by taker]',
    )
    await call('DeleteStack', { StackName: 'giver' })
    expect(await settled('giver')).toBe('UPDATE_ROLLBACK_COMPLETE')
    expect((await stack('giver'))['StackStatusReason']).toBe(
      'Delete canceled. Cannot delete export shared as it is in use by taker.',
    )
  })

  it('must be there, and be nobody else’s', async () => {
    const { create, events } = tryEngine()
    expect(await create('taker', importing)).toBe('ROLLBACK_COMPLETE')
    expect(await events('taker')).toContain(
      '. ROLLBACK_IN_PROGRESS [No export named shared found. Rollback requested by user.]',
    )
    await create('giver', exporting('one'))
    expect(await create('other', exporting('two'))).toBe('ROLLBACK_COMPLETE')
    expect(await events('other')).toContain(
      '. ROLLBACK_IN_PROGRESS [Export with name shared is already exported by stack giver. Rollback requested by user.]',
    )
  })
})

describe('Nested stacks', () => {
  const URL = 'https://bucket.s3.amazonaws.com/child.json'
  const child = (value: string) =>
    JSON.stringify({
      Parameters: { V: { Type: 'String', Default: 'v' } },
      Resources: { P: ssm({ 'Fn::Sub': `\${V}${value}` }) },
      Outputs: { Value: { Value: { 'Fn::GetAtt': ['P', 'Value'] } } },
    })
  const parent = (value: string) => ({
    Resources: {
      Child: {
        Type: 'AWS::CloudFormation::Stack',
        Properties: { TemplateURL: URL, Parameters: { V: value } },
      },
      After: ssm({ 'Fn::GetAtt': ['Child', 'Outputs.Value'] }),
    },
    Outputs: {
      Value: { Value: { 'Fn::GetAtt': ['Child', 'Outputs.Value'] } },
      Id: { Value: { Ref: 'Child' } },
    },
  })

  it('are created, updated and deleted with their parent', async () => {
    const { call, create, events, settled, stack, templates, update } = tryEngine()
    templates.set(URL, child(''))
    expect(await create('parent', parent('a'))).toBe('CREATE_COMPLETE')
    const shown = await stack('parent')
    const [value, id] = (shown['Outputs'] ?? []).map((output) => output['OutputValue'])
    expect(value).toBe('a')
    const nested = await stack(String(id))
    expect(nested).toMatchObject({ ParentId: shown['StackId'], RootId: shown['StackId'] })
    expect(nested['StackName']).toMatch(/^parent-Child-[A-Z0-9]{12}$/)
    expect(await update('parent', parent('b'))).toBe('UPDATE_COMPLETE')
    expect((await stack(String(id)))['StackStatus']).toBe('UPDATE_COMPLETE')
    expect((await stack('parent'))['Outputs']?.[0]?.['OutputValue']).toBe('b')
    templates.set(URL, child('!'))
    await call('DeleteStack', { StackName: 'parent' })
    await settled(String(shown['StackId']))
    expect((await stack(String(id)))['StackStatus']).toBe('DELETE_COMPLETE')
    expect((await events(String(id))).at(-1)).toBe('. DELETE_COMPLETE')
  })

  it('let their failures bubble up', async () => {
    const { create, engine, events, templates } = tryEngine()
    templates.set(URL, child(''))
    engine.faults.failResource({ stackName: '*', logicalId: 'P', on: 'create', reason: 'no' })
    expect(await create('parent', parent('a'))).toBe('ROLLBACK_COMPLETE')
    expect((await events('parent')).find((line) => line.includes('CREATE_FAILED'))).toMatch(
      /^Child CREATE_FAILED \[Embedded stack arn:\S+ was not successfully created: The following resource\(s\) failed to create: \[P\]\. \]$/,
    )
  })

  it('are rolled back when the parent fails later', async () => {
    const { create, engine, events, stack, templates, update } = tryEngine()
    templates.set(URL, child(''))
    await create('parent', parent('a'))
    const id = String((await stack('parent'))['Outputs']?.[1]?.['OutputValue'])
    engine.faults.failResource({ stackName: 'parent', logicalId: 'After', on: 'update', reason: 'no' })
    expect(await update('parent', parent('b'))).toBe('UPDATE_ROLLBACK_COMPLETE')
    expect((await stack(id))['StackStatus']).toBe('UPDATE_ROLLBACK_COMPLETE')
    expect((await stack(id))['Outputs']?.[0]?.['OutputValue']).toBe('a')
    expect(await events(id)).toContain('P UPDATE_COMPLETE')
  })

  it('get change sets of their own when asked', async () => {
    const { call, changeSet, settled, templates } = tryEngine()
    templates.set(URL, child(''))
    const set = await changeSet('parent', parent('a'), {
      ChangeSetType: 'CREATE',
      IncludeNestedStacks: 'true',
    })
    const changes = (set['Changes'] ?? []).map((change) => change['ResourceChange'])
    const nestedId = changes.find((change) => change['LogicalResourceId'] === 'Child')?.['ChangeSetId']
    const nested = await call('DescribeChangeSet', { ChangeSetName: nestedId })
    expect(nested).toMatchObject({
      ParentChangeSetId: set['ChangeSetId'],
      RootChangeSetId: set['ChangeSetId'],
    })
    expect(nested['Changes']).toHaveLength(1)
    await call('ExecuteChangeSet', { ChangeSetName: set['ChangeSetId'] })
    expect(await settled('parent')).toBe('CREATE_COMPLETE')
    expect(await settled(String(nested['StackId']))).toBe('CREATE_COMPLETE')
  })
})

describe('Drift', () => {
  it('is found where the template speaks, and only there', async () => {
    const { call, create, engine, pass, stack } = tryEngine()
    await create('stack', topics({ Topic: { DisplayName: 'git' }, Same: {}, Gone: {} }))
    const change = { stackName: 'stack', logicalId: 'Topic' }
    await engine.faults.changeResource({ ...change, path: '/DisplayName', value: 'hand' })
    await engine.faults.changeResource({ ...change, path: '/KmsMasterKeyId', value: 'x' })
    await engine.faults.deleteResource({ stackName: 'stack', logicalId: 'Gone' })
    const { StackDriftDetectionId: id } = await call('DetectStackDrift', { StackName: 'stack' })
    const running = await call('DescribeStackDriftDetectionStatus', { StackDriftDetectionId: id })
    expect(running['DetectionStatus']).toBe('DETECTION_IN_PROGRESS')
    pass(60_000)
    expect(await call('DescribeStackDriftDetectionStatus', { StackDriftDetectionId: id })).toMatchObject({
      DetectionStatus: 'DETECTION_COMPLETE',
      StackDriftStatus: 'DRIFTED',
      DriftedStackResourceCount: 2,
    })
    expect((await stack('stack'))['DriftInformation']).toMatchObject({ StackDriftStatus: 'DRIFTED' })
    const { StackResourceDrifts: drifts = [] as never[] } = await call('DescribeStackResourceDrifts', {
      StackName: 'stack',
    })
    expect(drifts.map((drift) => [drift['LogicalResourceId'], drift['StackResourceDriftStatus']])).toEqual([
      ['Gone', 'DELETED'],
      ['Same', 'IN_SYNC'],
      ['Topic', 'MODIFIED'],
    ])
    expect(drifts[2]?.['PropertyDifferences']).toEqual([
      {
        PropertyPath: '/DisplayName',
        ExpectedValue: 'git',
        ActualValue: 'hand',
        DifferenceType: 'NOT_EQUAL',
      },
    ])
  })
})

describe('Misbehaviour', () => {
  it('a foreign operation holds the stack', async () => {
    const { create, engine, refusal, stack, settled } = tryEngine()
    await create('stack', topics({ Topic: {} }))
    await engine.faults.startForeignOperation({ stackName: 'stack', ms: 60_000, token: 'theirs' })
    expect((await stack('stack'))['StackStatus']).toBe('UPDATE_IN_PROGRESS')
    expect(await refusal('DeleteStack', { StackName: 'stack' })).toMatch(
      /cannot be deleted while in status UPDATE_IN_PROGRESS$/,
    )
    expect(await settled('stack')).toBe('UPDATE_COMPLETE')
  })

  it('stale reads answer as of a while ago', async () => {
    const { call, create, engine, pass, refusal, stack } = tryEngine()
    await create('stack', topics({ Topic: {} }))
    pass(60_000)
    await call('UpdateStack', {
      StackName: 'stack',
      TemplateBody: JSON.stringify(topics({ Topic: { DisplayName: 'x' } })),
    })
    engine.faults.staleReads({ lagMs: 10_000, forMs: 30_000 })
    expect((await stack('stack'))['StackStatus']).toBe('CREATE_COMPLETE')
    await call('CreateStack', { StackName: 'new', TemplateBody: JSON.stringify(topics({ Topic: {} })) })
    expect(await refusal('DescribeStacks', { StackName: 'new' })).toMatch(/does not exist/)
    pass(40_000)
    expect((await stack('stack'))['StackStatus']).toBe('UPDATE_COMPLETE')
  })

  it('a reset forgets everything', async () => {
    const { call, create, engine } = tryEngine()
    await create('stack', topics({ Topic: {} }))
    engine.faults.reset()
    expect(await call('DescribeStacks')).toEqual({ Stacks: [] })
  })
})
