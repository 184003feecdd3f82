import { describe, expect, it } from 'vitest'
import { layAzureGround, subscription } from '../../../../test/support/azure-ground.ts'
import { createSeededRandom, createVirtualClock } from '../../../../test/support/virtual-clock.ts'
import { createAzureSandbox } from '../server.ts'

const account = '~/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/acc1'

describe('resource groups', () => {
  const ground = layAzureGround()
  const make = (body: object = { location: 'West US' }) => ground.call('PUT ~/resourcegroups/rg', { body })

  it('are 201 when new and 200 when there, at once', async () => {
    const want = {
      id: `${subscription}/resourceGroups/rg`,
      name: 'rg',
      type: 'Microsoft.Resources/resourceGroups',
      location: 'westus',
      tags: { a: 'b' },
      properties: { provisioningState: 'Succeeded' },
    }
    const made = await make({ location: 'West US', tags: { a: 'b' }, properties: {} })
    expect([made.status, made.body]).toEqual([201, want])
    const again = await make({ location: 'westus' })
    const { tags: _tags, ...untagged } = want
    expect([again.status, again.body]).toEqual([200, untagged])
  })

  it('keep the spelling that they were made with', async () => {
    await make()
    expect((await ground.call('GET ~/resourceGroups/RG')).body['name']).toBe('rg')
    const placed = await ground.call('PUT ~/resourcegroups/RG/providers/Microsoft.Network/routeTables/r', {
      body: { location: 'westus' },
    })
    expect(placed.body['id']).toBe(
      `${subscription}/resourceGroups/rg/providers/Microsoft.Network/routeTables/r`,
    )
  })

  it('tell no tags, none, or some, as they were told', async () => {
    expect((await make()).body).not.toHaveProperty('tags')
    expect((await make({ location: 'westus', tags: {} })).body['tags']).toEqual({})
  })

  it('are asked after by HEAD', async () => {
    const { status, headers } = await ground.call('HEAD ~/resourcegroups/rg')
    expect([status, headers.get('content-length'), headers.get('x-ms-failure-cause')]).toEqual([
      404,
      '94',
      'gateway',
    ])
    await make()
    expect((await ground.call('HEAD ~/resourcegroups/rg')).status).toBe(204)
  })

  it('get other tags by PATCH', async () => {
    await make({ location: 'westus', tags: { a: 'b', c: 'd' } })
    expect(
      (await ground.call('PATCH ~/resourcegroups/rg', { body: { tags: { a: 'x' } } })).body['tags'],
    ).toEqual({ a: 'x' })
    expect((await ground.call('PATCH ~/resourcegroups/rg', { body: {} })).body['tags']).toEqual({ a: 'x' })
  })

  it('are listed, by tag too, some at a time', async () => {
    for (const [name, tags] of [
      ['g1', { env: 'prod' }],
      ['g2', {}],
      ['g3', { env: 'test' }],
    ] as const) {
      await ground.call(`PUT ~/resourcegroups/${name}`, { body: { location: 'westus', tags } })
    }
    const names = (body: Awaited<ReturnType<typeof ground.call>>['body']) =>
      body['value']?.map((each) => each['name'])
    expect(names((await ground.call('GET ~/resourcegroups')).body)).toEqual(['g1', 'g2', 'g3'])
    const filter = encodeURIComponent("tagName eq 'env' and tagValue eq 'prod'")
    expect(names((await ground.call(`GET ~/resourcegroups?$filter=${filter}`)).body)).toEqual(['g1'])
    const first = await ground.call('GET ~/resourcegroups?$top=2')
    expect(names(first.body)).toEqual(['g1', 'g2'])
    const rest = await ground.call(`GET ${first.body['nextLink'] ?? ''}`)
    expect(names(rest.body)).toEqual(['g3'])
    expect(rest.body['nextLink']).toBeUndefined()
  })

  it.each([
    { name: 'no location', body: {}, want: '400 LocationRequired' },
    { name: 'no region', body: { location: 'moon' }, want: '400 LocationNotAvailableForResourceGroup' },
    { name: 'another location', body: { location: 'eastus' }, want: '409 InvalidResourceGroupLocation' },
  ])('refuse $name', async ({ body, want }) => {
    await make()
    expect(await ground.refusal('PUT ~/resourcegroups/rg', { body })).toBe(want)
  })

  it.each(['GET', 'DELETE', 'PATCH'])('%s of one that is not there is 404', async (method) => {
    const { status, headers, body } = await ground.call(`${method} ~/resourcegroups/no`)
    expect([status, body]).toEqual([
      404,
      { error: { code: 'ResourceGroupNotFound', message: "Resource group 'no' could not be found." } },
    ])
    expect(headers.get('x-ms-failure-cause')).toBe('gateway')
  })

  it.each([
    { name: 'a$b', want: '400 InvalidResourceGroup' },
    { name: 'a.', want: '400 InvalidResourceGroup' },
    { name: 'x'.repeat(91), want: '400 InvalidResourceGroup' },
    { name: 'x'.repeat(90), want: '201 ' },
    { name: 'Größe_(1).a-b', want: '201 ' },
  ])('named $name', async ({ name, want }) => {
    const body = { location: 'westus' }
    expect(await ground.refusal(`PUT ~/resourcegroups/${encodeURIComponent(name)}`, { body })).toBe(want)
  })

  describe('are deleted over time', () => {
    it('202 with a Location that is new at every poll, then 200 for good', async () => {
      await make()
      await ground.call(`PUT ${account}`, { body: { location: 'westus' } })
      const begun = await ground.call('DELETE ~/resourcegroups/rg')
      expect([
        begun.status,
        begun.headers.get('retry-after'),
        begun.headers.get('azure-asyncoperation'),
      ]).toEqual([202, '15', null])
      const location = begun.headers.get('location') ?? ''
      const job = JSON.parse(
        Buffer.from(new URL(location).pathname.split('/').at(-1) ?? '', 'base64url').toString(),
      ) as object
      expect(job).toEqual({ jobId: 'RESOURCEGROUPDELETIONJOB-RG-WESTUS', jobLocation: 'westus' })
      expect([...new URL(location).searchParams.keys()]).toEqual(['api-version', 't', 'c', 's', 'h'])
      expect(location.length).toBeGreaterThan(2800)
      const polled = await ground.call(`GET ${location}`)
      expect(polled.status).toBe(202)
      expect(polled.headers.get('location')).not.toBe(location)
      const state = (await ground.call('GET ~/resourcegroups/rg')).body['properties']?.['provisioningState']
      expect(state).toBe('Deleting')
      expect(await ground.refusal(`PUT ${account}`, { body: { location: 'westus' } })).toBe(
        '409 ResourceGroupBeingDeleted',
      )
      const ended = await ground.followed(polled)
      expect([ended.status, ended.headers.get('location')]).toEqual([200, null])
      expect((await ground.call(`GET ${location}`)).status).toBe(200)
      expect(ground.sandbox.world.graph.below('/')).toEqual([])
    })

    it('by a job whose name is cut where it is long', async () => {
      const name = 'cli_test_rg_scenario_with_a_very_long_name_that_goes_on'
      await ground.call(`PUT ~/resourcegroups/${name}`, { body: { location: 'westus' } })
      const location = (await ground.call(`DELETE ~/resourcegroups/${name}`)).headers.get('location') ?? ''
      const job = Buffer.from(new URL(location).pathname.split('/').at(-1) ?? '', 'base64url').toString()
      expect(job).toMatch(
        /"RESOURCEGROUPDELETIONJOB-CLI:5FTEST:5FRG:5FSCENARIO:5FWITH:5FA:5FVERY:5F\|[0-9A-F]{16}-WESTUS"/,
      )
    })

    it('take 75 to 140 seconds', async () => {
      await make()
      await ground.call('DELETE ~/resourcegroups/rg')
      ground.clock.advance(74_000)
      expect((await ground.call('HEAD ~/resourcegroups/rg')).status).toBe(204)
      ground.clock.advance(67_000)
      expect((await ground.call('HEAD ~/resourcegroups/rg')).status).toBe(404)
    })

    it('also when nobody polls', async () => {
      await make()
      await ground.call('DELETE ~/resourcegroups/rg')
      ground.clock.advance(200_000)
      expect(await ground.refusal('GET ~/resourcegroups/rg')).toBe('404 ResourceGroupNotFound')
    })

    it('or not at all: the poll ends with the error', async () => {
      await make()
      await ground.control('fail-resource', {
        id: `${subscription}/resourceGroups/rg`,
        on: 'delete',
        code: 'ResourceGroupDeletionBlocked',
        message: 'Deletion was blocked.',
      })
      const ended = await ground.followed(await ground.call('DELETE ~/resourcegroups/rg'))
      expect([ended.status, ended.body['error']?.['code']]).toEqual([409, 'ResourceGroupDeletionBlocked'])
      expect((await ground.call('HEAD ~/resourcegroups/rg')).status).toBe(204)
    })
  })

  it('are exported as a template without ids and states', async () => {
    await make()
    await ground.call(`PUT ${account}`, {
      body: { location: 'westus', kind: 'StorageV2', sku: { name: 'Standard_LRS' } },
    })
    await ground.call(`PUT ${account}/blobServices/default`, { body: { properties: {} } })
    const { template } = (
      await ground.call('POST ~/resourcegroups/rg/exportTemplate', { body: { resources: ['*'] } })
    ).body
    expect(template?.['resources']?.[0]).toMatchObject({
      type: 'Microsoft.Storage/storageAccounts',
      name: 'acc1',
      location: 'westus',
      kind: 'StorageV2',
    })
    expect(template?.['resources']?.[0]?.['properties']).not.toHaveProperty('provisioningState')
    expect(template?.['resources']?.[1]?.['dependsOn']).toEqual([
      "[resourceId('Microsoft.Storage/storageAccounts', 'acc1')]",
    ])
  })
})

describe('resource groups at another speed', () => {
  it.each([
    { speed: 5, want: '3' },
    { speed: 100, want: '1' },
    { speed: 0, want: '1' },
  ])('$speed times faster: Retry-After is $want', async ({ speed, want }) => {
    const clock = createVirtualClock()
    const sandbox = await createAzureSandbox({ clock, random: createSeededRandom(), speed })
    try {
      const url = `${sandbox.url}${subscription}/resourcegroups/rg?api-version=2024-11-01`
      const headers = { authorization: 'Bearer any' }
      await fetch(url, { method: 'PUT', headers, body: '{"location":"westus"}' })
      const deleted = await fetch(url, { method: 'DELETE', headers })
      expect(deleted.headers.get('retry-after')).toBe(want)
      clock.advance(speed === 0 ? 0 : 140_000 / speed)
      expect((await fetch(url, { method: 'HEAD', headers })).status).toBe(404)
    } finally {
      await sandbox.close()
    }
  })
})
