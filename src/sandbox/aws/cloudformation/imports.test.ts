import { describe, expect, it } from 'vitest'
import { changesOf, topics, tryEngine } from './try-engine.ts'

describe('Imports', () => {
  const kept = {
    Resources: {
      Topic: { Type: 'AWS::SNS::Topic', DeletionPolicy: 'Retain', Properties: { TopicName: 'kept' } },
    },
  }

  it('take over what exists', async () => {
    const { call, changeSet, create, events, settled, stack } = tryEngine()
    await create('first', kept)
    const { StackId: id } = await stack('first')
    await call('DeleteStack', { StackName: 'first' })
    await settled(String(id))
    const set = await changeSet('second', kept, {
      ChangeSetType: 'IMPORT',
      ResourcesToImport: [
        {
          LogicalResourceId: 'Topic',
          ResourceType: 'AWS::SNS::Topic',
          ResourceIdentifier: { TopicArn: 'arn:aws:sns:eu-west-1:123456789012:kept' },
        },
      ],
    })
    expect(changesOf(set)['Topic']?.['Action']).toBe('Import')
    await call('ExecuteChangeSet', { ChangeSetName: set['ChangeSetId'] })
    expect(await settled('second')).toBe('IMPORT_COMPLETE')
    expect((await events('second')).map((line) => line.replace(/ \[.*/, ''))).toEqual([
      '. REVIEW_IN_PROGRESS',
      '. IMPORT_IN_PROGRESS',
      'Topic IMPORT_IN_PROGRESS',
      'Topic IMPORT_COMPLETE',
      'Topic UPDATE_IN_PROGRESS',
      'Topic UPDATE_COMPLETE',
      '. IMPORT_COMPLETE',
    ])
  })

  it.each([
    ['create', 'IMPORT_ROLLBACK_COMPLETE'],
    ['both', 'IMPORT_ROLLBACK_FAILED'],
  ])('fail on %s', async (on, status) => {
    const { call, changeSet, create, engine, settled } = tryEngine()
    await create('stack', topics({ Other: {} }))
    const target = { stackName: 'stack', logicalId: 'Topic', reason: 'no' }
    engine.faults.failResource({ ...target, on: 'create' })
    if (on === 'both') engine.faults.failResource({ ...target, on: 'rollback' })
    const set = await changeSet(
      'stack',
      { Resources: { ...kept.Resources, Other: { Type: 'AWS::SNS::Topic', Properties: {} } } },
      {
        ChangeSetType: 'IMPORT',
        ResourcesToImport: [
          {
            LogicalResourceId: 'Topic',
            ResourceType: 'AWS::SNS::Topic',
            ResourceIdentifier: { TopicArn: 'x' },
          },
        ],
      },
    )
    await call('ExecuteChangeSet', { ChangeSetName: set['ChangeSetId'] })
    expect(await settled('stack')).toBe(status)
  })

  it('happen by themselves with ImportExistingResources', async () => {
    const { call, changeSet, create, settled, stack } = tryEngine()
    await create('first', kept)
    const { StackId: id } = await stack('first')
    await call('DeleteStack', { StackName: 'first' })
    await settled(String(id))
    const set = await changeSet('second', kept, { ChangeSetType: 'CREATE', ImportExistingResources: 'true' })
    expect(changesOf(set)['Topic']?.['Action']).toBe('Import')
    await call('ExecuteChangeSet', { ChangeSetName: set['ChangeSetId'] })
    expect(await settled('second')).toBe('CREATE_COMPLETE')
  })
})
