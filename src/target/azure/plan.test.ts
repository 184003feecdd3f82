import { describe, expect, test } from 'vitest'
import { azureDeploymentSpec } from '../../api/kinds/azure-deployment.ts'
import { changeOf, handmade, subscriptionId } from './decide.fixture.ts'
import { planOffline, type OfflineSide } from './plan-offline.ts'
import { hasChanges, planOfWhatIf } from './plan.ts'
import { flatProperties, readWhatIf, type WhatIfProperty } from './what-if.ts'

const scope = { resourceGroup: { subscriptionId, name: 'web' } }

function side(resources: unknown[], spec: Record<string, unknown> = {}, size = 1): OfflineSide {
  return {
    record: {
      namespace: 'we',
      name: 'web',
      spec: azureDeploymentSpec.parse({ template: 'web.json', scope, ...spec }),
    },
    template: JSON.stringify({
      $schema: 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#',
      contentVersion: '1.0.0.0',
      parameters: { size: { type: 'int' } },
      resources,
    }),
    parameters: JSON.stringify({ size: { value: size } }),
  }
}

const vnet = {
  type: 'Microsoft.Network/virtualNetworks',
  apiVersion: '2023-11-01',
  name: 'vnet',
  location: '[resourceGroup().location]',
  properties: { size: "[parameters('size')]", subnets: [{ name: 'a' }, { name: 'b' }], adminPassword: 'x' },
}
const nsg = {
  type: 'Microsoft.Network/networkSecurityGroups',
  apiVersion: '2023-11-01',
  name: 'nsg',
  properties: {},
}

/** A plan in lines, as it may be drawn. */
function lines(plan: ReturnType<typeof planOffline>): string[] {
  return plan.changes.flatMap(({ sign, resource, properties }) => [
    `${sign} ${resource}`,
    ...properties.map(({ path, before = '', after = '' }) => `  ${path} ${before} → ${after}`),
  ])
}

describe('without a cloud', () => {
  test('everything is new where nothing was deployed', () => {
    const plan = planOffline(undefined, side([vnet, nsg]))
    expect(plan).toMatchObject({ isNew: true })
    expect(lines(plan)).toEqual(['+ vnet', '+ nsg'])
  })
  test('the same is no change', () => {
    const plan = planOffline(side([vnet]), side([vnet]))
    expect(lines(plan)).toEqual(['= vnet'])
    expect(hasChanges(plan)).toBe(false)
  })
  test('what differs, item by item, without values of secrets', () => {
    const changed = {
      ...vnet,
      tags: { at: "[reference('nsg', '2023-11-01').at]" },
      properties: { ...vnet.properties, subnets: [{ name: 'a' }, { name: 'c' }], adminPassword: 'y' },
    }
    expect(lines(planOffline(side([vnet, nsg]), side([changed, nsg], {}, 2)))).toEqual([
      '~ vnet',
      '  properties.size 1 → 2',
      '  properties.subnets.1.name b → c',
      '  properties.adminPassword  → ',
      expect.stringMatching(/^  tags  → {"at":"\[reference\(.*\)\.at\]"}$/) as string,
      '= nsg',
    ])
  })
  test.each([
    ['a plain deployment lets it be', {}, '* nsg'],
    ['a stack detaches it', { mode: 'Stack' }, 'v nsg'],
    [
      'a stack deletes it, if the document says so',
      { mode: 'Stack', actionOnUnmanage: { resources: 'delete' } },
      '- nsg',
    ],
  ])('what leaves the template: %s', (_, spec, want) => {
    expect(lines(planOffline(side([vnet, nsg], spec), side([vnet], spec)))).toContain(want)
  })
  test('deny settings', () => {
    const before = side([vnet], { mode: 'Stack' })
    const plan = planOffline(before, side([vnet], { mode: 'Stack', denySettings: { mode: 'denyDelete' } }))
    expect(lines(plan)).toContain('~ deny settings')
  })
  test('a template that is none names what is wrong', () => {
    const broken = { ...side([vnet]), template: '{' }
    expect(() => planOffline(undefined, broken)).toThrow(/the template:1:/)
  })
})

describe('of a what-if', () => {
  test('changes come before what stays, noise is none', () => {
    const quiet = changeOf('modify', {
      name: 'quiet',
      delta: [{ path: 'properties.x', kind: 'noEffect', after: 1, children: [] }],
    })
    const result = {
      changes: [quiet, changeOf('ignore'), handmade, changeOf('delete')],
      denySettings: [],
      notes: ['n'],
    }
    const plan = planOfWhatIf(result, { isNew: false, notes: [] })
    expect(plan.changes.map(({ sign, resource }) => `${sign} ${resource}`)).toEqual([
      '- vnet',
      '~ vnet',
      '= quiet',
      '* vnet',
    ])
    expect(plan.notes).toEqual(['n'])
  })
})

describe('ARM’s answers', () => {
  test('of a deployment, with what it cannot tell', () => {
    const id = '/subscriptions/s/resourceGroups/g/providers/Microsoft.Sql/servers/a/databases/b'
    const result = readWhatIf({
      status: 'Succeeded',
      properties: {
        changes: [{ resourceId: id, changeType: 'NoChange' }],
        potentialChanges: [{ resourceId: id, changeType: 'Create' }],
        diagnostics: [
          { code: 'NestedDeploymentShortCircuited', message: 'not expanded', target: id, level: 'Warning' },
        ],
      },
    })
    expect(result).toMatchObject({
      changes: [
        { kind: 'noChange', name: 'a/b', type: 'Microsoft.Sql/servers/databases', isPotential: false },
        { kind: 'create', isPotential: true },
      ],
      notes: ['a/b: NestedDeploymentShortCircuited: not expanded'],
    })
  })
  test('of a stack', () => {
    const result = readWhatIf({
      properties: {
        provisioningState: 'succeeded',
        deploymentStackLastModified: '2026-01-01T00:00:00Z',
        changes: {
          resourceChanges: [
            { id: '/subscriptions/s/resourceGroups/g', changeType: 'detach', changeCertainty: 'potential' },
            { type: 'X/y', symbolicName: 'later', changeType: 'create', changeCertainty: 'definite' },
          ],
          denySettingsChange: {
            delta: [
              { path: 'Mode', changeType: 'modify', before: 'none', after: 'None' },
              { path: 'ApplyToChildScopes', changeType: 'modify', before: 'False', after: 'True' },
            ],
          },
        },
      },
    })
    expect(result).toMatchObject({
      changes: [
        { kind: 'detach', name: 'g', isPotential: true },
        { kind: 'create', name: 'later', type: 'X/y' },
      ],
      denySettings: [{ path: 'ApplyToChildScopes' }],
      stackLastModified: '2026-01-01T00:00:00Z',
    })
  })
  test.each([
    [{ status: 'Failed', error: { code: 'InvalidTemplate', message: 'm' } }, 'InvalidTemplate: m'],
    [{ properties: { provisioningState: 'failed', error: { code: 'X', message: 'y' } } }, 'X: y'],
  ])('of a failure %#', (body, failure) => {
    expect(readWhatIf(body)).toEqual({ failure })
  })

  const leaf = (path: string, before: unknown, after: unknown): WhatIfProperty => ({
    path,
    kind: 'modify',
    before,
    after,
    children: [],
  })
  test.each<[string, WhatIfProperty, string[]]>([
    ['a change', leaf('properties.a', 1, 2), ['properties.a']],
    ['no effect', { ...leaf('properties.a', 1, 2), kind: 'noEffect' }, []],
    ['a location in two spellings', leaf('location', 'westeurope', 'West Europe'), []],
    ['an id in two letter cases', leaf('properties.id', '/subscriptions/S/x', '/subscriptions/s/X'), []],
    ['a value in two letter cases', leaf('properties.mode', 'on', 'On'), ['properties.mode']],
    ['equal objects', leaf('properties.o', { a: 1 }, { a: 1 }), []],
    [
      'an item of a list',
      { path: 'properties.l', kind: 'array', children: [{ ...leaf('0', 1, 2) }, { ...leaf('1', 1, 1) }] },
      ['properties.l.0'],
    ],
  ])('%s', (_, property, want) => {
    expect(flatProperties([property]).map(({ path }) => path)).toEqual(want)
  })
})
