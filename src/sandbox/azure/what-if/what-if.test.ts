import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ArmGround } from '../../../../test/support/arm-ground.ts'
import {
  account,
  createArmGround,
  nsg,
  objectOf,
  subscription,
  templateOf,
} from '../../../../test/support/arm-ground.ts'
import type { JsonObject } from '../json.ts'

const minute = 60_000
const path = '/resourcegroups/rg/providers/Microsoft.Resources/deployments/web'
const idOf = (type: string, name: string) => `${subscription}/resourceGroups/rg/providers/${type}/${name}`
const netId = idOf('Microsoft.Network/networkSecurityGroups', 'net')
const accountId = idOf('Microsoft.Storage/storageAccounts', 'acct1')

describe('what-if', () => {
  let ground: ArmGround
  beforeEach(async () => {
    ground = await createArmGround()
    await ground.group('rg')
  })
  afterEach(() => ground.close())

  const deploy = async (template: unknown, at = path, more: Record<string, unknown> = {}) => {
    await ground.call('PUT', at, { ...more, properties: { mode: 'Incremental', template } })
    ground.clock.advance(5 * minute)
    await ground.call('GET', at)
  }
  const whatIf = async (
    template: unknown,
    more: Record<string, unknown> = {},
    {
      at = path,
      apiVersion = '2021-04-01',
      ...around
    }: { at?: string; apiVersion?: string; location?: string } = {},
  ): Promise<JsonObject> => {
    const { status, headers, body } = await ground.call(
      'POST',
      `${at}/whatIf`,
      { ...around, properties: { mode: 'Incremental', template, ...more } },
      { apiVersion },
    )
    expect([status, body]).toEqual([202, {}])
    expect(headers.get('azure-asyncoperation')).toBeNull()
    ground.clock.advance(15_000)
    return (await ground.call('GET', headers.get('location') ?? '')).body
  }
  const changes = async (...args: Parameters<typeof whatIf>): Promise<JsonObject[]> => {
    const { status, properties } = await whatIf(...args)
    expect(status).toBe('Succeeded')
    const list = objectOf(properties)['changes']
    return (Array.isArray(list) ? list : []).map((change) => objectOf(change))
  }

  it('answers 202 with a Location, and the same result at every later poll', async () => {
    const { headers } = await ground.call(
      'POST',
      `${path}/whatIf`,
      { properties: { mode: 'Incremental', template: templateOf([]) } },
      { apiVersion: '2021-04-01' },
    )
    const location = headers.get('location') ?? ''
    expect(headers.get('retry-after')).toBe('15')
    const [, job = ''] =
      /\/subscriptions\/[^/]+\/operationresults\/([\w-]+)\?api-version=2021-04-01$/.exec(location) ?? []
    expect(JSON.parse(Buffer.from(job, 'base64url').toString('utf8'))).toEqual({
      jobId: expect.stringMatching(/^DeploymentWhatIfJob-RG-WEB-[0-9A-F:D]+$/),
      jobLocation: 'westeurope',
    })
    expect((await ground.call('GET', location)).status).toBe(202)
    ground.clock.advance(15_000)
    for (const _ of [1, 2]) {
      // oxlint-disable-next-line no-await-in-loop
      const { status, body } = await ground.call('GET', location)
      expect([status, body]).toEqual([200, { status: 'Succeeded', properties: { changes: [] } }])
    }
    // It was no deployment.
    expect((await ground.call('GET', path)).status).toBe(404)
  })

  it('creates: the resource as the template says it', async () => {
    expect(await changes(templateOf([account('acct1', { tags: { a: 'b' } })]))).toEqual([
      {
        resourceId: accountId,
        changeType: 'Create',
        after: {
          apiVersion: '2023-01-01',
          id: accountId,
          kind: 'StorageV2',
          location: 'West Europe',
          name: 'acct1',
          sku: { name: 'Standard_LRS' },
          tags: { a: 'b' },
          type: 'Microsoft.Storage/storageAccounts',
        },
      },
    ])
  })

  it('says NoChange of what is as it should be, whatever the service added', async () => {
    await deploy(templateOf([account('acct1'), nsg('net')]))
    expect(await changes(templateOf([account('acct1'), nsg('net')]))).toMatchObject([
      { resourceId: netId, changeType: 'NoChange' },
      {
        resourceId: accountId,
        changeType: 'NoChange',
        before: { location: 'westeurope' },
        after: { location: 'westeurope' },
      },
    ])
  })

  it('tells nothing of times that the service keeps, however much later it is asked', async () => {
    const workspace = templateOf([
      {
        type: 'Microsoft.OperationalInsights/workspaces',
        apiVersion: '2023-09-01',
        name: 'logs',
        location: 'westeurope',
        properties: { retentionInDays: 30, sku: { name: 'PerGB2018' } },
      },
    ])
    await deploy(workspace)
    ground.clock.advance(60 * minute)
    expect(await changes(workspace)).toMatchObject([{ changeType: 'NoChange' }])
  })

  it('modifies: by hand and by the template, before and after', async () => {
    await deploy(templateOf([nsg('net', { tags: { owner: 'ana' } })]))
    await ground.control('change-resource', { id: netId, path: '/tags/owner', value: 'bob' })
    await ground.control('change-resource', { id: netId, path: '/properties/flushConnection', value: true })
    const [change] = await changes(templateOf([nsg('net', { tags: { owner: 'ana', team: 'x' } })]))
    expect(change).toMatchObject({
      resourceId: netId,
      changeType: 'Modify',
      before: { tags: { owner: 'bob' }, properties: { flushConnection: true } },
      after: { tags: { owner: 'ana', team: 'x' } },
      delta: [
        { path: 'properties.flushConnection', propertyChangeType: 'Delete', before: true },
        { path: 'tags.owner', propertyChangeType: 'Modify', before: 'bob', after: 'ana' },
        { path: 'tags.team', propertyChangeType: 'Create', after: 'x' },
      ],
    })
  })

  it('tells lists by their items', async () => {
    const rules = (...ports: number[]) => ({
      properties: {
        securityRules: ports.map((port) => ({ name: `p${port}`, properties: { priority: port } })),
      },
    })
    await deploy(templateOf([nsg('net', rules(100, 200))]))
    const [change] = await changes(templateOf([nsg('net', rules(200, 300))]))
    expect(objectOf(change)['delta']).toEqual([
      {
        path: 'properties.securityRules',
        propertyChangeType: 'Array',
        children: [
          { path: '0', propertyChangeType: 'Delete', before: expect.objectContaining({ name: 'p100' }) },
          { path: '1', propertyChangeType: 'Create', after: { name: 'p300', properties: { priority: 300 } } },
        ],
      },
    ])
  })

  it('has no effect on what only the service sets', async () => {
    await deploy(templateOf([account('acct1')]))
    const [change] = await changes(
      templateOf([account('acct1', { properties: { provisioningState: 'Creating' } })]),
    )
    expect(change).toMatchObject({
      changeType: 'NoChange',
      delta: [
        {
          path: 'properties.provisioningState',
          propertyChangeType: 'NoEffect',
          before: 'Succeeded',
          after: 'Creating',
        },
      ],
    })
  })

  it('ignores what the template does not say, and deletes it in complete mode', async () => {
    await deploy(templateOf([account('acct1'), nsg('net')]))
    const template = templateOf([nsg('net')])
    const listed = {
      id: accountId,
      location: 'westeurope',
      name: 'acct1',
      type: 'Microsoft.Storage/storageAccounts',
    }
    expect(await changes(template)).toMatchObject([
      { resourceId: netId, changeType: 'NoChange' },
      { resourceId: accountId, changeType: 'Ignore', before: listed, after: listed },
    ])
    const complete = await changes(template, { mode: 'Complete' })
    expect(complete[1]).toMatchObject({ resourceId: accountId, changeType: 'Delete', before: listed })
    expect(complete[1]).not.toHaveProperty('after')
  })

  it('tells only ids where that is asked: Create, Deploy, Delete', async () => {
    await deploy(templateOf([account('acct1'), nsg('net')]))
    const whatIfSettings = { resultFormat: 'ResourceIdOnly' }
    expect(await changes(templateOf([nsg('net'), nsg('new')]), { whatIfSettings, mode: 'Complete' })).toEqual(
      [
        { resourceId: netId, changeType: 'Deploy' },
        { resourceId: idOf('Microsoft.Network/networkSecurityGroups', 'new'), changeType: 'Create' },
        { resourceId: accountId, changeType: 'Delete' },
      ],
    )
  })

  it('asks nothing of the cloud: a reference stays as it is written', async () => {
    const template = templateOf([
      account('acct1'),
      nsg('net', { tags: { blob: "[reference('acct1').primaryEndpoints.blob]" } }),
    ])
    await deploy(template)
    const [net] = await changes(template)
    expect(net).toMatchObject({
      changeType: 'Modify',
      delta: [
        {
          path: 'tags.blob',
          propertyChangeType: 'Modify',
          before: 'https://acct1.blob.core.windows.net/',
          after: expect.stringMatching(/^\[reference\(.*\)\.primaryEndpoints\.blob\]$/),
        },
      ],
    })
  })

  it('cannot say what becomes of a resource whose name is not known yet, nor of what a provider does not predict', async () => {
    const template = templateOf([
      account('acct1'),
      nestedNet('unknown', "[reference('acct1').primaryLocation]"),
    ])
    const all = await changes(template)
    expect(all.find(({ changeType }) => changeType === 'Unsupported')).toMatchObject({
      unsupportedReason: expect.stringContaining(
        'cannot be analyzed because its resource ID or API version cannot be calculated',
      ),
    })
    await ground.control('what-if-unsupported', { type: 'Microsoft.Storage/storageAccounts' })
    expect(await changes(templateOf([account('acct1')]))).toEqual([
      {
        resourceId: accountId,
        changeType: 'Unsupported',
        unsupportedReason: "The resource type 'Microsoft.Storage/storageAccounts' does not support What-If.",
      },
    ])
  })

  it('opens nested deployments up, but not those that wait for values', async () => {
    const template = templateOf([
      account('acct1'),
      nestedNet('known', 'net'),
      nestedNet('unknown', "[reference('acct1').primaryLocation]"),
    ])
    const { properties } = await whatIf(template, {}, { apiVersion: '2025-04-01' })
    expect(properties).toMatchObject({
      changes: [{ resourceId: netId, changeType: 'Create' }, { resourceId: accountId }],
      potentialChanges: [],
      diagnostics: [{ code: 'NestedDeploymentShortCircuited', target: expect.stringMatching(/\/unknown$/) }],
    })
  })

  it('opens 500 nested deployments up; what the rest holds is as if it were not said', async () => {
    await deploy(templateOf([nsg('net500')]))
    const nested = {
      ...nestedNet("[concat('in', copyIndex())]", "[concat('net', copyIndex())]"),
      copy: { name: 'many', count: 501 },
    }
    const all = await changes(templateOf([nested]))
    expect(all.filter(({ changeType }) => changeType === 'Create')).toHaveLength(500)
    expect(all.filter(({ changeType }) => changeType === 'Ignore')).toMatchObject([
      { resourceId: idOf('Microsoft.Network/networkSecurityGroups', 'net500') },
    ])
  })

  it('works in a subscription, and compares the group itself', async () => {
    const at = `${subscription}/providers/Microsoft.Resources/deployments/all`
    const template = templateOf([
      {
        type: 'Microsoft.Resources/resourceGroups',
        apiVersion: '2022-09-01',
        name: 'rg',
        location: 'West Europe',
        tags: { team: 'x' },
      },
    ])
    const [change] = await changes(template, {}, { at, location: 'westus' })
    expect(change).toMatchObject({
      resourceId: `${subscription}/resourceGroups/rg`,
      changeType: 'Modify',
      before: { location: 'westeurope', name: 'rg', type: 'Microsoft.Resources/resourceGroups' },
      delta: [{ path: 'tags.team', propertyChangeType: 'Create', after: 'x' }],
    })
  })

  it.each([
    ['', '/providers/Microsoft.Resources/operationResults/'],
    [
      '/providers/Microsoft.Management/managementGroups/mg',
      '/providers/Microsoft.Management/managementGroups/mg/providers/Microsoft.Resources/operationResults/',
    ],
  ])('works above subscriptions too: %s', async (prefix, results) => {
    const at = `${prefix}/providers/Microsoft.Resources/deployments/top`
    const body = { location: 'westus', properties: { mode: 'Incremental', template: templateOf([]) } }
    const { headers } = await ground.call('POST', `${at}/whatIf`, body)
    expect(headers.get('location')).toContain(`${ground.sandbox.url}${results}`)
    ground.clock.advance(15_000)
    expect((await ground.call('GET', headers.get('location') ?? '')).body).toMatchObject({
      status: 'Succeeded',
    })
  })

  it('says at the poll what is wrong with the template, and at once what is wrong with the request', async () => {
    expect(await whatIf(templateOf([account("[nothing('x')]")]))).toMatchObject({
      status: 'Failed',
      error: { code: 'InvalidTemplate' },
    })
    const missing = await ground.call('POST', `${path.replace('/rg/', '/none/')}/whatIf`, {
      properties: { mode: 'Incremental', template: templateOf([]) },
    })
    expect([missing.status, objectOf(missing.body['error'])['code']]).toEqual([404, 'ResourceGroupNotFound'])
  })
})

/** A nested deployment of one resource that is named by a parameter. */
function nestedNet(name: string, value: string): Record<string, unknown> {
  return {
    type: 'Microsoft.Resources/deployments',
    apiVersion: '2022-09-01',
    name,
    properties: {
      mode: 'Incremental',
      expressionEvaluationOptions: { scope: 'inner' },
      template: templateOf([nsg("[parameters('name')]")], { parameters: { name: { type: 'string' } } }),
      parameters: { name: { value } },
    },
  }
}
