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

const minute = 60_000
const path = '/resourcegroups/rg/providers/Microsoft.Resources/deployments/web'
const id = `${subscription}/resourceGroups/rg/providers/Microsoft.Resources/deployments/web`

describe('create or update', () => {
  let ground: ArmGround
  beforeEach(async () => {
    ground = await createArmGround()
    await ground.group('rg', 'West Europe')
  })
  afterEach(() => ground.close())

  const put = (template: unknown, more: Record<string, unknown> = {}) =>
    ground.call('PUT', path, { properties: { mode: 'Incremental', template, ...more } })
  const state = async () => (await ground.properties(path))['provisioningState']

  const full = templateOf(
    [
      account("[parameters('Account')]"),
      nsg('net', { dependsOn: ["[resourceId('Microsoft.Storage/storageAccounts', parameters('Account'))]"] }),
    ],
    {
      parameters: {
        Account: { type: 'string' },
        password: { type: 'securestring', defaultValue: 'canary' },
        size: { type: 'int', defaultValue: 3 },
      },
      outputs: {
        Endpoint: { type: 'string', value: "[reference(parameters('Account')).primaryEndpoints.blob]" },
        Keys: { type: 'object', value: { Inner: "[parameters('size')]" } },
      },
    },
  )

  it('answers 201 for a new name and 200 for an old one, Accepted, with the url of its status', async () => {
    const first = await put(full, { parameters: { Account: { value: 'acct1' } } })
    expect(first.status).toBe(201)
    expect(first.headers.get('location')).toBeNull()
    expect(first.headers.get('x-ms-deployment-engine-version')).toMatch(/^\d+\.\d+\.\d+$/)
    expect(first.headers.get('azure-asyncoperation')).toMatch(
      new RegExp(
        `/subscriptions/[^/]+/resourcegroups/rg/providers/Microsoft.Resources/deployments/web/operationStatuses/0858\\d{16}\\?api-version=2025-04-01$`,
      ),
    )
    expect(Object.keys(first.body)).toEqual(['id', 'name', 'type', 'properties'])
    expect(first.body).toMatchObject({ id, name: 'web', type: 'Microsoft.Resources/deployments' })
    const properties = objectOf(first.body['properties'])
    expect(Object.keys(properties)).toEqual([
      'templateHash',
      'parameters',
      'mode',
      'provisioningState',
      'timestamp',
      'duration',
      'correlationId',
      'providers',
      'dependencies',
    ])
    expect(properties).toMatchObject({
      parameters: {
        account: { type: 'String', value: 'acct1' },
        password: { type: 'SecureString' },
        size: { type: 'Int', value: 3 },
      },
      mode: 'Incremental',
      provisioningState: 'Accepted',
      correlationId: first.headers.get('x-ms-correlation-request-id'),
      providers: [
        {
          namespace: 'Microsoft.Storage',
          resourceTypes: [{ resourceType: 'storageAccounts', locations: ['westeurope'] }],
        },
        {
          namespace: 'Microsoft.Network',
          resourceTypes: [{ resourceType: 'networkSecurityGroups', locations: ['westeurope'] }],
        },
      ],
      dependencies: [
        {
          dependsOn: [
            {
              id: `${subscription}/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/acct1`,
              resourceType: 'Microsoft.Storage/storageAccounts',
              resourceName: 'acct1',
            },
          ],
          id: `${subscription}/resourceGroups/rg/providers/Microsoft.Network/networkSecurityGroups/net`,
          resourceType: 'Microsoft.Network/networkSecurityGroups',
          resourceName: 'net',
        },
      ],
    })
    expect(JSON.stringify(first.body)).not.toContain('canary')
    ground.clock.advance(5 * minute)
    expect((await put(full, { parameters: { Account: { value: 'acct1' } } })).status).toBe(200)
  })

  it('goes from Accepted over Running to Succeeded, its time standing still between', async () => {
    const { headers } = await put(full, { parameters: { Account: { value: 'acct1' } } })
    const status = headers.get('azure-asyncoperation') ?? ''
    expect(await state()).toBe('Accepted')
    expect((await ground.call('GET', status)).body).toEqual({ status: 'Running' })
    ground.clock.advance(1000)
    const running = await ground.call('GET', path)
    expect(objectOf(running.body['properties'])['provisioningState']).toBe('Running')
    expect(running.headers.get('retry-after')).toBe('15')
    ground.clock.advance(10_000)
    const later = await ground.properties(path)
    expect(later['timestamp']).toBe(objectOf(running.body['properties'])['timestamp'])
    expect(later['duration']).toBe('PT0.7S')
    ground.clock.advance(minute)
    expect((await ground.call('GET', status)).body).toEqual({ status: 'Succeeded' })
    const done = await ground.call('GET', path)
    expect(done.headers.get('retry-after')).toBeNull()
    expect(objectOf(done.body['properties'])).toMatchObject({
      provisioningState: 'Succeeded',
      outputs: {
        endpoint: { type: 'String', value: 'https://acct1.blob.core.windows.net/' },
        keys: { type: 'Object', value: { Inner: 3 } },
      },
      outputResources: [
        { id: `${subscription}/resourceGroups/rg/providers/Microsoft.Network/networkSecurityGroups/net` },
        { id: `${subscription}/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/acct1` },
      ],
    })
  })

  it('has no outputs where the template has none, and outputResources even when there are none', async () => {
    await put(templateOf([]))
    ground.clock.advance(minute)
    const properties = await ground.properties(path)
    expect(properties).toMatchObject({ provisioningState: 'Succeeded', outputResources: [] })
    expect(properties).not.toHaveProperty('outputs')
  })

  it('takes the hash that Bicep wrote', async () => {
    const { body } = await put(templateOf([], { metadata: { _generator: { templateHash: '123' } } }))
    expect(objectOf(body['properties'])['templateHash']).toBe('123')
  })

  it('takes a body that az sends: comments and a name without quotes', async () => {
    const text = `{"properties": {"mode": "Incremental", template: ${JSON.stringify(templateOf([]))} /* all */ }}`
    expect((await ground.call('PUT', path, undefined, { text })).status).toBe(201)
  })

  it('refuses a name that is at work, until it is done', async () => {
    await put(full, { parameters: { Account: { value: 'acct1' } } })
    const busy = await put(templateOf([]))
    expect(busy.status).toBe(409)
    expect(busy.body).toMatchObject({
      error: {
        code: 'DeploymentActive',
        message: expect.stringMatching(
          /^Unable to edit or replace deployment 'web': previous deployment from '1\/1\/2026 12:00:00 AM' is still active \(expiration time is '1\/8\/2026 12:00:00 AM'\)/,
        ),
      },
    })
    ground.clock.advance(5 * minute)
    expect((await put(templateOf([]))).status).toBe(200)
  })

  it('writes dependants after what they need, and the rest side by side', async () => {
    await put(full, { parameters: { Account: { value: 'acct1' } } })
    ground.clock.advance(5000)
    await state()
    const exists = async (type: string, name: string) =>
      (await ground.call('GET', `/resourcegroups/rg/providers/${type}/${name}`)).status
    expect(await exists('Microsoft.Storage/storageAccounts', 'acct1')).toBe(200)
    expect(await exists('Microsoft.Network/networkSecurityGroups', 'net')).toBe(404)
    ground.clock.advance(minute)
    expect(await exists('Microsoft.Network/networkSecurityGroups', 'net')).toBe(200)
  })

  it('writes a serial copy batch by batch', async () => {
    const copies = nsg("[concat('net', copyIndex())]", {
      copy: { name: 'nets', count: 4, mode: 'serial', batchSize: 2 },
    })
    await put(templateOf([copies]))
    ground.clock.advance(1000)
    const names = async () => {
      const { body } = await ground.call('GET', '/resourcegroups/rg/resources')
      return (Array.isArray(body['value']) ? body['value'] : []).map((item) => objectOf(item)['name'])
    }
    expect(await names()).toEqual(['net0', 'net1'])
    ground.clock.advance(minute)
    expect(await names()).toEqual(['net0', 'net1', 'net2', 'net3'])
  })

  it('leaves out what its condition excludes, and only reads what exists', async () => {
    await put(templateOf([account('made')]))
    ground.clock.advance(minute)
    const { body } = await put(
      templateOf(
        {
          there: {
            existing: true,
            type: 'Microsoft.Storage/storageAccounts',
            apiVersion: '2023-01-01',
            name: 'made',
          },
          no: account('never', { condition: false }),
        },
        {
          languageVersion: '2.0',
          outputs: { Kind: { type: 'string', value: "[reference('there', '2023-01-01', 'full').kind]" } },
        },
      ),
    )
    expect(objectOf(body['properties'])['providers']).toEqual([])
    ground.clock.advance(minute)
    expect(await ground.properties(path)).toMatchObject({
      outputs: { kind: { type: 'String', value: 'StorageV2' } },
      outputResources: [],
    })
    expect(
      (await ground.call('GET', '/resourcegroups/rg/providers/Microsoft.Storage/storageAccounts/never'))
        .status,
    ).toBe(404)
  })

  it('deletes in complete mode what the template does not say, and nothing else', async () => {
    await put(templateOf([account('old'), nsg('net')]))
    ground.clock.advance(minute)
    await ground.call('PUT', path, { properties: { mode: 'Complete', template: templateOf([nsg('net')]) } })
    ground.clock.advance(minute)
    expect(await state()).toBe('Succeeded')
    const { body } = await ground.call('GET', '/resourcegroups/rg/resources')
    expect(body['value']).toMatchObject([{ name: 'net' }])
  })

  it('passes through every state at once when time costs nothing', async () => {
    const fast = await createArmGround({ speed: 0 })
    await fast.group('rg')
    await fast.call('PUT', path, {
      properties: { mode: 'Incremental', template: templateOf([account('acct1')]) },
    })
    expect(await fast.properties(path)).toMatchObject({ provisioningState: 'Succeeded' })
    await fast.close()
  })
})
