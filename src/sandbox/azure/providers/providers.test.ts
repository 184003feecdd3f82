import { describe, expect, it } from 'vitest'
import { layAzureGround, subscription } from '../../../../test/support/azure-ground.ts'
import { namespaceOf } from '../resources/namespaces.ts'
import { knownTypes } from '../resources/types.ts'

describe('resource providers', () => {
  const ground = layAzureGround()
  const state = async () => (await ground.call('GET ~/providers/microsoft.batch')).body['registrationState']

  it('tell their types, with versions and places', async () => {
    const { body } = await ground.call('GET ~/providers/microsoft.storage')
    expect(body).toMatchObject({
      id: `${subscription}/providers/Microsoft.Storage`,
      namespace: 'Microsoft.Storage',
      registrationState: 'Registered',
      registrationPolicy: 'RegistrationRequired',
    })
    const accounts = body['resourceTypes']?.find((each) => each['resourceType'] === 'storageAccounts')
    expect(accounts?.['apiVersions']).toEqual(['2024-01-01'])
    expect(accounts?.['locations']).toContain('West Europe')
  })

  it('are listed, with and without a subscription', async () => {
    const [mine, all] = [await ground.call('GET ~/providers'), await ground.call('GET /providers')]
    expect(mine.body['value']?.length).toBe(all.body['value']?.length)
    expect(all.body['value']?.[0]).not.toHaveProperty('registrationState')
  })

  it('register and unregister over time, without a header that says where to ask', async () => {
    const begun = await ground.call('POST ~/providers/Microsoft.Batch/unregister')
    expect([begun.status, begun.body['registrationState']]).toEqual([200, 'Unregistering'])
    expect([begun.headers.get('location'), begun.headers.get('azure-asyncoperation')]).toEqual([null, null])
    ground.clock.advance(60_000)
    expect(await state()).toBe('NotRegistered')
    expect((await ground.call('POST ~/providers/Microsoft.Batch/register')).body['registrationState']).toBe(
      'Registering',
    )
    ground.clock.advance(60_000)
    expect(await state()).toBe('Registered')
    expect((await ground.call('POST ~/providers/Microsoft.Batch/register')).body['registrationState']).toBe(
      'Registered',
    )
  })

  it('tell whether a name is taken', async () => {
    await ground.call('PUT ~/resourcegroups/rg', { body: { location: 'westus' } })
    const account = '~/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/acc1'
    await ground.call(`PUT ${account}`, { body: { location: 'westus' } })
    const check = async (name: string, place = '') => {
      const body = { name, type: 'Microsoft.Storage/storageAccounts' }
      const path = `~/providers/Microsoft.Storage${place}/checkNameAvailability`
      return (await ground.call(`POST ${path}`, { body })).body
    }
    expect(await check('acc2')).toEqual({ nameAvailable: true })
    expect(await check('ACC1')).toMatchObject({ nameAvailable: false, reason: 'AlreadyExists' })
    expect(await check('acc1', '/locations/westus')).toMatchObject({ nameAvailable: false })
  })

  it('that are not there are 404', async () => {
    expect(await ground.refusal('GET ~/providers/Microsoft.Stroage')).toBe('404 InvalidResourceNamespace')
    expect(namespaceOf('Contoso.Widgets')).toBe('Contoso.Widgets')
  })

  it('have every known type in a namespace of theirs, once', () => {
    const types = knownTypes.map(({ type }) => type)
    expect(types.filter((type) => namespaceOf(type.split('/')[0] ?? '') !== type.split('/')[0])).toEqual([])
    expect(types.filter((type, index) => types.indexOf(type) !== index)).toEqual([])
  })
})
