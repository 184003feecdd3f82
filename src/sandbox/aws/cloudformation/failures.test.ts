import { describe, expect, it } from 'vitest'
import { ssm, topics, tryEngine } from './try-engine.ts'

/** Replaced when its name changes. */
const named = (name: string): Record<string, Record<string, unknown>> => ({ Topic: { TopicName: name } })

describe('Stacks that fail', () => {
  const broken = (on: 'create' | 'update' | 'delete' | 'rollback', logicalId = 'Bad', times?: number) => ({
    stackName: 'stack',
    logicalId,
    on,
    reason: 'no',
    ...(times === undefined ? {} : { times }),
  })

  it('roll a creation back', async () => {
    const { create, engine, events, stack } = tryEngine()
    engine.faults.failResource(broken('create'))
    expect(await create('stack', { Resources: { Good: ssm('x'), Bad: ssm({ Ref: 'Good' }) } })).toBe(
      'ROLLBACK_COMPLETE',
    )
    expect((await events('stack')).slice(4)).toEqual([
      'Bad CREATE_IN_PROGRESS',
      'Bad CREATE_IN_PROGRESS [Resource creation Initiated]',
      'Bad CREATE_FAILED [no]',
      '. ROLLBACK_IN_PROGRESS [The following resource(s) failed to create: [Bad]. Rollback requested by user.]',
      'Bad DELETE_IN_PROGRESS',
      'Bad DELETE_COMPLETE',
      'Good DELETE_IN_PROGRESS',
      'Good DELETE_COMPLETE',
      '. ROLLBACK_COMPLETE',
    ])
    expect(await stack('stack')).toHaveProperty('DeletionTime')
  })

  it('cancel what runs beside the one that fails', async () => {
    const { create, engine, events } = tryEngine()
    engine.faults.failResource(broken('create'))
    engine.faults.delayResource({ stackName: 'stack', logicalId: 'Slow', ms: 600_000 })
    await create('stack', topics({ Bad: {}, Slow: {} }))
    const lines = await events('stack')
    expect(lines).toContain('Slow CREATE_FAILED [Resource creation cancelled]')
    expect(lines).toContain(
      '. ROLLBACK_IN_PROGRESS [The following resource(s) failed to create: [Bad, Slow]. Rollback requested by user.]',
    )
  })

  it('hear no more signals once they were cancelled', async () => {
    const { create, engine, events } = tryEngine()
    engine.faults.failResource(broken('create'))
    engine.faults.delayResource({ stackName: 'stack', logicalId: 'Bad', ms: 50_000 })
    await create('stack', {
      Resources: {
        Bad: { Type: 'AWS::SNS::Topic' },
        Handle: { Type: 'AWS::CloudFormation::WaitConditionHandle' },
        Boot: ssm({ Ref: 'Handle' }),
        Wait: {
          Type: 'AWS::CloudFormation::WaitCondition',
          Properties: { Handle: { Ref: 'Handle' }, Timeout: '600' },
        },
      },
    })
    const lines = await events('stack')
    expect(lines).toContain('Wait CREATE_FAILED [Resource creation cancelled]')
    expect(lines.filter((line) => line.includes('signal'))).toEqual([])
  })

  it.each([
    ['DisableRollback', { DisableRollback: 'true' }, 'CREATE_FAILED'],
    ['DO_NOTHING', { OnFailure: 'DO_NOTHING' }, 'CREATE_FAILED'],
    ['DELETE', { OnFailure: 'DELETE' }, 'DELETE_COMPLETE'],
  ])('heed %s', async (_name, settings, status) => {
    const { create, engine } = tryEngine()
    engine.faults.failResource(broken('create'))
    expect(await create('stack', topics({ Bad: {} }), settings)).toBe(status)
  })

  it('end in ROLLBACK_FAILED, and DELETE_FAILED, and let go', async () => {
    const { call, create, engine, events, refusal, settled, stack } = tryEngine()
    engine.faults.failResource(broken('create'))
    engine.faults.failResource(broken('delete'))
    expect(await create('stack', topics({ Bad: {} }))).toBe('ROLLBACK_FAILED')
    const shown = await stack('stack')
    expect(shown['StackStatusReason']).toBe('The following resource(s) failed to delete: [Bad]. ')
    expect(shown).toHaveProperty('DeletionTime')
    expect(await refusal('DeleteStack', { StackName: 'stack', RetainResources: ['Bad'] })).toMatch(
      /RetainResources only when the stack is in the DELETE_FAILED state/,
    )
    await call('DeleteStack', { StackName: 'stack' })
    expect(await settled('stack')).toBe('DELETE_FAILED')
    await call('DeleteStack', { StackName: 'stack', RetainResources: ['Bad'] })
    expect(await settled(String(shown['StackId']))).toBe('DELETE_COMPLETE')
    expect((await events(String(shown['StackId']))).slice(-3)).toEqual([
      '. DELETE_IN_PROGRESS [User Initiated]',
      'Bad DELETE_SKIPPED',
      '. DELETE_COMPLETE',
    ])
  })

  it('are forced away', async () => {
    const { call, create, engine, settled, stack } = tryEngine()
    engine.faults.failResource(broken('delete'))
    await create('stack', topics({ Bad: {} }))
    const { StackId: id } = await stack('stack')
    await call('DeleteStack', { StackName: 'stack' })
    expect(await settled('stack')).toBe('DELETE_FAILED')
    await call('DeleteStack', { StackName: 'stack', DeletionMode: 'FORCE_DELETE_STACK' })
    expect(await settled(String(id))).toBe('DELETE_COMPLETE')
  })

  it('roll an update back: touched resources first, new ones in the clean-up', async () => {
    const { call, create, engine, events, stack, update } = tryEngine()
    await create('stack', {
      Resources: { P: ssm('one'), Bad: ssm({ Ref: 'P' }) },
      Outputs: { O: { Value: 'one' } },
    })
    const before = (await events('stack')).length
    engine.faults.failResource(broken('update'))
    expect(
      await update('stack', {
        Resources: {
          P: ssm('two'),
          New: ssm('x'),
          Bad: {
            Type: 'AWS::SSM::Parameter',
            DependsOn: ['P', 'New'],
            Properties: { Type: 'String', Value: 'y' },
          },
        },
        Outputs: { O: { Value: 'two' } },
      }),
    ).toBe('UPDATE_ROLLBACK_COMPLETE')
    const lines = (await events('stack')).slice(before)
    const rolledBack = lines.slice(lines.indexOf('Bad UPDATE_FAILED [no]'))
    expect(rolledBack).toEqual([
      'Bad UPDATE_FAILED [no]',
      '. UPDATE_ROLLBACK_IN_PROGRESS [The following resource(s) failed to update: [Bad]. ]',
      'P UPDATE_IN_PROGRESS',
      'P UPDATE_COMPLETE',
      'Bad UPDATE_IN_PROGRESS',
      'Bad UPDATE_COMPLETE',
      '. UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS',
      'New DELETE_IN_PROGRESS',
      'New DELETE_COMPLETE',
      '. UPDATE_ROLLBACK_COMPLETE',
    ])
    expect((await stack('stack'))['Outputs']).toEqual([{ OutputKey: 'O', OutputValue: 'one' }])
    const { StackResources: resources = [] } = await call('DescribeStackResources', { StackName: 'stack' })
    expect(resources.map((resource) => resource['LogicalResourceId'])).toEqual(['Bad', 'P'])
  })

  it('get stuck in UPDATE_ROLLBACK_FAILED and go on, or skip', async () => {
    const { call, create, engine, refusal, settled, update } = tryEngine()
    await create('stack', { Resources: { P: ssm('one'), Bad: ssm({ 'Fn::Sub': '${P}' }) } })
    engine.faults.failResource(broken('update', 'Bad', 1))
    engine.faults.failResource(broken('rollback', 'P', 2))
    expect(await refusal('ContinueUpdateRollback', { StackName: 'stack' })).toMatch(/CREATE_COMPLETE state/)
    const next = { Resources: { P: ssm('two'), Bad: ssm({ 'Fn::Sub': '${P}!' }) } }
    expect(await update('stack', next)).toBe('UPDATE_ROLLBACK_FAILED')
    expect(await refusal('UpdateStack', { StackName: 'stack', TemplateBody: JSON.stringify(next) })).toMatch(
      /is in UPDATE_ROLLBACK_FAILED state and can not be updated\.$/,
    )
    await call('ContinueUpdateRollback', { StackName: 'stack' })
    expect(await settled('stack')).toBe('UPDATE_ROLLBACK_FAILED')
    await call('ContinueUpdateRollback', { StackName: 'stack' })
    expect(await settled('stack')).toBe('UPDATE_ROLLBACK_COMPLETE')
    engine.faults.failResource(broken('update', 'Bad', 1))
    engine.faults.failResource(broken('rollback', 'P'))
    expect(await update('stack', next)).toBe('UPDATE_ROLLBACK_FAILED')
    await call('ContinueUpdateRollback', { StackName: 'stack', ResourcesToSkip: ['P'] })
    expect(await settled('stack')).toBe('UPDATE_ROLLBACK_COMPLETE')
  })

  it('stay UPDATE_FAILED with DisableRollback, to be rolled forward or back', async () => {
    const { call, create, engine, settled, stack, update } = tryEngine()
    await create('stack', topics({ Bad: { DisplayName: 'a' } }))
    engine.faults.failResource(broken('update', 'Bad', 2))
    const next = topics({ Bad: { DisplayName: 'b' } })
    expect(await update('stack', next, { DisableRollback: 'true' })).toBe('UPDATE_FAILED')
    expect((await stack('stack'))['StackStatusReason']).toBe(
      'The following resource(s) failed to update: [Bad]. ',
    )
    await call('RollbackStack', { StackName: 'stack' })
    expect(await settled('stack')).toBe('UPDATE_ROLLBACK_COMPLETE')
    expect(await update('stack', next, { DisableRollback: 'true' })).toBe('UPDATE_FAILED')
    expect(await update('stack', next)).toBe('UPDATE_COMPLETE')
  })

  it('are deleted by RollbackStack when they never were stable', async () => {
    const { call, create, engine, settled, stack } = tryEngine()
    engine.faults.failResource(broken('create'))
    expect(await create('stack', topics({ Bad: {} }), { DisableRollback: 'true' })).toBe('CREATE_FAILED')
    const { StackId: id } = await stack('stack')
    await call('RollbackStack', { StackName: 'stack' })
    expect(await settled(String(id))).toBe('DELETE_COMPLETE')
  })

  it('cancel an update', async () => {
    const { call, create, engine, events, refusal, settled } = tryEngine()
    await create('stack', topics({ Slow: { DisplayName: 'a' } }))
    expect(await refusal('CancelUpdateStack', { StackName: 'stack' })).toBe(
      'ValidationError: CancelUpdateStack cannot be called from current stack status',
    )
    engine.faults.delayResource({ stackName: 'stack', logicalId: 'Slow', ms: 600_000 })
    await call('UpdateStack', {
      StackName: 'stack',
      TemplateBody: JSON.stringify(topics({ Slow: { DisplayName: 'b' } })),
    })
    const { StackEvents: before = [] } = await call('DescribeStackEvents', { StackName: 'stack' })
    await call('CancelUpdateStack', { StackName: 'stack' })
    expect(await settled('stack')).toBe('UPDATE_ROLLBACK_COMPLETE')
    expect((await events('stack')).slice(before.length)).toContain(
      '. UPDATE_ROLLBACK_IN_PROGRESS [User Initiated]',
    )
  })

  it('time out', async () => {
    const { create, engine, stack } = tryEngine()
    engine.faults.delayResource({ stackName: 'stack', logicalId: 'Slow', ms: 3_600_000 })
    expect(await create('stack', topics({ Slow: {} }), { TimeoutInMinutes: '1' })).toBe('ROLLBACK_COMPLETE')
    expect(await stack('stack')).toMatchObject({ TimeoutInMinutes: 1 })
  })

  it('keep what the policy retains', async () => {
    const { call, create, events, settled, stack, update } = tryEngine()
    const keep = (name: string) => ({
      Resources: {
        Keep: {
          Type: 'AWS::SNS::Topic',
          DeletionPolicy: 'Retain',
          UpdateReplacePolicy: 'Retain',
          Properties: { TopicName: name },
        },
      },
    })
    await create('stack', keep('one'))
    await update('stack', keep('two'))
    const { StackId: id } = await stack('stack')
    await call('DeleteStack', { StackName: 'stack' })
    await settled(String(id))
    const lines = await events(String(id))
    expect(lines.filter((line) => line === 'Keep DELETE_SKIPPED')).toHaveLength(2)
    expect(await create('other', topics({ Topic: { TopicName: 'one' } }))).toBe('ROLLBACK_COMPLETE')
  })

  it('refuse what the stack policy does not allow', async () => {
    const { create, events, update } = tryEngine()
    const policy = JSON.stringify({
      Statement: [
        { Effect: 'Allow', Action: 'Update:*', Principal: '*', Resource: '*' },
        { Effect: 'Deny', Action: 'Update:Replace', Principal: '*', Resource: 'LogicalResourceId/Topic' },
      ],
    })
    await create('stack', topics(named('one')), { StackPolicyBody: policy })
    expect(await update('stack', topics(named('two')))).toBe('UPDATE_ROLLBACK_COMPLETE')
    expect((await events('stack')).find((line) => line.includes('UPDATE_FAILED'))).toBe(
      'Topic UPDATE_FAILED [Action denied by stack policy: Statement [#2] does not allow [Update:Replace] for resource [Topic]]',
    )
    const override = JSON.stringify({
      Statement: [{ Effect: 'Allow', Action: 'Update:*', Principal: '*', Resource: '*' }],
    })
    expect(await update('stack', topics(named('two')), { StackPolicyDuringUpdateBody: override })).toBe(
      'UPDATE_COMPLETE',
    )
  })
})
