import { describe, expect, it } from 'vitest'
import { ssm, topics, tryEngine } from './try-engine.ts'

/** Replaced when its name changes. */
const named = (name: string): Record<string, Record<string, unknown>> => ({ Topic: { TopicName: name } })

const RECREATE = 'Requested update requires the creation of a new physical resource; hence creating one.'

describe('Events', () => {
  it('of a creation by a set', async () => {
    const { call, changeSet, events, settled } = tryEngine()
    const set = await changeSet('made', topics({ Topic: {} }), { ChangeSetType: 'CREATE' })
    await call('ExecuteChangeSet', { ChangeSetName: set['ChangeSetId'], ClientRequestToken: 'mine' })
    await settled('made')
    expect(await events('made')).toEqual([
      '. REVIEW_IN_PROGRESS [User Initiated]',
      '. CREATE_IN_PROGRESS [User Initiated]',
      'Topic CREATE_IN_PROGRESS',
      'Topic CREATE_IN_PROGRESS [Resource creation Initiated]',
      'Topic CREATE_COMPLETE',
      '. CREATE_COMPLETE',
    ])
    const { StackEvents: all = [] } = await call('DescribeStackEvents', {
      StackName: 'made',
    })
    const [newest, , , oldest] = all
    expect(newest?.['ClientRequestToken']).toBe('mine')
    expect(oldest).toMatchObject({ PhysicalResourceId: '', ResourceProperties: '{}' })
    expect(oldest?.['EventId']).toMatch(/^Topic-CREATE_IN_PROGRESS-2026-01-0\dT[\d:.]+Z$/)
  })

  it('of an update in place', async () => {
    const { create, events, update } = tryEngine()
    await create('stack', topics({ Topic: {} }))
    const before = (await events('stack')).length
    await update('stack', topics({ Topic: { DisplayName: 'x' } }))
    expect((await events('stack')).slice(before)).toEqual([
      '. UPDATE_IN_PROGRESS [User Initiated]',
      'Topic UPDATE_IN_PROGRESS',
      'Topic UPDATE_COMPLETE',
      '. UPDATE_COMPLETE_CLEANUP_IN_PROGRESS',
      '. UPDATE_COMPLETE',
    ])
  })

  it('of a replacement: old, new, new, old, old', async () => {
    const { call, create, events, update } = tryEngine()
    await create('stack', topics(named('one')))
    const before = (await events('stack')).length
    await update('stack', topics(named('two')))
    expect((await events('stack')).slice(before)).toEqual([
      '. UPDATE_IN_PROGRESS [User Initiated]',
      `Topic UPDATE_IN_PROGRESS [${RECREATE}]`,
      'Topic UPDATE_IN_PROGRESS [Resource creation Initiated]',
      'Topic UPDATE_COMPLETE',
      '. UPDATE_COMPLETE_CLEANUP_IN_PROGRESS',
      'Topic DELETE_IN_PROGRESS',
      'Topic DELETE_COMPLETE',
      '. UPDATE_COMPLETE',
    ])
    const { StackEvents: newest = [] } = await call('DescribeStackEvents', { StackName: 'stack' })
    const ids = newest.slice(1, 7).map((event) => String(event['PhysicalResourceId']).split(':').at(-1))
    expect([ids[0], ids[1], ids[3], ids[4], ids[5]]).toEqual(['one', 'one', 'two', 'two', 'one'])
    expect(newest[1]?.['EventId']).toMatch(/^Topic-[0-9a-f-]{36}$/)
    expect(newest[1]).not.toHaveProperty('ResourceProperties')
  })

  it('of removals: dependants first, one after the other', async () => {
    const { create, events, update } = tryEngine()
    const resources = {
      Zed: { Type: 'AWS::SNS::Topic' },
      A: ssm({ Ref: 'Zed' }),
      B: ssm({ Ref: 'A' }),
      Keep: { Type: 'AWS::SNS::Topic' },
    }
    await create('stack', { Resources: resources })
    await update('stack', { Resources: { Keep: resources.Keep } })
    expect((await events('stack')).filter((line) => line.includes('DELETE'))).toEqual([
      'B DELETE_IN_PROGRESS',
      'B DELETE_COMPLETE',
      'A DELETE_IN_PROGRESS',
      'A DELETE_COMPLETE',
      'Zed DELETE_IN_PROGRESS',
      'Zed DELETE_COMPLETE',
    ])
  })

  it('of a deletion: in reverse order, whatever the order of the template', async () => {
    const { call, create, events, settled, stack } = tryEngine()
    await create('stack', {
      Resources: { B: ssm({ Ref: 'A' }), C: ssm('x', { DependsOn: 'B' }), A: { Type: 'AWS::SNS::Topic' } },
    })
    const { StackId: id } = await stack('stack')
    const created = (await events('stack')).filter((line) => line.endsWith(' CREATE_COMPLETE'))
    expect(created).toEqual([
      'A CREATE_COMPLETE',
      'B CREATE_COMPLETE',
      'C CREATE_COMPLETE',
      '. CREATE_COMPLETE',
    ])
    await call('DeleteStack', { StackName: 'stack' })
    await settled(String(id))
    expect((await events(String(id))).filter((line) => line.endsWith(' DELETE_COMPLETE'))).toEqual([
      'C DELETE_COMPLETE',
      'B DELETE_COMPLETE',
      'A DELETE_COMPLETE',
      '. DELETE_COMPLETE',
    ])
  })

  it('come a hundred a page', async () => {
    const { call, create } = tryEngine()
    const many = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`T${index}`, {}]))
    await create('stack', topics(many))
    const first = await call('DescribeStackEvents', { StackName: 'stack' })
    expect(first['StackEvents']).toHaveLength(100)
    const rest = await call('DescribeStackEvents', { StackName: 'stack', NextToken: first['NextToken'] })
    expect(rest['StackEvents']).toHaveLength(22)
  })
})
