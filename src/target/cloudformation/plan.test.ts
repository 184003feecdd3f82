import type { ResourceChange } from '@aws-sdk/client-cloudformation'
import { describe, expect, test } from 'vitest'
import { planOffline } from './plan-offline.ts'
import { plannedChanges } from './plan.ts'

describe('a change set as a plan', () => {
  const cases: { name: string; given: ResourceChange; want: Record<string, unknown> }[] = [
    { name: 'added', given: { Action: 'Add' }, want: { action: 'add', properties: [] } },
    { name: 'imported', given: { Action: 'Import' }, want: { action: 'import' } },
    { name: 'put back', given: { Action: 'SyncWithActual' }, want: { action: 'sync' } },
    {
      name: 'changed in place, said once although it has two causes',
      given: {
        Action: 'Modify',
        Replacement: 'False',
        Details: [
          {
            Evaluation: 'Static',
            Target: {
              Attribute: 'Properties',
              Name: 'Engine',
              Path: '/Properties/Engine',
              BeforeValue: 'a',
              AfterValue: 'b',
              RequiresRecreation: 'Never',
            },
          },
          {
            Evaluation: 'Dynamic',
            Target: {
              Attribute: 'Properties',
              Name: 'Engine',
              Path: '/Properties/Engine',
              RequiresRecreation: 'Never',
            },
          },
        ],
      },
      want: {
        action: 'modify',
        properties: [{ path: 'Engine', before: 'a', after: 'b', recreation: 'never' }],
      },
    },
    {
      name: 'changed in its metadata',
      given: { Action: 'Modify', Replacement: 'False', Details: [{ Target: { Attribute: 'Metadata' } }] },
      want: { action: 'modify', properties: [{ path: 'Metadata', recreation: 'never' }] },
    },
    {
      name: 'replaced, its data lost',
      given: { Action: 'Modify', Replacement: 'True', PolicyAction: 'ReplaceAndDelete' },
      want: { action: 'replace', oldResource: 'deleted', losesData: true },
    },
    {
      name: 'replaced, a snapshot kept',
      given: { Action: 'Modify', Replacement: 'True', PolicyAction: 'ReplaceAndSnapshot' },
      want: { action: 'replace', oldResource: 'snapshot' },
    },
    {
      name: 'perhaps replaced: its data may be lost',
      given: { Action: 'Modify', Replacement: 'Conditional' },
      want: { action: 'modify', mayReplace: true, oldResource: 'deleted', losesData: true },
    },
    {
      name: 'removed, kept by its policy',
      given: { Action: 'Remove', PolicyAction: 'Retain' },
      want: { action: 'remove', oldResource: 'retained' },
    },
    {
      name: 'removed, holding nothing',
      given: { Action: 'Remove', PolicyAction: 'Delete', ResourceType: 'AWS::SQS::Queue' },
      want: { action: 'remove', oldResource: 'deleted' },
    },
  ]
  test.each(cases)('$name', ({ given, want }) => {
    const change = { LogicalResourceId: 'Db', ResourceType: 'AWS::RDS::DBInstance', ...given }
    const [planned] = plannedChanges([{ Type: 'Resource', ResourceChange: change }])
    expect(planned).toMatchObject({ resource: 'Db', ...want })
    expect(planned?.losesData).toBe(want['losesData'])
  })
})

describe('two templates as a plan', () => {
  const side = (resources: string, parameters: Record<string, string> = {}) => ({
    template: `Resources:\n${resources}`,
    parameters,
  })
  const table = (more: string) => `  Table:\n    Type: AWS::DynamoDB::Table\n${more}`

  test('a new stack', async () => {
    const plan = await planOffline(undefined, side('  Queue: {Type: AWS::SQS::Queue}'))
    expect(plan).toEqual({
      isNew: true,
      changes: [{ resource: 'Queue', resourceType: 'AWS::SQS::Queue', action: 'add', properties: [] }],
      notes: [],
    })
  })

  test('a change in place, with values', async () => {
    const queue = (delay: number) =>
      side(`  Queue: {Type: AWS::SQS::Queue, Properties: {DelaySeconds: ${delay}}}`)
    const plan = await planOffline(queue(1), queue(2))
    expect(plan.changes).toEqual([
      {
        resource: 'Queue',
        resourceType: 'AWS::SQS::Queue',
        action: 'modify',
        properties: [{ path: 'DelaySeconds', before: '1', after: '2', recreation: 'never' }],
      },
    ])
  })

  test('a replacement that loses data, by what the old template said', async () => {
    const named = (name: string, more = '') => side(table(`${more}    Properties: {TableName: ${name}}\n`))
    const plan = await planOffline(named('a'), named('b', '    UpdateReplacePolicy: Retain\n'))
    expect(plan.changes).toMatchObject([
      {
        action: 'replace',
        oldResource: 'deleted',
        losesData: true,
        properties: [{ path: 'TableName', recreation: 'always' }, { path: 'UpdateReplacePolicy' }],
      },
    ])
  })

  test('a removal that keeps the resource', async () => {
    const before = side(`${table('    DeletionPolicy: Retain\n')}  Queue: {Type: AWS::SQS::Queue}\n`)
    const plan = await planOffline(before, side('  Queue: {Type: AWS::SQS::Queue}\n'))
    expect(plan.changes).toMatchObject([{ resource: 'Table', action: 'remove', oldResource: 'retained' }])
  })

  test('parameters are noted, as their effect is not known', async () => {
    const queue = `  Queue: {Type: AWS::SQS::Queue}
Parameters: {Size: {Type: Number}, Word: {Type: String, NoEcho: true}}`
    const before = side(queue, { Size: '1', Word: 'old-canary', Odd: 'canary' })
    const plan = await planOffline(before, side(queue, { Size: '2', Word: 'new-canary' }))
    expect(plan).toMatchObject({
      changes: [],
      notes: [
        'parameter Odd (values not shown): what that changes is only known online',
        'parameter Size 1 → 2: what that changes is only known online',
        'parameter Word (values not shown): what that changes is only known online',
      ],
    })
  })
})
