import { describe, expect, it } from 'vitest'
import { ssm, topics, tryEngine } from './try-engine.ts'

const TOPIC = { Type: 'AWS::SNS::Topic' }

describe('Errors', () => {
  const on = (template: unknown) => ({
    StackName: 'stack',
    TemplateBody: typeof template === 'string' ? template : JSON.stringify(template),
  })
  it.each([
    ['no template', { StackName: 'stack' }, 'Either Template URL or Template Body must be specified.'],
    [
      'a bad name',
      { ...on({ Resources: { TOPIC } }), StackName: '*@x_$' },
      "1 validation error detected: Value '*@x_$' at 'stackName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*|arn:[-a-zA-Z0-9:/._+]*",
    ],
    [
      'Resources a text',
      on({ Resources: 'x' }),
      'Template format error: Any Resources member must be an object.',
    ],
    ['no template at all', on('https://example.com/x'), 'Template format error: unsupported structure.'],
    [
      'no resources',
      on({ Parameters: {} }),
      'Template format error: At least one Resources member must be defined.',
    ],
    [
      'a resource without a type',
      on({ Resources: { A: {} } }),
      'Template format error: [/Resources/A] Every Resources object must contain a Type member.',
    ],
    [
      'an unknown key',
      on({ Resources: { A: { ...TOPIC, Invalid: 1 } } }),
      "Invalid template resource property 'Invalid'",
    ],
    [
      'a bad logical id',
      on({ Resources: { 'AWS::NoValue': TOPIC } }),
      'Template format error: Resource name AWS::NoValue is non alphanumeric.',
    ],
    [
      'an output of null',
      on({ Resources: { TOPIC }, Outputs: { MyOutput: { Value: null } } }),
      "[/Outputs/MyOutput/Value] 'null' values are not allowed in templates",
    ],
    [
      'an output without value',
      on({ Resources: { TOPIC }, Outputs: { MyOutput: {} } }),
      'Template format error: Every Outputs member must contain a Value object',
    ],
    [
      'a reference to what is switched off',
      on({
        Conditions: { No: { 'Fn::Equals': ['a', 'b'] } },
        Resources: { MyTopic: { ...TOPIC, Condition: 'No' }, P: ssm({ Ref: 'MyTopic' }) },
      }),
      'Template format error: Unresolved resource dependencies [MyTopic] in the Resources block of the template',
    ],
    [
      'the same in an output',
      on({
        Conditions: { No: { 'Fn::Equals': ['a', 'b'] } },
        Resources: { MyTopic: { ...TOPIC, Condition: 'No' }, Other: TOPIC },
        Outputs: { O: { Value: { Ref: 'MyTopic' } } },
      }),
      'Unresolved resource dependencies [MyTopic] in the Outputs block of the template',
    ],
    [
      'an unknown condition',
      on({ Resources: { P: ssm({ 'Fn::If': ['MissingCondition', 'a', 'b'] }) } }),
      'Template error: unresolved condition dependency MissingCondition in Fn::If',
    ],
    [
      'an Equals of one',
      on({ Conditions: { C: { 'Fn::Equals': ['a'] } }, Resources: { A: { ...TOPIC, Condition: 'C' } } }),
      'Template error: every Fn::Equals object requires a list of 2 string parameters.',
    ],
    [
      'a missing parameter',
      on({ Parameters: { Input: { Type: 'String' } }, Resources: { A: TOPIC } }),
      'Parameters: [Input] must have values',
    ],
    [
      'a number that is none',
      {
        ...on({ Parameters: { Value: { Type: 'Number' } }, Resources: { A: TOPIC } }),
        Parameters: [{ ParameterKey: 'Value', ParameterValue: 'x' }],
      },
      "Parameter 'Value' must be a number.",
    ],
    [
      'a type that was not allowed',
      { ...on({ Resources: { A: TOPIC } }), ResourceTypes: ['AWS::EC2::*'] },
      'Resource type AWS::SNS::Topic is not allowed by parameter ResourceTypes [AWS::EC2::*]',
    ],
    [
      'a role of nobody',
      { ...on({ Resources: { A: TOPIC } }), RoleARN: 'arn:aws:iam::999999999999:role/other' },
      'Role arn:aws:iam::999999999999:role/other is invalid or cannot be assumed',
    ],
    [
      'a trigger of another type',
      {
        ...on({ Resources: { A: TOPIC } }),
        RollbackConfiguration: { RollbackTriggers: [{ Arn: 'arn:x', Type: 'AWS::SNS::Topic' }] },
      },
      'Rollback Trigger Type not supported',
    ],
    [
      'a trigger that is no alarm',
      {
        ...on({ Resources: { A: TOPIC } }),
        RollbackConfiguration: {
          RollbackTriggers: [{ Arn: 'arn:aws:sns:eu-west-1:123456789012:x', Type: 'AWS::CloudWatch::Alarm' }],
        },
      },
      "RelativeId of a Rollback Trigger's ARN is incorrect",
    ],
    [
      'an attribute that the type does not have',
      on({ Resources: { A: TOPIC, P: ssm({ 'Fn::GetAtt': ['A', 'Nothing'] }) } }),
      'Template error: resource A does not support attribute type Nothing in Fn::GetAtt',
    ],
  ])('of CreateStack: %s', async (_name, input, message) => {
    const { refusal } = tryEngine()
    expect(await refusal('CreateStack', input)).toBe(`ValidationError: ${message}`)
    const { Stacks: stacks } = await tryEngine().call('DescribeStacks')
    expect(stacks).toEqual([])
  })

  it('of capabilities', async () => {
    const { create, refusal } = tryEngine()
    const role = {
      Resources: { Role: { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: {} } } },
    }
    expect(await refusal('CreateStack', on(role))).toBe(
      'InsufficientCapabilitiesException: Requires capabilities : [CAPABILITY_IAM]',
    )
    expect(await create('stack', role, { Capabilities: ['CAPABILITY_NAMED_IAM'] })).toBe('CREATE_COMPLETE')
    const transformed = { Transform: 'AWS::LanguageExtensions', Resources: { A: TOPIC } }
    expect(await refusal('CreateStack', { ...on(transformed), StackName: 'other' })).toBe(
      'InsufficientCapabilitiesException: Requires capabilities : [CAPABILITY_AUTO_EXPAND]',
    )
  })

  it.each([
    ['DescribeStacks', 'Stack with id none does not exist'],
    ['GetTemplate', 'Stack with id none does not exist'],
    ['ListStackResources', 'Stack with id none does not exist'],
    ['DescribeStackResources', 'Stack with id none does not exist'],
    ['DescribeStackEvents', 'Stack [none] does not exist'],
    ['ListChangeSets', 'Stack [none] does not exist'],
    ['GetStackPolicy', 'Stack [none] does not exist'],
    ['DetectStackDrift', 'Stack [none] does not exist'],
  ])('of %s without the stack', async (action, message) => {
    const { refusal } = tryEngine()
    expect(await refusal(action, { StackName: 'none' })).toBe(`ValidationError: ${message}`)
  })

  it('of names in use, protection, and unknown things', async () => {
    const { call, create, refusal } = tryEngine()
    await create('stack', topics({ Topic: {} }), { EnableTerminationProtection: 'true' })
    expect(await refusal('CreateStack', on(topics({ Topic: {} })))).toBe(
      'AlreadyExistsException: Stack [stack] already exists',
    )
    expect(await refusal('UpdateStack', on(topics({ Topic: {} })))).toBe(
      'ValidationError: No updates are to be performed.',
    )
    expect(await refusal('DeleteStack', { StackName: 'stack' })).toBe(
      'ValidationError: Stack [stack] cannot be deleted while TerminationProtection is enabled',
    )
    expect(await refusal('DescribeStackResource', { StackName: 'stack', LogicalResourceId: 'No' })).toBe(
      'ValidationError: Resource No does not exist for stack stack',
    )
    expect(await refusal('UpdateStack', on({ Resources: { Topic: { Type: 'AWS::SQS::Queue' } } }))).toBe(
      'ValidationError: Update of resource type is not permitted. The new template modifies resource type of the following resources: [Topic]',
    )
    expect(await refusal('MakeCoffee')).toMatch(/^InvalidAction: /)
    expect(await call('DeleteStack', { StackName: 'none' })).toEqual({})
  })

  it('of tokens: the same call is answered, another one refused', async () => {
    const { call, create, refusal, settled } = tryEngine()
    const request = { ...on(topics({ Topic: {} })), ClientRequestToken: 'token' }
    const { StackId: id } = await call('CreateStack', request)
    expect(await call('CreateStack', request)).toEqual({ StackId: id })
    await settled('stack')
    expect(
      await refusal('UpdateStack', { ...on(topics({ Topic: {}, More: {} })), ClientRequestToken: 'token' }),
    ).toMatch(/^TokenAlreadyExistsException: /)
    expect(await create('other', topics({ Topic: {} }))).toBe('CREATE_COMPLETE')
  })
})

describe('Templates', () => {
  it('come back as they were sent', async () => {
    const { call, create } = tryEngine()
    const body = 'Resources:\n  T: {Type: AWS::SNS::Topic} # as it was\n'
    await create('stack', body)
    expect(await call('GetTemplate', { StackName: 'stack' })).toEqual({
      TemplateBody: body,
      StagesAvailable: ['Original', 'Processed'],
    })
  })

  it('are refused when a rule of theirs is broken', async () => {
    const { create, refusal } = tryEngine()
    const template = {
      Parameters: { P: { Type: 'String' } },
      Rules: {
        R: {
          Assertions: [
            { Assert: { 'Fn::Contains': [['a', 'b'], { Ref: 'P' }] }, AssertDescription: 'P is a or b' },
          ],
        },
      },
      Resources: { T: { Type: 'AWS::SNS::Topic' } },
    }
    const given = (value: string) => [{ ParameterKey: 'P', ParameterValue: value }]
    expect(
      await refusal('CreateStack', {
        StackName: 'stack',
        TemplateBody: JSON.stringify(template),
        Parameters: given('c'),
      }),
    ).toBe('ValidationError: P is a or b')
    expect(await create('stack', template, { Parameters: given('b') })).toBe('CREATE_COMPLETE')
  })

  it('are refused when they name types that nobody has', async () => {
    const { refusal } = tryEngine()
    for (const type of ['AWS::Nope::Thing', 'Thing'])
      for (const action of ['CreateStack', 'ValidateTemplate'])
        expect(
          await refusal(action, {
            StackName: 'stack',
            TemplateBody: JSON.stringify({ Resources: { A: { Type: type } } }),
          }),
        ).toBe(`ValidationError: Template format error: Unrecognized resource types: [${type}]`)
  })

  it('are summed up', async () => {
    const { call } = tryEngine()
    const summary = await call('GetTemplateSummary', {
      TemplateBody: JSON.stringify({
        AWSTemplateFormatVersion: '2010-09-09',
        Description: 'd',
        Parameters: { P: { Type: 'String', Default: 'a', AllowedValues: ['a', 'b'] } },
        Resources: { One: TOPIC, Two: TOPIC, Role: { Type: 'AWS::IAM::Role' } },
      }),
    })
    expect(summary).toEqual({
      Parameters: [
        {
          ParameterKey: 'P',
          DefaultValue: 'a',
          ParameterType: 'String',
          NoEcho: false,
          ParameterConstraints: { AllowedValues: ['a', 'b'] },
        },
      ],
      Description: 'd',
      Capabilities: ['CAPABILITY_IAM'],
      CapabilitiesReason: 'The following resource(s) require capabilities: [AWS::IAM::Role]',
      ResourceTypes: ['AWS::SNS::Topic', 'AWS::IAM::Role'],
      Version: '2010-09-09',
      ResourceIdentifierSummaries: [
        {
          ResourceType: 'AWS::SNS::Topic',
          LogicalResourceIds: ['One', 'Two'],
          ResourceIdentifiers: ['TopicArn'],
        },
        { ResourceType: 'AWS::IAM::Role', LogicalResourceIds: ['Role'], ResourceIdentifiers: ['RoleName'] },
      ],
    })
  })

  it('are used again with UsePreviousTemplate and UsePreviousValue', async () => {
    const { call, create, settled, stack } = tryEngine()
    const template = {
      Parameters: { A: { Type: 'String' }, B: { Type: 'String' } },
      ...topics({ Topic: { DisplayName: { 'Fn::Sub': '${A}-${B}' } } }),
      Outputs: { Both: { Value: { 'Fn::Sub': '${A}-${B}' } } },
    }
    const given = (a: string, b: string) => [
      { ParameterKey: 'A', ParameterValue: a },
      { ParameterKey: 'B', ParameterValue: b },
    ]
    await create('stack', template, { Parameters: given('1', '2') })
    await call('UpdateStack', {
      StackName: 'stack',
      UsePreviousTemplate: 'true',
      Parameters: [
        { ParameterKey: 'A', UsePreviousValue: 'true' },
        { ParameterKey: 'B', ParameterValue: '3' },
      ],
    })
    await settled('stack')
    expect((await stack('stack'))['Outputs']).toEqual([{ OutputKey: 'Both', OutputValue: '1-3' }])
  })
})

describe('Transforms', () => {
  const CAPABLE = { Capabilities: ['CAPABILITY_AUTO_EXPAND'] }
  const including = {
    Resources: {
      'Fn::Transform': { Name: 'AWS::Include', Parameters: { Location: 's3://bucket/snippet.yaml' } },
    },
  }

  it('include what is there', async () => {
    const { call, create, templates } = tryEngine()
    templates.set('s3://bucket/snippet.yaml', 'Topic:\n  Type: AWS::SNS::Topic\n')
    expect(await create('stack', including, CAPABLE)).toBe('CREATE_COMPLETE')
    const { StackResources: resources } = await call('DescribeStackResources', { StackName: 'stack' })
    expect((resources ?? []).map((resource) => resource['LogicalResourceId'])).toEqual(['Topic'])
  })

  it('fail the set that includes what is not', async () => {
    const { changeSet, create } = tryEngine()
    const set = await changeSet('stack', { Transform: [], ...including }, { ChangeSetType: 'CREATE' })
    expect(set).toMatchObject({
      Status: 'FAILED',
      ExecutionStatus: 'UNAVAILABLE',
      StatusReason: 'Transform AWS::Include failed with: S3 bucket [bucket] does not exist.',
    })
    expect(await create('direct', including, CAPABLE)).toBe('ROLLBACK_COMPLETE')
  })

  it('write loops out', async () => {
    const { call, create } = tryEngine()
    expect(
      await create(
        'stack',
        {
          Transform: 'AWS::LanguageExtensions',
          Resources: { 'Fn::ForEach::Topics': ['Name', ['One', 'Two'], { 'Topic${Name}': TOPIC }] },
        },
        CAPABLE,
      ),
    ).toBe('CREATE_COMPLETE')
    const { TemplateBody: body } = await call('GetTemplate', {
      StackName: 'stack',
      TemplateStage: 'Processed',
    })
    expect(Object.keys(JSON.parse(String(body)).Resources)).toEqual(['TopicOne', 'TopicTwo'])
  })
})
