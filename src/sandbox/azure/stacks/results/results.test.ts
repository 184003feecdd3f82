import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ArmGround } from '../../../../../test/support/arm-ground.ts'
import {
  account,
  createArmGround,
  nsg,
  objectOf,
  subscription,
  templateOf,
} from '../../../../../test/support/arm-ground.ts'

const minute = 60_000
const path = '/resourcegroups/rg/providers/Microsoft.Resources/deploymentStacksWhatIfResults/look'
const stackPath = '/resourcegroups/rg/providers/Microsoft.Resources/deploymentStacks/app'
const stackId = `${subscription}/resourceGroups/rg/providers/Microsoft.Resources/deploymentStacks/app`
const netId = (name: string) =>
  `${subscription}/resourceGroups/rg/providers/Microsoft.Network/networkSecurityGroups/${name}`

describe('stack what-if', () => {
  let ground: ArmGround
  beforeEach(async () => {
    ground = await createArmGround()
    await ground.group('rg')
  })
  afterEach(() => ground.close())

  const settings = (template: unknown, more: Record<string, unknown> = {}) => ({
    template,
    actionOnUnmanage: { resources: 'delete' },
    denySettings: { mode: 'none' },
    ...more,
  })
  const put = (
    template: unknown,
    more: Record<string, unknown> = {},
    at = path,
    around: Record<string, unknown> = {},
  ) =>
    ground.call('PUT', at, {
      ...around,
      properties: {
        ...settings(template, more),
        deploymentStackResourceId: stackId,
        retentionInterval: 'P1D',
      },
    })
  const stack = async (template: unknown, more: Record<string, unknown> = {}) => {
    await ground.call('PUT', stackPath, { properties: settings(template, more) })
    ground.clock.advance(5 * minute)
    return ground.call('GET', stackPath)
  }
  const result = async (template: unknown, more: Record<string, unknown> = {}) => {
    await put(template, more)
    ground.clock.advance(30_000)
    return ground.properties(path)
  }

  it('is a resource: 201, initializing, a signed status url, done within half a minute', async () => {
    const { status, headers, body } = await put(templateOf([nsg('one')]), { description: 'look first' })
    expect(status).toBe(201)
    expect(headers.get('retry-after')).toBe('17')
    expect(body['properties']).toEqual({
      description: 'look first',
      deploymentStackResourceId: stackId,
      retentionInterval: 'P1D',
      provisioningState: 'initializing',
      deploymentStackLastModified: '0001-01-01T00:00:00+00:00',
      correlationId: headers.get('x-ms-correlation-request-id'),
      actionOnUnmanage: {
        resources: 'delete',
        resourceGroups: 'detach',
        managementGroups: 'detach',
        resourcesWithoutDeleteSupport: 'fail',
      },
      denySettings: { mode: 'none', applyToChildScopes: false, excludedPrincipals: [], excludedActions: [] },
      parameters: {},
      bypassStackOutOfSyncError: false,
    })
    const poll = headers.get('azure-asyncoperation') ?? ''
    expect(poll).toMatch(
      /\/locations\/westeurope\/deploymentStackOperationStatus\/[\da-f-]+\?api-version=2025-07-01&t=/,
    )
    expect((await ground.call('GET', poll)).body['status']).toBe('initializing')
    ground.clock.advance(30_000)
    expect((await ground.call('GET', poll)).body['status']).toBe('succeeded')
    expect((await put(templateOf([]))).status).toBe(200)
  })

  it('tells of a stack that is not there yet', async () => {
    const properties = await result(templateOf([nsg('one')]), {
      denySettings: { mode: 'denyDelete', applyToChildScopes: true, excludedActions: ['a', 'b'] },
    })
    expect(properties).toMatchObject({ provisioningState: 'succeeded', diagnostics: [] })
    expect(properties['changes']).toEqual({
      resourceChanges: [
        {
          id: netId('one'),
          type: 'Microsoft.Network/networkSecurityGroups',
          managementStatusChange: { before: 'notManaged', after: 'managed' },
          denyStatusChange: { before: 'none', after: 'denyDelete' },
          changeType: 'create',
          changeCertainty: 'definite',
        },
      ],
      denySettingsChange: {
        after: {
          mode: 'DenyDelete',
          excludedPrincipals: [],
          excludedActions: ['a', 'b'],
          applyToChildScopes: true,
        },
        delta: [
          { path: 'Mode', changeType: 'create', after: 'DenyDelete' },
          { path: 'ApplyToChildScopes', changeType: 'create', after: 'True' },
          {
            path: 'ExcludedActions',
            changeType: 'array',
            children: [
              { path: '0', changeType: 'create', after: 'a' },
              { path: '1', changeType: 'create', after: 'b' },
            ],
          },
        ],
      },
      deploymentScopeChange: {},
    })
  })

  it.each([
    ['delete', 'delete'],
    ['detach', 'detach'],
  ])('tells what a stack would modify, leave, and %s', async (resources, dropped) => {
    const before = await stack(templateOf([nsg('one'), nsg('two'), nsg('three')]), {
      denySettings: { mode: 'denyDelete' },
    })
    const properties = await result(templateOf([nsg('one'), nsg('two', { tags: { a: 'b' } })]), {
      actionOnUnmanage: { resources },
    })
    expect(properties['deploymentStackLastModified']).toBe(
      textOf(objectOf(before.body['systemData'])['lastModifiedAt']).replace('Z', '+00:00'),
    )
    const changes = objectOf(properties['changes'])
    expect(changes['resourceChanges']).toMatchObject([
      {
        id: netId('one'),
        changeType: 'noChange',
        managementStatusChange: { before: 'managed', after: 'managed' },
      },
      {
        id: netId('three'),
        changeType: dropped,
        managementStatusChange: { before: 'managed', after: 'notManaged' },
        denyStatusChange: { before: 'denyDelete', after: 'none' },
      },
      { id: netId('two'), changeType: 'modify', changeCertainty: 'definite' },
    ])
    expect(changes['denySettingsChange']).toMatchObject({
      before: { mode: 'DenyDelete' },
      after: { mode: 'None' },
      delta: [{ path: 'Mode', changeType: 'modify', before: 'DenyDelete', after: 'None' }],
    })
  })

  it('is only potential where the running cloud alone knows', async () => {
    const template = templateOf([
      account('acct1'),
      nsg('one', { tags: { t: "[reference('acct1').primaryLocation]" } }),
    ])
    await stack(template)
    const { changes } = await result(template)
    expect(objectOf(changes)['resourceChanges']).toMatchObject([
      { id: netId('one'), changeType: 'modify', changeCertainty: 'potential' },
      { changeType: 'noChange', changeCertainty: 'definite' },
    ])
  })

  it('says of groups that deny assignments do not reach into them', async () => {
    const at = path.replace('/resourcegroups/rg', subscription)
    const group = {
      type: 'Microsoft.Resources/resourceGroups',
      apiVersion: '2022-09-01',
      name: 'fresh',
      location: 'westus',
    }
    await put(templateOf([group]), { denySettings: { mode: 'denyDelete', applyToChildScopes: true } }, at, {
      location: 'westus',
    })
    ground.clock.advance(30_000)
    expect(await ground.properties(at)).toMatchObject({
      changes: { resourceChanges: [{ denyStatusChange: { before: 'none', after: 'inapplicable' } }] },
      diagnostics: [{ level: 'info', code: 'RGDenyAssignmentNeverAppliesToChildScopes', additionalInfo: [] }],
    })
  })

  it('tells each resource’s properties when it is asked again, at once or once it is done', async () => {
    await stack(templateOf([nsg('one')]))
    await put(templateOf([nsg('one', { tags: { a: 'b' } })]))
    const early = await ground.call('POST', `${path}/whatIf`)
    const location = early.headers.get('location') ?? ''
    expect([early.status, (await ground.call('GET', location)).status]).toEqual([202, 202])
    ground.clock.advance(30_000)
    const { status, body } = await ground.call('POST', `${path}/whatIf`)
    expect(status).toBe(200)
    expect((await ground.call('GET', location)).body).toEqual(body)
    expect(body['properties']).toMatchObject({
      changes: {
        resourceChanges: [
          {
            resourceConfigurationChanges: {
              before: { name: 'one' },
              after: { tags: { a: 'b' } },
              delta: [{ path: 'tags.a', changeType: 'create', after: 'b' }],
            },
          },
        ],
      },
    })
  })

  it('fails with what is wrong with the template', async () => {
    expect(await result(templateOf([account("[nothing('x')]")]))).toMatchObject({
      provisioningState: 'failed',
      error: { code: 'InvalidTemplate' },
    })
  })

  it('is listed, deleted at once, and goes by itself after its retention', async () => {
    const code = async () => {
      const { status, body } = await ground.call('GET', path)
      return [status, objectOf(body['error'])['code']]
    }
    await result(templateOf([]))
    expect((await ground.call('GET', path.replace('/look', ''))).body['value']).toHaveLength(1)
    expect((await ground.call('DELETE', path)).status).toBe(200)
    expect((await ground.call('DELETE', path)).status).toBe(204)
    expect(await code()).toEqual([404, 'DeploymentStackWhatIfResourceNotFound'])
    await result(templateOf([]))
    ground.clock.advance(23 * 60 * minute)
    expect(await code()).toEqual([200, undefined])
    ground.clock.advance(60 * minute)
    expect(await code()).toEqual([404, 'DeploymentStackWhatIfResourceNotFound'])
  })

  it('refuses a second PUT while it works, and one that names no stack', async () => {
    await put(templateOf([]))
    expect((await put(templateOf([]))).status).toBe(409)
    const nameless = await ground.call('PUT', `${path}2`, { properties: settings(templateOf([])) })
    expect([nameless.status, objectOf(nameless.body['error'])['code']]).toEqual([
      400,
      'InvalidRequestContent',
    ])
  })
})

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
