import { describe, expect, it } from 'vitest'
import { changesOf, topics, tryEngine } from './try-engine.ts'

const VALUES = { IncludePropertyValues: 'true' }

describe('Drift-aware change sets', () => {
  it('put back what was changed by hand', async () => {
    const { call, changeSet, create, engine, settled } = tryEngine()
    const template = topics({ Topic: { DisplayName: 'git' } })
    await create('stack', template)
    await engine.faults.changeResource({
      stackName: 'stack',
      logicalId: 'Topic',
      path: '/DisplayName',
      value: 'hand',
    })
    const set = await changeSet('stack', template, { DeploymentMode: 'REVERT_DRIFT', ...VALUES })
    expect(set).toMatchObject({
      Status: 'CREATE_COMPLETE',
      StackDriftStatus: 'DRIFTED',
      DeploymentMode: 'REVERT_DRIFT',
    })
    expect(changesOf(set)['Topic']).toMatchObject({
      Action: 'Modify',
      ResourceDriftStatus: 'MODIFIED',
      BeforeContext: '{"Properties":{"DisplayName":"hand"}}',
      AfterContext: '{"Properties":{"DisplayName":"git"}}',
    })
    expect(changesOf(set)['Topic']?.['Details']?.[0]?.['Target']).toMatchObject({
      BeforeValue: 'hand',
      AfterValue: 'git',
      BeforeValueFrom: 'ACTUAL_STATE',
      Drift: { PreviousValue: 'git', ActualValue: 'hand' },
    })
    await call('ExecuteChangeSet', { ChangeSetName: set['ChangeSetId'] })
    expect(await settled('stack')).toBe('UPDATE_COMPLETE')
    await call('DetectStackDrift', { StackName: 'stack' })
    await settled('stack')
    const { StackResourceDrifts: drifts } = await call('DescribeStackResourceDrifts', { StackName: 'stack' })
    expect(drifts?.[0]?.['StackResourceDriftStatus']).toBe('IN_SYNC')
  })

  it('take over in the template what was done by hand', async () => {
    const { changeSet, create, engine } = tryEngine()
    await create('stack', topics({ Topic: { DisplayName: 'git' } }))
    await engine.faults.changeResource({
      stackName: 'stack',
      logicalId: 'Topic',
      path: '/DisplayName',
      value: 'hand',
    })
    const set = await changeSet('stack', topics({ Topic: { DisplayName: 'hand' } }), {
      DeploymentMode: 'REVERT_DRIFT',
    })
    expect(changesOf(set)['Topic']?.['Action']).toBe('SyncWithActual')
  })

  it('make again what was deleted by hand', async () => {
    const { call, changeSet, create, engine, settled } = tryEngine()
    const template = topics({ Topic: { TopicName: 'mine' } })
    await create('stack', template)
    await engine.faults.deleteResource({ stackName: 'stack', logicalId: 'Topic' })
    const set = await changeSet('stack', template, { DeploymentMode: 'REVERT_DRIFT' })
    expect(changesOf(set)['Topic']).toMatchObject({ Action: 'Add', ResourceDriftStatus: 'DELETED' })
    await call('ExecuteChangeSet', { ChangeSetName: set['ChangeSetId'] })
    expect(await settled('stack')).toBe('UPDATE_COMPLETE')
  })

  it('without drift and change fail', async () => {
    const { changeSet, create } = tryEngine()
    await create('stack', topics({ Topic: {} }))
    const set = await changeSet('stack', topics({ Topic: {} }), { DeploymentMode: 'REVERT_DRIFT' })
    expect(set).toMatchObject({ Status: 'FAILED', StackDriftStatus: 'IN_SYNC' })
  })
})
