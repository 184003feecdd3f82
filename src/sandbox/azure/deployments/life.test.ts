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
const base = '/resourcegroups/rg/providers/Microsoft.Resources/deployments'
const path = `${base}/web`
const id = `${subscription}/resourceGroups/rg/providers/Microsoft.Resources/deployments/web`

describe('cancel, delete, list, export', () => {
  let ground: ArmGround
  beforeEach(async () => {
    ground = await createArmGround()
    await ground.group('rg')
  })
  afterEach(() => ground.close())

  const put = (name: string, template: unknown = templateOf([])) =>
    ground.call('PUT', `${base}/${name}`, { properties: { mode: 'Incremental', template } })
  const state = async (name = 'web') => (await ground.properties(`${base}/${name}`))['provisioningState']
  const codeOf = async (method: string, at: string) => {
    const { status, body } = await ground.call(method, at)
    return [status, objectOf(body['error'])['code']]
  }
  const names = async (query = '') => {
    const { body } = await ground.call('GET', `${base}${query}`)
    return (Array.isArray(body['value']) ? body['value'] : []).map((item) => objectOf(item)['name'])
  }

  it('cancels: 204, Canceled a second later without an error, and nothing more begins', async () => {
    await put('web', templateOf([account('acct1'), nsg('net', { dependsOn: ['acct1'] })]))
    ground.clock.advance(5000)
    const canceled = await ground.call('POST', `${path}/cancel`)
    expect([canceled.status, canceled.body]).toEqual([204, {}])
    expect(await state()).toBe('Running')
    ground.clock.advance(1000)
    const properties = await ground.properties(path)
    expect(properties['provisioningState']).toBe('Canceled')
    for (const member of ['error', 'outputs', 'outputResources'])
      expect(properties).not.toHaveProperty(member)
    ground.clock.advance(5 * minute)
    expect(await state()).toBe('Canceled')
    const there = async (type: string) =>
      (await ground.call('GET', `/resourcegroups/rg/providers/${type}`)).status
    expect(await there('Microsoft.Storage/storageAccounts/acct1')).toBe(200)
    expect(await there('Microsoft.Network/networkSecurityGroups/net')).toBe(404)
    expect(await codeOf('POST', `${path}/cancel`)).toEqual([409, 'DeploymentCannotBeCancelled'])
    expect((await put('web')).status).toBe(200)
  })

  it('cancels what is nested in it', async () => {
    const inner = {
      type: 'Microsoft.Resources/deployments',
      apiVersion: '2022-09-01',
      name: 'in',
      properties: { mode: 'Incremental', template: templateOf([account('acct1')]) },
    }
    await put('web', templateOf([inner]))
    ground.clock.advance(5000)
    await ground.call('POST', `${path}/cancel`)
    ground.clock.advance(5 * minute)
    expect([await state('web'), await state('in')]).toEqual(['Canceled', 'Canceled'])
  })

  it('deletes the record over a poll, and lets the resources be', async () => {
    expect((await ground.call('DELETE', path)).status).toBe(204)
    await put('web', templateOf([nsg('net')]))
    expect(await codeOf('DELETE', path)).toEqual([409, 'DeploymentActive'])
    ground.clock.advance(minute)
    const deleted = await ground.call('DELETE', path)
    expect(deleted.status).toBe(202)
    const location = deleted.headers.get('location') ?? ''
    expect(location).toMatch(/\/subscriptions\/[^/]+\/operationresults\/[\w-]+\?api-version=/)
    expect((await ground.call('GET', location)).status).toBe(202)
    ground.clock.advance(2000)
    expect((await ground.call('GET', location)).status).toBe(204)
    expect((await ground.call('HEAD', path)).status).toBe(404)
    expect(await codeOf('GET', path)).toEqual([404, 'DeploymentNotFound'])
    expect(
      (await ground.call('GET', '/resourcegroups/rg/providers/Microsoft.Network/networkSecurityGroups/net'))
        .status,
    ).toBe(200)
  })

  it('lists the newest first, by state and by pages', async () => {
    await put('one')
    await put('two', templateOf([account('Bad_Name')]))
    ground.clock.advance(minute)
    await put('three')
    expect(await names()).toEqual(['three', 'two', 'one'])
    // az ends the path with a slash.
    expect(await names('/')).toEqual(['three', 'two', 'one'])
    expect(await names("?$filter=provisioningState eq 'Failed'")).toEqual(['two'])
    const page = await ground.call('GET', `${base}?$top=2`)
    const next = await ground.call(
      'GET',
      typeof page.body['nextLink'] === 'string' ? page.body['nextLink'] : '',
    )
    expect(next.body['value']).toMatchObject([{ name: 'one' }])
    expect(next.body).not.toHaveProperty('nextLink')
  })

  it('exports the template: types capitalised, members in ARM’s order, names in their own letters', async () => {
    const inner = templateOf([], { parameters: { deep: { type: 'string', defaultValue: '' } } })
    const nested = {
      properties: { mode: 'Incremental', template: inner },
      name: 'in',
      apiVersion: '2022-09-01',
      type: 'Microsoft.Resources/deployments',
    }
    await put(
      'web',
      templateOf(
        [
          {
            tags: {},
            properties: {},
            name: 'net',
            location: 'westus',
            apiVersion: '2023-11-01',
            type: 'Microsoft.Network/networkSecurityGroups',
          },
          nested,
        ],
        {
          parameters: { Name: { type: 'securestring', defaultValue: '' } },
          outputs: { Out: { type: 'bool', value: true } },
        },
      ),
    )
    const { status, body } = await ground.call('POST', `${path}/exportTemplate`)
    expect(status).toBe(200)
    const template = objectOf(body['template'])
    expect(template).toMatchObject({
      parameters: { Name: { type: 'SecureString' } },
      outputs: { Out: { type: 'Bool' } },
      resources: [
        { name: 'net' },
        { properties: { template: { parameters: { deep: { type: 'string' } } } } },
      ],
    })
    const [net] = Array.isArray(template['resources']) ? template['resources'] : []
    expect(Object.keys(objectOf(net))).toEqual([
      'type',
      'apiVersion',
      'name',
      'location',
      'tags',
      'properties',
    ])
  })

  it('lets the oldest go above 700, and refuses above 800 where that is switched off', async () => {
    await ground.control('deployment-history', { limit: 8, groomAbove: 6, groomedTo: 4 })
    for (let index = 0; index < 8; index += 1) {
      // One after the other: the oldest go first, and only what is done.
      // oxlint-disable-next-line no-await-in-loop
      await put(`d${index}`)
      ground.clock.advance(minute)
    }
    expect(await names()).toEqual(['d7', 'd6', 'd5', 'd4', 'd3'])
    await ground.control('deployment-history', { limit: 5 })
    const full = await put('d8')
    expect([full.status, objectOf(full.body['error'])['code']]).toEqual([409, 'DeploymentQuotaExceeded'])
    expect(objectOf(full.body['error'])['message']).toContain("would exceed the quota of '5'")
    expect((await put('d7')).status).toBe(200)
  })
})

describe('misbehaviour of deployments', () => {
  let ground: ArmGround
  beforeEach(async () => {
    ground = await createArmGround()
    await ground.group('rg')
  })
  afterEach(() => ground.close())

  const put = () =>
    ground.call('PUT', path, { properties: { mode: 'Incremental', template: templateOf([nsg('net')]) } })
  const state = async () => (await ground.properties(path))['provisioningState']

  it('somebody else’s run keeps a name busy for a while', async () => {
    await ground.control('foreign-deployment', { id, ms: 30_000 })
    expect(objectOf((await put()).body['error'])['code']).toBe('DeploymentActive')
    const foreign = await ground.properties(path)
    expect(foreign['provisioningState']).toBe('Running')
    ground.clock.advance(30_000)
    expect(await state()).toBe('Succeeded')
    const ours = await put()
    expect(ours.status).toBe(200)
    expect(objectOf(ours.body['properties'])['correlationId']).not.toBe(foreign['correlationId'])
  })

  it('somebody else cancels', async () => {
    await put()
    await ground.control('cancel-deployment', { id })
    ground.clock.advance(minute)
    expect(await state()).toBe('Canceled')
    await expect(ground.control('cancel-deployment', { id })).rejects.toThrow(/it is Canceled/)
  })

  it.each([
    'NotSpecified',
    'Accepted',
    'Running',
    'Ready',
    'Creating',
    'Created',
    'Deleting',
    'Deleted',
    'Canceled',
    'Failed',
    'Succeeded',
    'Updating',
    'Hibernating',
  ])('looks %s', async (pretended) => {
    const { headers } = await put()
    await ground.control('deployment-state', { id, state: pretended })
    expect(await state()).toBe(pretended)
    expect((await ground.call('GET', headers.get('azure-asyncoperation') ?? '')).body).toEqual({
      status: pretended,
    })
    await ground.control('deployment-state', { id })
    ground.clock.advance(minute)
    expect(await state()).toBe('Succeeded')
  })

  it('reads answer as of a while ago', async () => {
    await put()
    ground.clock.advance(minute)
    await state()
    await ground.control('stale-reads', { lagMs: minute - 1000, forMs: minute })
    expect(await state()).toBe('Running')
    await ground.call('GET', path)
    ground.clock.advance(minute)
    expect(await state()).toBe('Succeeded')
    await put()
    await ground.control('stale-reads', { lagMs: 2 * minute + 1, forMs: minute })
    expect((await ground.call('GET', path)).status).toBe(404)
  })

  it('forgets everything', async () => {
    await put()
    await ground.control('reset', {})
    await ground.group('rg')
    expect((await ground.call('GET', path)).status).toBe(404)
  })
})
