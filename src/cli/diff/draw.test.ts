import { describe, expect, test } from 'vitest'
import type { AzureChange, AzureProperty } from '../../target/azure/plan.ts'
import type { PlannedChange } from '../../target/cloudformation/plan.ts'
import { paintFor } from '../paint.ts'
import { drawPlanned, summaryLine } from './draw.ts'
import type { Planned } from './plan.ts'

const paint = paintFor({ color: false })
const label = `main@sha1:${'a'.repeat(40)}`
const candidate = {
  key: 'CloudFormationStack/eu/web',
  inputs: ['parameter DesiredCount 8 → 10'],
  files: new Map<string, Uint8Array>(),
}

const service: PlannedChange = {
  resource: 'Service',
  resourceType: 'AWS::ECS::Service',
  action: 'modify',
  properties: [{ path: 'DesiredCount', before: '8', after: '10', recreation: 'never' }],
}
const database: PlannedChange = {
  resource: 'Database',
  resourceType: 'AWS::RDS::DBInstance',
  action: 'replace',
  oldResource: 'deleted',
  losesData: true,
  properties: [{ path: 'Engine', before: 'postgres', after: 'aurora', recreation: 'always' }],
}
const alarm: PlannedChange = {
  resource: 'Alarm',
  resourceType: 'AWS::CloudWatch::Alarm',
  action: 'add',
  properties: [],
}
const queue: PlannedChange = {
  resource: 'OldQueue',
  resourceType: 'AWS::SQS::Queue',
  action: 'remove',
  oldResource: 'deleted',
  properties: [],
}

function planned(changes: PlannedChange[], notes: string[] = []): Planned {
  return { type: 'planned', candidate, plan: { cloud: 'aws', isNew: false, changes, notes } }
}

const cases: { name: string; given: Planned; want: string[] }[] = [
  {
    name: 'every kind of change, aligned',
    given: planned([service, database, alarm, queue], ['stack web is nobody’s here']),
    want: [
      'eu/web  new → main@sha1:aaaaaaa',
      '  parameter DesiredCount 8 → 10',
      '  ~ Service   AWS::ECS::Service       in place',
      '      DesiredCount  8 → 10',
      '  ! Database  AWS::RDS::DBInstance    REPLACED: its data would be lost',
      '      Engine  postgres → aurora   (requires recreation)',
      '  + Alarm     AWS::CloudWatch::Alarm',
      '  - OldQueue  AWS::SQS::Queue         deleted',
      '  note: stack web is nobody’s here',
    ],
  },
  {
    name: 'what the template keeps',
    given: planned([
      { ...queue, oldResource: 'retained' },
      { ...database, oldResource: 'snapshot', losesData: false, properties: [] },
    ]),
    want: [
      'eu/web  new → main@sha1:aaaaaaa',
      '  parameter DesiredCount 8 → 10',
      '  - OldQueue  AWS::SQS::Queue       leaves the stack, stays in the cloud',
      '  ! Database  AWS::RDS::DBInstance  REPLACED, after a snapshot',
    ],
  },
  {
    name: 'nothing but tags',
    given: planned([]),
    want: ['eu/web  new → main@sha1:aaaaaaa', '  parameter DesiredCount 8 → 10', '  no resource changes'],
  },
  {
    name: 'what waits for another change',
    given: { type: 'unknown', candidate, why: 'No export named network-vpc found', isWaiting: true },
    want: [
      'eu/web  new → main@sha1:aaaaaaa',
      '  parameter DesiredCount 8 → 10',
      '  ? only known once what it depends on is there: No export named network-vpc found',
    ],
  },
  {
    name: 'what leaves, for good',
    given: { type: 'leaves', candidate: { ...candidate, inputs: [] }, isDeleted: true },
    want: ['eu/web  new → main@sha1:aaaaaaa', '  - DELETED: its document is gone, deletionPolicy is Delete'],
  },
  {
    name: 'a template cannot draw on the terminal',
    given: planned([{ ...alarm, resource: 'A\u001b[2J' }]),
    want: [
      'eu/web  new → main@sha1:aaaaaaa',
      '  parameter DesiredCount 8 → 10',
      '  + A\\u001b[2J  AWS::CloudWatch::Alarm',
    ],
  },
]

describe('drawPlanned', () => {
  test.each(cases)('$name', ({ given, want }) => {
    expect(drawPlanned(given, { label, paint })).toEqual(want)
  })
})

test('summaryLine names what a person should look at twice', () => {
  const leaving: Planned = { type: 'leaves', candidate, isDeleted: true }
  expect(
    summaryLine(
      [planned([service, database]), leaving],
      Array.from({ length: 41 }, () => candidate.key),
    ),
  ).toBe(
    '2 stacks change, 1 resource replaced, data of 1 resource lost, 1 stack deleted; 41 stacks unchanged.',
  )
  expect(summaryLine([planned([alarm])], [candidate.key])).toBe('1 stack changes; 1 stack unchanged.')
})

describe('an Azure deployment', () => {
  const azure = { ...candidate, key: 'AzureDeployment/we/site', inputs: [] }
  const change = (
    kind: AzureChange['kind'],
    sign: string,
    resource: string,
    properties: AzureProperty[] = [],
  ) => ({
    kind,
    sign,
    id: `/subscriptions/1/${resource}`,
    resource,
    resourceType: 'Microsoft.Web/sites',
    isPotential: false,
    properties,
  })
  const changes: AzureChange[] = [
    change('create', '+', 'shop'),
    change('modify', '~', 'api', [
      { path: 'properties.httpsOnly', kind: 'modify', before: 'false', after: 'true', isUnevaluated: false },
      { path: 'properties.password', kind: 'modify', isUnevaluated: false },
      { path: 'properties.key', kind: 'create', after: "[reference('x')]", isUnevaluated: true },
    ]),
    change('delete', '-', 'old'),
    change('detach', 'v', 'kept'),
    { ...change('unsupported', 'x', 'odd'), reason: 'its provider cannot tell' },
    change('noChange', '=', 'same'),
  ]
  const given: Planned = {
    type: 'planned',
    candidate: azure,
    plan: { cloud: 'azure', isNew: false, changes, notes: ['a note'] },
  }

  test('is drawn with Azure’s own signs; what stays is not drawn', () => {
    expect(drawPlanned(given, { label, paint })).toEqual([
      'we/site  new → main@sha1:aaaaaaa',
      '  + shop  Microsoft.Web/sites',
      '  ~ api   Microsoft.Web/sites  in place',
      '      properties.httpsOnly  false → true',
      '      properties.password   (value not shown)',
      "      properties.key        (none) → [reference('x')]   (known when it is deployed)",
      '  - old   Microsoft.Web/sites  DELETED',
      '  v kept  Microsoft.Web/sites  leaves the stack, stays in the cloud',
      '  x odd   Microsoft.Web/sites  not known: its provider cannot tell',
      '  note: a note',
    ])
  })

  test('is counted as what it is', () => {
    expect(summaryLine([given], [])).toBe(
      '1 deployment changes, 1 resource deleted, 1 resource detached, 1 resource not known; 0 deployments unchanged.',
    )
    expect(summaryLine([given, planned([alarm])], [azure.key])).toBe(
      '2 objects change, 1 resource deleted, 1 resource detached, 1 resource not known; 1 deployment unchanged.',
    )
  })
})
