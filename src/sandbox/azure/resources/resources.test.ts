import { describe, expect, it } from 'vitest'
import { layAzureGround, subscription } from '../../../../test/support/azure-ground.ts'

const rg = `${subscription}/resourceGroups/rg`
const account = `${rg}/providers/Microsoft.Storage/storageAccounts/acc1`
const routeTable = `${rg}/providers/Microsoft.Network/routeTables/r1`

describe('resources by id', () => {
  const ground = layAzureGround()
  const group = () => ground.call('PUT ~/resourcegroups/rg', { body: { location: 'westus' } })
  const put = (id: string, body: object = { location: 'westus' }) => ground.call(`PUT ${id}`, { body })
  const settle = () => ground.clock.advance(600_000)

  it('are written over time: Creating, then Succeeded, with Azure-AsyncOperation', async () => {
    await group()
    const made = await put(routeTable, { location: 'West US', properties: { custom: 1 } })
    expect(made.status).toBe(201)
    expect(made.body['properties']?.['provisioningState']).toBe('Creating')
    const status = made.headers.get('azure-asyncoperation') ?? ''
    expect(status).toMatch(
      new RegExp(
        `^${ground.sandbox.url}${subscription}/providers/Microsoft.Network/locations/westus/operationStatuses/`,
      ),
    )
    const polled = await ground.call(`GET ${status}`)
    expect([polled.body, polled.headers.get('retry-after')]).toEqual([{ status: 'InProgress' }, '5'])
    settle()
    expect((await ground.call(`GET ${status}`)).body).toMatchObject({
      status: 'Succeeded',
      startTime: '2026-01-01T00:00:00.000Z',
    })
    expect((await ground.call(`GET ${routeTable}`)).body).toMatchObject({
      location: 'westus',
      properties: { provisioningState: 'Succeeded', custom: 1 },
    })
  })

  it('are written as their provider answers: an account 202 with Location alone, then 200 with itself', async () => {
    await group()
    const body = { location: 'West US', sku: { name: 'Standard_LRS' }, kind: 'StorageV2' }
    const made = await put(account, body)
    expect([made.status, made.body, made.headers.has('azure-asyncoperation')]).toEqual([202, {}, false])
    const location = made.headers.get('location') ?? ''
    const polled = await ground.call(`GET ${location}`)
    expect([polled.status, polled.headers.get('retry-after')]).toEqual([202, '5'])
    expect((await ground.call(`GET ${account}`)).body['properties']?.['provisioningState']).toBe('Creating')
    const done = await ground.followed(made)
    expect([done.status, done.body]).toEqual([200, (await ground.call(`GET ${account}`)).body])
    expect(done.body).toMatchObject({
      id: account,
      name: 'acc1',
      type: 'Microsoft.Storage/storageAccounts',
      location: 'westus',
      sku: { name: 'Standard_LRS' },
      properties: {
        provisioningState: 'Succeeded',
        primaryEndpoints: { blob: 'https://acc1.blob.core.windows.net/' },
        creationTime: '2026-01-01T00:00:00.000Z',
      },
    })
  })

  it.each([
    { type: 'Microsoft.Storage/storageAccounts', want: [202, 200] },
    { type: 'Microsoft.Compute/disks', want: [202, 200] },
    { type: 'Microsoft.Web/sites', want: [200, 200] },
    { type: 'Microsoft.DocumentDB/databaseAccounts', want: [200, 200] },
    { type: 'Microsoft.Network/virtualNetworks', want: [201, 200] },
    { type: 'Microsoft.Authorization/policyAssignments', want: [201, 201] },
  ])('of $type answer $want, new and again', async ({ type, want }) => {
    await group()
    const id = `${rg}/providers/${type}/thing1`
    const first = await put(id)
    settle()
    const again = await put(id)
    expect([first.status, again.status]).toEqual(want)
    expect(again.body).toMatchObject({ id, name: 'thing1' })
  })

  it('keep what only the provider knows, and nothing else that was left out', async () => {
    await group()
    await put(account, {
      location: 'westus',
      tags: { a: 'b' },
      properties: { accessTier: 'Cool', custom: 1 },
    })
    settle()
    const again = await put(account, { location: 'westus', properties: {} })
    expect([again.status, again.body['tags']]).toEqual([200, undefined])
    expect(again.body['properties']).toMatchObject({
      accessTier: 'Hot',
      creationTime: '2026-01-01T00:00:00.000Z',
    })
    expect(again.body['properties']).not.toHaveProperty('custom')
  })

  it('are patched: what is named changes, null removes, the rest stays', async () => {
    await group()
    await put(routeTable, { location: 'westus', tags: { a: 'b', c: 'd' }, properties: { x: { y: 1, z: 2 } } })
    settle()
    await ground.call(`PATCH ${routeTable}`, { body: { tags: { a: null }, properties: { x: { y: 3 } } } })
    settle()
    expect((await ground.call(`GET ${routeTable}`)).body).toMatchObject({
      tags: { c: 'd' },
      properties: { x: { y: 3, z: 2 } },
    })
    expect(await ground.refusal(`PATCH ${routeTable}x`, { body: {} })).toBe('404 ResourceNotFound')
  })

  it('are deleted: 202 over time, 204 when nothing is there', async () => {
    await group()
    await put(account)
    settle()
    const begun = await ground.call(`DELETE ${account}`)
    expect([begun.status, begun.headers.has('azure-asyncoperation')]).toEqual([202, true])
    expect((await ground.followed(begun)).status).toBe(204)
    expect((await ground.call(`HEAD ${account}`)).status).toBe(404)
    expect((await ground.call(`DELETE ${account}`)).status).toBe(204)
    const { body } = await ground.call(`GET ${account}`)
    expect(body['error']).toEqual({
      code: 'ResourceNotFound',
      message:
        "The Resource 'Microsoft.Storage/storageAccounts/acc1' under resource group 'rg' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix",
    })
  })

  it('never answer what was secret', async () => {
    await group()
    const server = `${rg}/providers/Microsoft.Sql/servers/sql1`
    const secret = `${rg}/providers/Microsoft.KeyVault/vaults/vault1`
    await put(server, {
      location: 'westus',
      properties: { administratorLogin: 'admin', administratorLoginPassword: 'hunter2' },
    })
    await put(secret)
    await put(`${secret}/secrets/s`, { properties: { value: 'hunter2' } })
    settle()
    for (const id of [server, `${secret}/secrets/s`]) {
      expect(JSON.stringify((await ground.call(`GET ${id}`)).body)).not.toContain('hunter2')
    }
    expect((await ground.call(`GET ${server}`)).body['properties']?.['administratorLogin']).toBe('admin')
  })

  it('have identities with principals', async () => {
    await group()
    const user = `${rg}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/u`
    const made = await put(user)
    settle()
    const site = await put(`${rg}/providers/Microsoft.Web/sites/site1`, {
      location: 'westus',
      identity: { type: 'SystemAssigned, UserAssigned', userAssignedIdentities: { [user]: {} } },
    })
    const [principalId, clientId] = ['principalId', 'clientId'].map((name) => made.body['properties']?.[name])
    expect(site.body['identity']).toMatchObject({
      principalId: expect.stringMatching(/^[\da-f-]{36}$/) as string,
      userAssignedIdentities: { [user]: { principalId, clientId } },
    })
    expect(principalId).not.toBe(clientId)
  })

  it('inside others are resources too, whether written with them or after them', async () => {
    await group()
    const net = `${rg}/providers/Microsoft.Network/virtualNetworks/net`
    expect(await ground.refusal(`PUT ${net}/subnets/late`, { body: {} })).toBe('404 ParentResourceNotFound')
    await put(net, {
      location: 'westus',
      properties: { subnets: [{ name: 'early', properties: { addressPrefix: '10.0.0.0/24' } }] },
    })
    await put(`${net}/subnets/late`, { properties: { addressPrefix: '10.0.1.0/24' } })
    settle()
    const listed = (await ground.call(`GET ${net}/subnets`)).body['value']
    expect(listed?.map(({ name }) => name)).toEqual(['late', 'early'])
    for (const name of ['early', 'late']) {
      expect((await ground.call(`GET ${net}/subnets/${name}`)).body['properties']).toMatchObject({
        addressPrefix: expect.any(String) as string,
        provisioningState: 'Succeeded',
      })
    }
  })

  it('answer lists of keys, the same at every call', async () => {
    await group()
    await put(account)
    settle()
    const [one, other] = [
      await ground.call(`POST ${account}/listKeys`),
      await ground.call(`POST ${account}/listkeys`),
    ]
    expect(
      one.body['keys']?.map((key) => [key['keyName'], Buffer.from(key['value'] ?? '', 'base64').byteLength]),
    ).toEqual([
      ['key1', 64],
      ['key2', 64],
    ])
    expect(one.body).toEqual(other.body)
    expect(await ground.refusal(`POST ${account}/listNothing`)).toBe('404 ResourceActionNotFound')
  })

  it('are listed by group, subscription and type', async () => {
    await group()
    await put(account, { location: 'westus', tags: { env: 'prod' } })
    await put(routeTable)
    await put(`${account}/blobServices/default`, {})
    await put(`${rg}/providers/Microsoft.Authorization/locks/l`, { properties: { level: 'CanNotDelete' } })
    const names = async (path: string) =>
      (await ground.call(`GET ${path}`)).body['value']?.map((each) => each['name'])
    expect(await names('~/resources')).toEqual(['acc1', 'r1'])
    expect(await names('~/resourceGroups/RG/resources')).toEqual(['acc1', 'r1'])
    const filter = encodeURIComponent("resourceType eq 'microsoft.network/routetables'")
    expect(await names(`~/resources?$filter=${filter}`)).toEqual(['r1'])
    expect(
      await names(`~/resources?$filter=${encodeURIComponent("tagName eq 'env' and tagValue eq 'prod'")}`),
    ).toEqual(['acc1'])
    expect(await names(`~/providers/Microsoft.Network/routeTables`)).toEqual(['r1'])
    expect(await names(`${account}/blobServices`)).toEqual(['default'])
    expect(await ground.refusal(`GET ~/resources?$filter=oops`)).toBe('400 InvalidFilterInQueryString')
    const [first] =
      (await ground.call('GET ~/resources?$expand=createdTime,provisioningState')).body['value'] ?? []
    expect(first).toMatchObject({ createdTime: '2026-01-01T00:00:00.000Z', provisioningState: 'Creating' })
    expect(first).not.toHaveProperty('properties')
  })

  it.each([
    {
      name: 'without its group',
      id: `${subscription}/resourceGroups/no/providers/Microsoft.Web/sites/s`,
      body: { location: 'westus' },
      want: '404 ResourceGroupNotFound',
    },
    {
      name: 'of no provider',
      id: `${rg}/providers/Microsoft.Nothing/a/b`,
      body: {},
      want: '404 InvalidResourceNamespace',
    },
    { name: 'without a location', id: account, body: {}, want: '400 LocationRequired' },
    {
      name: 'whose name the provider does not take',
      id: `${account}-x`,
      body: { location: 'westus' },
      want: '400 AccountNameInvalid',
    },
    {
      name: 'with half an id',
      id: `${rg}/providers/Microsoft.Web/sites`,
      body: {},
      want: '400 InvalidResourceId',
    },
  ])('$name are refused', async ({ id, body, want }) => {
    await group()
    expect(await ground.refusal(`PUT ${id}`, { body })).toBe(want)
  })

  it('stay where they are', async () => {
    await group()
    await put(account)
    settle()
    expect(await ground.refusal(`PUT ${account}`, { body: { location: 'eastus' } })).toBe(
      '409 InvalidResourceLocation',
    )
  })

  it.each([
    {
      name: 'of a type that nobody knows',
      id: `${rg}/providers/Contoso.Things/things/t`,
      from: 2000,
      to: 10_000,
    },
    { name: 'of a known type', id: account, from: 24_000, to: 32_000 },
  ])('$name take their time; a second write half of it, and so a deletion', async ({ id, from, to }) => {
    await group()
    const state = async () => {
      const { body, status } = await ground.call(`GET ${id}`)
      return status === 404 ? 404 : body['properties']?.['provisioningState']
    }
    const rounds = [
      { act: () => put(id), busy: 'Creating', end: 'Succeeded', share: 1 },
      { act: () => put(id), busy: 'Updating', end: 'Succeeded', share: 0.5 },
      { act: () => ground.call(`DELETE ${id}`), busy: 'Deleting', end: 404, share: 0.5 },
    ]
    for (const { act, busy, end, share } of rounds) {
      await act()
      ground.clock.advance(from * share - 1)
      expect(await state()).toBe(busy)
      ground.clock.advance((to - from) * share + 1)
      expect(await state()).toBe(end)
    }
  })

  it('extend others, a subscription and the tenant', async () => {
    await group()
    await put(account)
    const assignment = `${account}/providers/Microsoft.Authorization/roleAssignments/00000000-0000-4000-8000-000000000001`
    const made = await put(assignment, { properties: { principalId: 'p', roleDefinitionId: 'r' } })
    expect([made.status, made.body['properties']?.['scope']]).toEqual([201, account])
    expect(made.body['properties']).not.toHaveProperty('provisioningState')
    const wide = `${subscription}/providers/Microsoft.Authorization/roleAssignments/00000000-0000-4000-8000-000000000002`
    expect((await put(wide, { properties: { principalId: 'p' } })).body['properties']?.['scope']).toBe(
      subscription,
    )
    const managed = '/providers/Microsoft.Management/managementGroups/mg'
    expect((await put(managed, { properties: { displayName: 'M' } })).status).toBe(201)
    expect((await ground.call(`GET ${managed}`)).body['properties']?.['displayName']).toBe('M')
  })

  describe('under a lock', () => {
    const lock = `${rg}/providers/Microsoft.Authorization/locks/l1`

    it.each([
      { level: 'CanNotDelete', write: '200 ', remove: '409 ScopeLocked' },
      { level: 'ReadOnly', write: '409 ScopeLocked', remove: '409 ScopeLocked' },
    ])('$level', async ({ level, write, remove }) => {
      await group()
      await put(account)
      settle()
      expect((await put(lock, { properties: { level } })).status).toBe(201)
      expect(await ground.refusal(`PUT ${account}`, { body: { location: 'westus' } })).toBe(write)
      settle()
      expect(await ground.refusal(`DELETE ${account}`)).toBe(remove)
      expect(await ground.refusal(`DELETE ${rg}`)).toBe(remove)
      expect((await ground.call(`DELETE ${lock}`)).status).toBe(200)
      expect((await ground.call(`DELETE ${account}`)).status).toBe(202)
    })

    it('which says only what it was told, under the id that it was made with', async () => {
      await group()
      const id = `${subscription}/resourcegroups/RG/providers/Microsoft.Authorization/locks/l1`
      const { body } = await put(id, { properties: { level: 'CanNotDelete', notes: 'why' } })
      expect(JSON.stringify(body)).toBe(
        `{"properties":{"level":"CanNotDelete","notes":"why"},"id":"${id}","type":"Microsoft.Authorization/locks","name":"l1"}`,
      )
      expect((await ground.call('GET ~/providers/Microsoft.Authorization/locks')).body['value']).toEqual([
        body,
      ])
    })

    it('a group cannot be deleted while something in it is locked', async () => {
      await group()
      await put(account)
      await put(`${account}/providers/Microsoft.Authorization/locks/l2`, {
        properties: { level: 'CanNotDelete' },
      })
      const { body } = await ground.call(`DELETE ${rg}`)
      expect(body['error']?.['message']).toContain(`because following scope(s) are locked: '${account}'`)
    })
  })

  it('have tags of their own endpoint', async () => {
    await group()
    await put(routeTable, { location: 'westus', tags: { a: '1', b: '2' } })
    const tags = `${routeTable}/providers/Microsoft.Resources/tags/default`
    const patch = async (operation: string, wanted: object) =>
      (await ground.call(`PATCH ${tags}`, { body: { operation, properties: { tags: wanted } } })).body[
        'properties'
      ]?.['tags']
    expect(await patch('Merge', { c: '3' })).toEqual({ a: '1', b: '2', c: '3' })
    expect(await patch('Delete', { a: '1', b: 'other' })).toEqual({ b: '2', c: '3' })
    expect(await patch('Replace', { d: '4' })).toEqual({ d: '4' })
    expect((await ground.call(`GET ${routeTable}`)).body['tags']).toEqual({ d: '4' })
    const all = `${subscription}/providers/Microsoft.Resources/tags/default`
    await ground.call(`PUT ${all}`, { body: { properties: { tags: { of: 'all' } } } })
    expect((await ground.call(`GET ${all}`)).body['properties']?.['tags']).toEqual({ of: 'all' })
    expect((await ground.call(`DELETE ${tags}`)).status).toBe(200)
    expect((await ground.call(`GET ${routeTable}`)).body['tags']).toEqual({})
  })
})
