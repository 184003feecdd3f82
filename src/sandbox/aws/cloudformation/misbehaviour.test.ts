import { describe, expect, it } from 'vitest'
import { topics, tryEngine } from './try-engine.ts'

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
