import { ResourceManagementClient } from '@azure/arm-resources'
import { ClientSecretCredential } from '@azure/identity'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createSeededRandom, createVirtualClock } from '../../../test/support/virtual-clock.ts'
import type { AzureSandbox } from './server.ts'
import { createAzureSandbox } from './server.ts'
import { defaultSubscription } from './subscriptions.ts'
import { defaultTenant } from './world.ts'

describe("Azure's own clients, unmodified, over https", () => {
  let sandbox: AzureSandbox
  let client: ResourceManagementClient
  beforeAll(async () => {
    // The present, as the clients' own clocks have it, for the certificate's and the tokens' sake.
    const clock = createVirtualClock(Date.now())
    sandbox = await createAzureSandbox({ clock, random: createSeededRandom(), httpsPort: 0, speed: 0 })
    const settings = { tlsOptions: { ca: sandbox.caPem ?? '' }, retryOptions: { maxRetries: 0 } }
    const credential = new ClientSecretCredential(
      defaultTenant,
      '11111111-2222-4333-8444-555555555555',
      'any',
      {
        authorityHost: sandbox.httpsUrl ?? '',
        disableInstanceDiscovery: true,
        ...settings,
      },
    )
    client = new ResourceManagementClient(credential, defaultSubscription, {
      endpoint: sandbox.httpsUrl ?? '',
      ...settings,
    })
  })
  afterAll(() => sandbox.close())

  it('sign in, and make, read, list, change and delete groups', async () => {
    const { resourceGroups } = client
    expect(await resourceGroups.checkExistence('rg')).toMatchObject({ body: false })
    expect(
      await resourceGroups.createOrUpdate('rg', { location: 'West Europe', tags: { a: 'b' } }),
    ).toMatchObject({
      name: 'rg',
      location: 'westeurope',
      tags: { a: 'b' },
      properties: { provisioningState: 'Succeeded' },
    })
    expect(await resourceGroups.checkExistence('rg')).toMatchObject({ body: true })
    expect(await resourceGroups.update('rg', { tags: { c: 'd' } })).toMatchObject({ tags: { c: 'd' } })
    const names: (string | undefined)[] = []
    for await (const group of resourceGroups.list({ filter: "tagName eq 'c' and tagValue eq 'd'" }))
      names.push(group.name)
    expect(names).toEqual(['rg'])
    await resourceGroups.delete('rg')
    await expect(resourceGroups.get('rg')).rejects.toMatchObject({
      statusCode: 404,
      code: 'ResourceGroupNotFound',
    })
  })

  it('make, read and delete any resource by its id', async () => {
    await client.resourceGroups.createOrUpdate('rg2', { location: 'westus' })
    const id = `/subscriptions/${defaultSubscription}/resourceGroups/rg2/providers/Microsoft.Storage/storageAccounts/acc1`
    const made = await client.resources.createOrUpdateById(id, '2024-01-01', {
      location: 'westus',
      sku: { name: 'Standard_LRS' },
      kind: 'StorageV2',
    })
    expect(made).toMatchObject({ name: 'acc1', properties: { provisioningState: 'Succeeded' } })
    expect(await client.resources.getById(id, '2024-01-01')).toMatchObject({ sku: { name: 'Standard_LRS' } })
    expect(await client.resources.checkExistenceById(id, '2024-01-01')).toMatchObject({ body: true })
    const listed: (string | undefined)[] = []
    for await (const resource of client.resources.listByResourceGroup('rg2')) listed.push(resource.name)
    expect(listed).toEqual(['acc1'])
    await client.resources.deleteById(id, '2024-01-01')
    expect(await client.resources.checkExistenceById(id, '2024-01-01')).toMatchObject({ body: false })
  })

  it('register providers and tag', async () => {
    expect(await client.providers.unregister('Microsoft.Batch')).toMatchObject({
      registrationState: 'Unregistering',
    })
    expect(await client.providers.get('Microsoft.Batch')).toMatchObject({
      registrationState: 'NotRegistered',
    })
    const scope = `/subscriptions/${defaultSubscription}`
    await client.tagsOperations.createOrUpdateAtScope(scope, { properties: { tags: { team: 'a' } } })
    expect(await client.tagsOperations.getAtScope(scope)).toMatchObject({
      properties: { tags: { team: 'a' } },
    })
  })
})
