import { describe, expect, it } from 'vitest'
import { ssm, topics, tryEngine } from './try-engine.ts'

describe('Stacks', () => {
  it('show only what AWS shows of a created one', async () => {
    const { create, stack } = tryEngine()
    expect(await create('plain', topics({ Topic: {} }))).toBe('CREATE_COMPLETE')
    const shown = await stack('plain')
    expect(Object.keys(shown).toSorted()).toEqual([
      'CreationTime',
      'DisableRollback',
      'DriftInformation',
      'EnableTerminationProtection',
      'NotificationARNs',
      'RollbackConfiguration',
      'StackId',
      'StackName',
      'StackStatus',
      'Tags',
    ])
  })

  it('are REVIEW_IN_PROGRESS with nothing of their first set', async () => {
    const { changeSet, stack } = tryEngine()
    await changeSet(
      'reviewed',
      { ...topics({ Topic: {} }), Description: 'x' },
      {
        ChangeSetType: 'CREATE',
        Tags: [{ Key: 'a', Value: 'b' }],
      },
    )
    const shown = await stack('reviewed')
    expect(shown).toMatchObject({
      StackStatus: 'REVIEW_IN_PROGRESS',
      StackStatusReason: 'User Initiated',
      Tags: [],
    })
    expect(shown).not.toHaveProperty('ChangeSetId')
    expect(shown).not.toHaveProperty('Description')
    expect(shown).not.toHaveProperty('LastUpdatedTime')
  })

  it('keep their id when a reviewed name is created directly, and make the set obsolete', async () => {
    const { call, changeSet, create, stack } = tryEngine()
    const set = await changeSet('reviewed', topics({ Topic: {} }), { ChangeSetType: 'CREATE' })
    expect(await create('reviewed', topics({ Topic: {} }))).toBe('CREATE_COMPLETE')
    const shown = await stack('reviewed')
    expect(shown['StackId']).toBe(set['StackId'])
    expect(shown).not.toHaveProperty('ChangeSetId')
    const after = await call('DescribeChangeSet', { ChangeSetName: set['ChangeSetId'] })
    expect(after['ExecutionStatus']).toBe('OBSOLETE')
  })

  it('carry ChangeSetId and LastUpdatedTime when a set made them, until UpdateStack', async () => {
    const { call, changeSet, settled, stack, update } = tryEngine()
    const set = await changeSet('made', topics({ Topic: {} }), {
      ChangeSetType: 'CREATE',
      Capabilities: ['CAPABILITY_IAM'],
    })
    await call('ExecuteChangeSet', { ChangeSetName: set['ChangeSetId'] })
    expect(await settled('made')).toBe('CREATE_COMPLETE')
    const made = await stack('made')
    expect(made['ChangeSetId']).toBe(set['ChangeSetId'])
    expect(made).toHaveProperty('LastUpdatedTime')
    expect(await update('made', topics({ Topic: { DisplayName: 'x' } }))).toBe('UPDATE_COMPLETE')
    const updated = await stack('made')
    expect(updated).not.toHaveProperty('ChangeSetId')
    expect(updated['Capabilities']).toEqual(['CAPABILITY_IAM'])
  })

  it('are gone by name and readable by ARN once deleted', async () => {
    const { call, create, refusal, settled, stack } = tryEngine()
    await create('gone', { Parameters: { A: { Type: 'String', Default: '' } }, ...topics({ Topic: {} }) })
    const { StackId: id } = await stack('gone')
    await call('DeleteStack', { StackName: 'gone' })
    expect(await settled(String(id))).toBe('DELETE_COMPLETE')
    expect(await refusal('DescribeStacks', { StackName: 'gone' })).toBe(
      'ValidationError: Stack with id gone does not exist',
    )
    const shown = await stack(String(id))
    expect(shown).not.toHaveProperty('EnableTerminationProtection')
    expect(shown).toHaveProperty('DeletionTime')
    expect(shown['Parameters']).toEqual([{ ParameterKey: 'A', ParameterValue: '' }])
    expect(await create('gone', topics({ Topic: {} }))).toBe('CREATE_COMPLETE')
    expect((await stack('gone'))['StackId']).not.toBe(id)
  })

  it('hide NoEcho values and resolve SSM-typed ones', async () => {
    const { create, stack } = tryEngine()
    await create('ssm', {
      Resources: { P: { ...ssm('found'), Properties: { Type: 'String', Name: '/a', Value: 'found' } } },
    })
    await create('reader', {
      Parameters: {
        Secret: { Type: 'String', NoEcho: true, Default: 'hush' },
        Read: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/a' },
      },
      Resources: { P: ssm({ Ref: 'Read' }) },
      Outputs: { Value: { Value: { 'Fn::GetAtt': ['P', 'Value'] } }, Secret: { Value: { Ref: 'Secret' } } },
    })
    const shown = await stack('reader')
    expect(shown['Parameters']).toEqual([
      { ParameterKey: 'Secret', ParameterValue: '****' },
      { ParameterKey: 'Read', ParameterValue: '/a', ResolvedValue: 'found' },
    ])
    expect(shown['Outputs']).toEqual([
      { OutputKey: 'Value', OutputValue: 'found' },
      { OutputKey: 'Secret', OutputValue: 'hush' },
    ])
  })

  it('are observably in progress, and equal in two runs', async () => {
    const one = tryEngine()
    await one.call('CreateStack', { StackName: 'slow', TemplateBody: JSON.stringify(topics({ Topic: {} })) })
    one.pass(2000)
    expect((await one.stack('slow'))['StackStatus']).toBe('CREATE_IN_PROGRESS')
    expect(
      await one.refusal('UpdateStack', {
        StackName: 'slow',
        TemplateBody: JSON.stringify(topics({ Other: {} })),
      }),
    ).toMatch(
      /^ValidationError: Stack:arn:aws:cloudformation:\S+ is in CREATE_IN_PROGRESS state and can not be updated\.$/,
    )
    const two = tryEngine()
    await two.call('CreateStack', { StackName: 'slow', TemplateBody: JSON.stringify(topics({ Topic: {} })) })
    two.pass(2000)
    await two.stack('slow')
    expect(await one.settled('slow')).toBe('CREATE_COMPLETE')
    await two.settled('slow')
    expect(await one.call('DescribeStackEvents', { StackName: 'slow' })).toEqual(
      await two.call('DescribeStackEvents', { StackName: 'slow' }),
    )
  })

  it('page', async () => {
    const { call } = tryEngine({ speed: 0 })
    for (let index = 0; index < 101; index += 1)
      await call('CreateStack', { StackName: `s${index}`, TemplateBody: JSON.stringify(topics({ T: {} })) })
    const first = await call('DescribeStacks')
    expect(first['Stacks']).toHaveLength(100)
    const second = await call('DescribeStacks', { NextToken: first['NextToken'] })
    expect(second['Stacks']).toHaveLength(1)
    expect(second).not.toHaveProperty('NextToken')
  })

  it('are refused before anybody looks at the template', async () => {
    const { refusal } = tryEngine()
    const body = { StackName: 'stack', TemplateBody: JSON.stringify(topics({ Topic: {} })) }
    expect(await refusal('CreateStack', { ...body, TimeoutInMinutes: '0' })).toBe(
      "ValidationError: 1 validation error detected: Value '0' at 'timeoutInMinutes' failed to satisfy constraint: Member must have value greater than or equal to 1",
    )
    expect(await refusal('CreateStack', { ...body, ClientRequestToken: 'a_b' })).toBe(
      "ValidationError: 1 validation error detected: Value 'a_b' at 'clientRequestToken' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9][-a-zA-Z0-9]*",
    )
    expect(
      await refusal('CreateStack', { StackName: 'stack', TemplateURL: 'https://example.com/t.yaml' }),
    ).toBe('ValidationError: S3 error: Domain name specified in example.com is not a valid S3 domain')
  })
})
