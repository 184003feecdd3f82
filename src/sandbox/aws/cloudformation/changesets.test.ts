import { describe, expect, it } from 'vitest'
import { type Answer, changesOf, ssm, topics, tryEngine } from './try-engine.ts'

const VALUES = { IncludePropertyValues: 'true' }
const UNKNOWN = '{{changeSet:KNOWN_AFTER_APPLY}}'

/** `Static/ParameterReference Param`, sorted: the order of a target's details is not AWS's promise. */
function details(change: Answer | undefined): string[] {
  return (change?.['Details'] ?? [])
    .map((detail) =>
      [`${String(detail['Evaluation'])}/${String(detail['ChangeSource'])}`, detail['CausingEntity']]
        .filter((word) => word !== undefined)
        .join(' '),
    )
    .toSorted()
}

function targets(change: Answer | undefined): unknown[] {
  return (change?.['Details'] ?? []).map((detail) => detail['Target'])
}

describe('Change sets', () => {
  it('show AWS’s members, and no more', async () => {
    const { call, changeSet } = tryEngine()
    const set = await changeSet('stack', topics({ Topic: { DisplayName: 'x' } }), { ChangeSetType: 'CREATE' })
    expect(set).toEqual({
      ChangeSetName: expect.any(String),
      ChangeSetId: expect.stringMatching(
        /^arn:aws:cloudformation:eu-west-1:123456789012:changeSet\/set-\d+\/[0-9a-f-]{36}$/,
      ),
      StackId: expect.any(String),
      StackName: 'stack',
      CreationTime: expect.any(String),
      ExecutionStatus: 'AVAILABLE',
      Status: 'CREATE_COMPLETE',
      NotificationARNs: [],
      RollbackConfiguration: {},
      Capabilities: [],
      Changes: [
        {
          Type: 'Resource',
          ResourceChange: {
            Action: 'Add',
            LogicalResourceId: 'Topic',
            ResourceType: 'AWS::SNS::Topic',
            Scope: [],
            Details: [],
          },
        },
      ],
      IncludeNestedStacks: false,
    })
    const withValues = await call('DescribeChangeSet', { ChangeSetName: set['ChangeSetId'], ...VALUES })
    expect(changesOf(withValues)['Topic']).toEqual({
      Action: 'Add',
      LogicalResourceId: 'Topic',
      ResourceType: 'AWS::SNS::Topic',
      Scope: [],
      Details: [],
      AfterContext: '{"Properties":{"DisplayName":"x"}}',
    })
  })

  it('pass through their statuses', async () => {
    const { call, create, pass } = tryEngine()
    await create('stack', topics({ Topic: {} }))
    const { Id: id } = await call('CreateChangeSet', {
      StackName: 'stack',
      ChangeSetName: 'set',
      TemplateBody: JSON.stringify(topics({ Topic: {}, Other: {} })),
    })
    const seen: string[] = []
    for (let step = 0; step < 8; step += 1) {
      const { Status: status, ExecutionStatus: execution } = await call('DescribeChangeSet', {
        ChangeSetName: id,
      })
      if (seen.at(-1) !== `${status}/${execution}`) seen.push(`${status}/${execution}`)
      pass(500)
    }
    expect(seen).toEqual([
      'CREATE_PENDING/UNAVAILABLE',
      'CREATE_IN_PROGRESS/UNAVAILABLE',
      'CREATE_COMPLETE/AVAILABLE',
    ])
  })

  it('without a change fail, and cannot be executed', async () => {
    const { changeSet, create, refusal } = tryEngine()
    await create('stack', topics({ Topic: {} }))
    const set = await changeSet('stack', topics({ Topic: {} }))
    expect(set).toMatchObject({
      Status: 'FAILED',
      ExecutionStatus: 'UNAVAILABLE',
      Changes: [],
      StatusReason:
        "The submitted information didn't contain changes. Submit different information to create a change set.",
    })
    expect(await refusal('ExecuteChangeSet', { ChangeSetName: set['ChangeSetId'] })).toBe(
      `InvalidChangeSetStatus: ChangeSet [${set['ChangeSetId']}] cannot be executed in its current status of [FAILED]`,
    )
  })

  it('with every resource switched off are complete and execute', async () => {
    const { call, changeSet, settled } = tryEngine()
    const set = await changeSet(
      'stack',
      {
        Conditions: { Never: { 'Fn::Equals': ['a', 'b'] } },
        Resources: { Topic: { Type: 'AWS::SNS::Topic', Condition: 'Never' } },
      },
      { ChangeSetType: 'CREATE' },
    )
    expect(set).toMatchObject({ Status: 'CREATE_COMPLETE', ExecutionStatus: 'AVAILABLE', Changes: [] })
    await call('ExecuteChangeSet', { ChangeSetName: set['ChangeSetId'] })
    expect(await settled('stack')).toBe('CREATE_COMPLETE')
  })

  it('tell a literal edit', async () => {
    const { changeSet, create } = tryEngine()
    await create('stack', topics({ Topic: { DisplayName: 'x' } }))
    const set = await changeSet('stack', topics({ Topic: { DisplayName: 'y' } }), VALUES)
    expect(changesOf(set)['Topic']).toEqual({
      Action: 'Modify',
      LogicalResourceId: 'Topic',
      PhysicalResourceId: expect.stringContaining(':stack-Topic-'),
      ResourceType: 'AWS::SNS::Topic',
      Replacement: 'False',
      Scope: ['Properties'],
      Details: [
        {
          Target: {
            Attribute: 'Properties',
            Name: 'DisplayName',
            RequiresRecreation: 'Never',
            Path: '/Properties/DisplayName',
            BeforeValue: 'x',
            AfterValue: 'y',
            AttributeChangeType: 'Modify',
          },
          Evaluation: 'Static',
          ChangeSource: 'DirectModification',
        },
      ],
      BeforeContext: '{"Properties":{"DisplayName":"x"}}',
      AfterContext: '{"Properties":{"DisplayName":"y"}}',
    })
  })

  it('tell a mapping’s edited literal like any other', async () => {
    const { changeSet, create } = tryEngine()
    const template = (value: string): unknown => ({
      Mappings: { Map: { a: { b: value } } },
      ...topics({ Topic: { DisplayName: { 'Fn::FindInMap': ['Map', 'a', 'b'] } } }),
    })
    await create('stack', template('x'))
    expect(details(changesOf(await changeSet('stack', template('y')))['Topic'])).toEqual([
      'Static/DirectModification',
    ])
  })

  it.each([
    ['a Ref', { Ref: 'Param' }],
    ['the key of a mapping', { 'Fn::FindInMap': ['Map', { Ref: 'Param' }, 'b'] }],
    ['a Fn::Sub', { 'Fn::Sub': '${Param}!' }],
  ])('tell a parameter behind %s, with or without values', async (_name, value) => {
    const { changeSet, create } = tryEngine()
    const template = (fallback: string): unknown => ({
      Parameters: { Param: { Type: 'String', Default: fallback } },
      Mappings: { Map: { x: { b: '1' }, y: { b: '2' } } },
      ...topics({ Topic: { DisplayName: value } }),
    })
    await create('stack', template('x'))
    for (const more of [{}, VALUES])
      expect(details(changesOf(await changeSet('stack', template('y'), more))['Topic'])).toEqual([
        'Dynamic/DirectModification',
        'Static/ParameterReference Param',
      ])
  })

  describe('that replace a resource', () => {
    const template = (name: string, value: unknown): unknown => ({
      Resources: { Foo: { Type: 'AWS::SNS::Topic', Properties: { TopicName: name } }, Param: ssm(value) },
    })
    const attribute = { 'Fn::GetAtt': ['Foo', 'TopicName'] }

    it('say so', async () => {
      const { changeSet, create } = tryEngine()
      await create('stack', template('one', attribute))
      const { Foo: change } = changesOf(await changeSet('stack', template('two', attribute)))
      expect(change).toMatchObject({ Replacement: 'True', PolicyAction: 'ReplaceAndDelete' })
      expect(change?.['Details']).toEqual([
        {
          Target: { Attribute: 'Properties', Name: 'TopicName', RequiresRecreation: 'Always' },
          Evaluation: 'Static',
          ChangeSource: 'DirectModification',
        },
      ])
    })

    it.each([
      ['attribute', attribute, 'Static/ResourceAttribute Foo.TopicName', 'one'],
      ['reference', { Ref: 'Foo' }, 'Static/ResourceReference Foo', 'arn:aws:sns:eu-west-1:123456789012:one'],
    ])('list who uses its %s', async (_name, value, cause, before) => {
      const { changeSet, create } = tryEngine()
      await create('stack', template('one', value))
      const plain = changesOf(await changeSet('stack', template('two', value)))
      expect(details(plain['Param'])).toEqual([cause])
      const { Param: change } = changesOf(await changeSet('stack', template('two', value), VALUES))
      expect(details(change)).toEqual(['Dynamic/DirectModification', cause])
      expect(change?.['Details']?.[0]?.['Target']).toMatchObject({ BeforeValue: before, AfterValue: UNKNOWN })
      expect(change?.['BeforeContext']).toBe(
        JSON.stringify({ Properties: { Value: before, Type: 'String' } }),
      )
      expect(change?.['AfterContext']).toBe(
        JSON.stringify({ Properties: { Value: UNKNOWN, Type: 'String' } }),
      )
    })
  })

  it('list who uses an attribute of what changes in place, but only without values', async () => {
    const { call, changeSet, create, events, settled } = tryEngine()
    const template = (name: string): unknown => ({
      Resources: {
        Foo: { Type: 'AWS::SNS::Topic', Properties: { DisplayName: name } },
        Param: ssm({ 'Fn::GetAtt': ['Foo', 'TopicName'] }),
      },
    })
    await create('stack', template('one'))
    const set = await changeSet('stack', template('two'))
    expect(changesOf(set)['Param']).toMatchObject({ Action: 'Modify', Replacement: 'False' })
    expect(details(changesOf(set)['Param'])).toEqual(['Dynamic/ResourceAttribute Foo.TopicName'])
    const withValues = await call('DescribeChangeSet', { ChangeSetName: set['ChangeSetId'], ...VALUES })
    expect(Object.keys(changesOf(withValues))).toEqual(['Foo'])
    await call('ExecuteChangeSet', { ChangeSetName: set['ChangeSetId'] })
    await settled('stack')
    expect(await events('stack')).not.toContain('Param UPDATE_IN_PROGRESS')
  })

  it('tell what goes and what comes by a condition', async () => {
    const { changeSet, create } = tryEngine()
    const template = {
      Parameters: { On: { Type: 'String', Default: 'a' } },
      Conditions: { A: { 'Fn::Equals': [{ Ref: 'On' }, 'a'] }, B: { 'Fn::Equals': [{ Ref: 'On' }, 'b'] } },
      Resources: {
        A: { ...ssm({ 'Fn::GetAtt': ['Always', 'TopicName'] }), Condition: 'A', DeletionPolicy: 'Retain' },
        B: { ...ssm('b'), Condition: 'B' },
        Always: { Type: 'AWS::SNS::Topic' },
      },
    }
    await create('stack', template)
    const set = changesOf(
      await changeSet('stack', template, {
        ...VALUES,
        Parameters: [{ ParameterKey: 'On', ParameterValue: 'b' }],
      }),
    )
    expect(set['A']).toEqual({
      PolicyAction: 'Retain',
      Action: 'Remove',
      LogicalResourceId: 'A',
      PhysicalResourceId: expect.stringMatching(/^CFN-A-\w{12}$/),
      ResourceType: 'AWS::SSM::Parameter',
      Scope: [],
      Details: [],
      BeforeContext: JSON.stringify({
        Properties: { Value: UNKNOWN, Type: 'String' },
        DeletionPolicy: 'Retain',
      }),
    })
    expect(set['B']?.['Action']).toBe('Add')
    expect(set).not.toHaveProperty('Always')
  })

  it('tell tags, metadata and policies', async () => {
    const { changeSet, create } = tryEngine()
    await create('stack', topics({ Topic: {} }), { Tags: [{ Key: 'a', Value: '1' }] })
    const tagged = changesOf(
      await changeSet('stack', topics({ Topic: {} }), { Tags: [{ Key: 'a', Value: '2' }] }),
    )
    expect(tagged['Topic']).toMatchObject({ Replacement: 'False', Scope: ['Tags'] })
    const described = changesOf(
      await changeSet(
        'stack',
        {
          Resources: {
            Topic: { Type: 'AWS::SNS::Topic', Metadata: { a: 1 }, Properties: { DisplayName: 'x' } },
          },
        },
        { Tags: [{ Key: 'a', Value: '1' }] },
      ),
    )
    expect(described['Topic']?.['Scope']).toEqual(['Metadata', 'Properties'])
    expect((described['Topic']?.['Details'] ?? []).map((detail) => detail['Target'])).toContainEqual({
      Attribute: 'Metadata',
      RequiresRecreation: 'Never',
    })
  })

  it('point at single values near the properties, and at the whole property for deeper ones', async () => {
    const { changeSet, create } = tryEngine()
    const template = (value: string, resource: string): unknown => ({
      Resources: {
        Function: {
          Type: 'AWS::Lambda::Function',
          Properties: {
            Role: 'arn:aws:iam::123456789012:role/role',
            Runtime: 'nodejs24.x',
            Handler: 'index.handler',
            Code: { ZipFile: '' },
            Environment: { Variables: { A: value, B: 'b' } },
          },
        },
        Policy: {
          Type: 'AWS::IAM::Policy',
          Properties: {
            PolicyName: 'p',
            Roles: ['role'],
            PolicyDocument: { Statement: [{ Effect: 'Allow', Action: '*', Resource: resource }] },
          },
        },
      },
    })
    const more = { Capabilities: ['CAPABILITY_IAM'] }
    await create('stack', template('x', 'x'), more)
    const changes = changesOf(await changeSet('stack', template('y', 'y'), { ...more, ...VALUES }))
    expect(targets(changes['Function'])).toMatchObject([
      { Path: '/Properties/Environment/Variables/A', BeforeValue: 'x', AfterValue: 'y' },
    ])
    expect(targets(changes['Policy'])).toMatchObject([
      {
        Path: '/Properties/PolicyDocument',
        BeforeValue: '{"Statement":[{"Effect":"Allow","Action":"*","Resource":"x"}]}',
        AfterValue: '{"Statement":[{"Effect":"Allow","Action":"*","Resource":"y"}]}',
        AttributeChangeType: 'Modify',
      },
    ])
  })

  it('tell each value’s own cause', async () => {
    const { changeSet, create } = tryEngine()
    const template = (fallback: string, literal: string): unknown => ({
      Parameters: { P: { Type: 'String', Default: fallback } },
      ...topics({
        Topic: {
          Tags: [
            { Key: 'a', Value: { Ref: 'P' } },
            { Key: 'b', Value: literal },
          ],
        },
      }),
    })
    await create('stack', template('x', '1'))
    const { Topic } = changesOf(await changeSet('stack', template('y', '2'), VALUES))
    const causes = (path: string): string[] =>
      details({
        Details: (Topic?.['Details'] ?? []).filter((detail) => detail['Target']['Path'] === path),
      } as unknown as Answer)
    expect(causes('/Properties/Tags/0/Value')).toEqual([
      'Dynamic/DirectModification',
      'Static/ParameterReference P',
    ])
    expect(causes('/Properties/Tags/1/Value')).toEqual(['Static/DirectModification'])
    const { Topic: plain } = changesOf(await changeSet('stack', template('y', '2')))
    expect(details(plain)).toEqual([
      'Dynamic/DirectModification',
      'Static/DirectModification',
      'Static/ParameterReference P',
    ])
  })

  it('are Dynamic where a condition turns to what is not there yet', async () => {
    const { changeSet, create } = tryEngine()
    const template = (on: string): unknown => ({
      Parameters: { P: { Type: 'String', Default: on } },
      Conditions: { On: { 'Fn::Equals': [{ Ref: 'P' }, 'yes'] } },
      Resources: {
        New: { Type: 'AWS::SNS::Topic', Condition: 'On' },
        Param: ssm({ 'Fn::If': ['On', { Ref: 'New' }, 'none'] }),
      },
    })
    await create('stack', template('no'))
    const { New: added, Param: change } = changesOf(await changeSet('stack', template('yes'), VALUES))
    expect(added?.['Action']).toBe('Add')
    expect(details(change)).toEqual(['Dynamic/DirectModification'])
  })

  it('leave open what nobody exports yet', async () => {
    const { changeSet } = tryEngine()
    const template = topics({ Topic: { DisplayName: { 'Fn::ImportValue': 'nobody' } } })
    const set = await changeSet('stack', template, { ChangeSetType: 'CREATE', ...VALUES })
    expect(set['Status']).toBe('CREATE_COMPLETE')
    expect(changesOf(set)['Topic']?.['AfterContext']).toBe(
      JSON.stringify({ Properties: { DisplayName: UNKNOWN } }),
    )
  })

  it('tell a long value by its digest', async () => {
    const { changeSet, create } = tryEngine()
    await create('stack', topics({ Topic: { DisplayName: 'x' } }))
    const { Topic } = changesOf(
      await changeSet('stack', topics({ Topic: { DisplayName: 'y'.repeat(5000) } }), VALUES),
    )
    expect(Topic?.['Details']?.[0]?.['Target']).toMatchObject({
      BeforeValue: 'x',
      AfterValue: expect.stringMatching(/^\(Truncated-Signature\):[0-9a-f]{64}$/),
    })
  })

  it('hide NoEcho values', async () => {
    const { changeSet, create } = tryEngine()
    const template = (value: string): unknown => ({
      Parameters: { P: { Type: 'String', NoEcho: 'true', Default: value } },
      ...topics({ Topic: { DisplayName: { Ref: 'P' } } }),
    })
    await create('stack', template('old-secret'))
    const set = await changeSet('stack', template('new-secret'), VALUES)
    expect(JSON.stringify(set)).not.toMatch(/secret/)
  })

  it('go when one is executed, and are found no more', async () => {
    const { call, changeSet, create, refusal, settled } = tryEngine()
    await create('stack', topics({ Topic: {} }))
    const one = await changeSet('stack', topics({ Topic: { DisplayName: 'x' } }))
    const two = await changeSet('stack', topics({ Topic: { DisplayName: 'y' } }))
    await call('ExecuteChangeSet', { ChangeSetName: one['ChangeSetId'] })
    expect(await refusal('DescribeChangeSet', { ChangeSetName: two['ChangeSetId'] })).toBe(
      `ChangeSetNotFound: ChangeSet [${two['ChangeSetId']}] does not exist`,
    )
    await settled('stack')
    const executed = await call('DescribeChangeSet', { ChangeSetName: one['ChangeSetId'] })
    expect(executed['ExecutionStatus']).toBe('EXECUTE_COMPLETE')
  })

  it('are refused in AWS’s words', async () => {
    const { call, changeSet, create, refusal, settled, stack } = tryEngine()
    await create('stack', topics({ Topic: {} }))
    const body = JSON.stringify(topics({ Topic: {} }))
    const request = { StackName: 'stack', ChangeSetName: 'set', TemplateBody: body }
    expect(await refusal('CreateChangeSet', { ...request, ChangeSetType: 'CREATE' })).toBe(
      'ValidationError: Stack [stack] already exists and cannot be created again with the changeSet [set].',
    )
    expect(await refusal('CreateChangeSet', { ...request, StackName: 'none' })).toMatch(/does not exist/)
    expect(await refusal('CreateChangeSet', { ...request, ChangeSetType: 'WHAT' })).toMatch(
      /^ValidationError/,
    )
    expect(await refusal('CreateChangeSet', { ...request, StackName: '' })).toMatch(/^ValidationError/)
    expect(await refusal('DeleteChangeSet', { ChangeSetName: 'set' })).toBe(
      'ValidationError: StackName must be specified if ChangeSetName is not specified as an ARN.',
    )
    expect(await refusal('DescribeChangeSet', { ChangeSetName: 'set', StackName: 'none' })).toBe(
      'ValidationError: Stack [none] does not exist',
    )
    const set = await changeSet('stack', topics({ Topic: {}, More: {} }))
    await call('DeleteChangeSet', { ChangeSetName: set['ChangeSetId'] })
    expect(
      await refusal('DescribeChangeSet', { ChangeSetName: set['ChangeSetName'], StackName: 'stack' }),
    ).toBe(`ChangeSetNotFound: ChangeSet [${set['ChangeSetName']}] does not exist`)
    const { StackId: id } = await stack('stack')
    await call('DeleteStack', { StackName: 'stack' })
    await settled(String(id))
    expect(await refusal('CreateChangeSet', { ...request, StackName: id })).toBe(
      `ValidationError: Stack:${id} is in DELETE_COMPLETE state and can not be updated.`,
    )
    expect(await refusal('CreateChangeSet', { ...request, StackName: id, ChangeSetType: 'CREATE' })).toBe(
      `ValidationError: Stack [${id}] already exists and cannot be created again with the changeSet [set].`,
    )
  })
})
