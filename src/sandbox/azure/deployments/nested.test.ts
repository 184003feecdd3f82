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
const group = '/resourcegroups/rg/providers/Microsoft.Resources/deployments'

function nested(
  name: string,
  template: unknown,
  more: Record<string, unknown> = {},
): Record<string, unknown> {
  const { scope, parameters, ...rest } = more
  return {
    type: 'Microsoft.Resources/deployments',
    apiVersion: '2022-09-01',
    name,
    ...rest,
    properties: {
      mode: 'Incremental',
      template,
      ...(scope === undefined ? {} : { expressionEvaluationOptions: { scope } }),
      ...(parameters === undefined ? {} : { parameters }),
    },
  }
}

describe('nested deployments and scopes', () => {
  let ground: ArmGround
  beforeEach(async () => {
    ground = await createArmGround()
    await ground.group('rg')
  })
  afterEach(() => ground.close())

  const state = async (path: string) => (await ground.properties(path))['provisioningState']

  it('are deployments of their own, with the parent’s correlation id', async () => {
    const inner = templateOf([account("[parameters('name')]")], {
      parameters: { name: { type: 'string' } },
      outputs: { Blob: { type: 'string', value: "[reference(parameters('name')).primaryEndpoints.blob]" } },
    })
    const template = templateOf(
      [
        nested('in', inner, { scope: 'inner', parameters: { name: { value: 'acct1' } } }),
        nsg('net', {
          tags: { blob: "[reference('in').outputs.blob.value]" },
          dependsOn: ['in'],
        }),
      ],
      { outputs: { through: { type: 'string', value: "[reference('in').outputs.Blob.value]" } } },
    )
    await ground.call('PUT', `${group}/web`, { properties: { mode: 'Incremental', template } })
    ground.clock.advance(10_000)
    expect(await state(`${group}/in`)).toBe('Running')
    ground.clock.advance(2 * minute)
    const parent = await ground.properties(`${group}/web`)
    expect(parent).toMatchObject({
      provisioningState: 'Succeeded',
      outputs: { through: { value: 'https://acct1.blob.core.windows.net/' } },
      outputResources: [
        { id: expect.stringMatching(/networkSecurityGroups\/net$/) },
        { id: expect.stringMatching(/storageAccounts\/acct1$/) },
      ],
    })
    expect(await ground.properties(`${group}/in`)).toMatchObject({
      provisioningState: 'Succeeded',
      correlationId: parent['correlationId'],
      outputs: { blob: { type: 'String', value: 'https://acct1.blob.core.windows.net/' } },
    })
    const net = await ground.call(
      'GET',
      '/resourcegroups/rg/providers/Microsoft.Network/networkSecurityGroups/net',
    )
    expect(net.body['tags']).toEqual({ blob: 'https://acct1.blob.core.windows.net/' })
  })

  it('see the parent’s parameters where they are evaluated outside', async () => {
    const template = templateOf([nested('in', templateOf([nsg("[parameters('name')]")]))], {
      parameters: { name: { type: 'string', defaultValue: 'outer' } },
    })
    await ground.call('PUT', `${group}/web`, { properties: { mode: 'Incremental', template } })
    ground.clock.advance(2 * minute)
    expect(
      (await ground.call('GET', '/resourcegroups/rg/providers/Microsoft.Network/networkSecurityGroups/outer'))
        .status,
    ).toBe(200)
  })

  it('reach into a group that a subscription’s deployment makes', async () => {
    const template = templateOf(
      [
        {
          type: 'Microsoft.Resources/resourceGroups',
          apiVersion: '2022-09-01',
          name: 'fresh',
          location: 'West US',
          tags: { by: 'us' },
        },
        nested('in', templateOf([nsg('net')]), {
          resourceGroup: 'fresh',
          dependsOn: ["[resourceId('Microsoft.Resources/resourceGroups', 'fresh')]"],
        }),
      ],
      { outputs: { where: { type: 'string', value: '[deployment().location]' } } },
    )
    const path = '/providers/Microsoft.Resources/deployments/all'
    const at = `${subscription}${path}`
    const put = await ground.call('PUT', at, {
      location: 'North Europe',
      tags: { owner: 'us' },
      properties: { mode: 'Incremental', template },
    })
    expect(put.status).toBe(201)
    expect(put.headers.get('azure-asyncoperation')).toContain(
      `${subscription}/providers/Microsoft.Resources/deployments/all/operationStatuses/`,
    )
    expect(put.body).toMatchObject({ id: at, location: 'northeurope', tags: { owner: 'us' } })
    ground.clock.advance(2 * minute)
    expect(await ground.properties(at)).toMatchObject({
      provisioningState: 'Succeeded',
      outputs: { where: { value: 'northeurope' } },
      outputResources: [
        { id: `${subscription}/resourceGroups/fresh` },
        { id: `${subscription}/resourceGroups/fresh/providers/Microsoft.Network/networkSecurityGroups/net` },
      ],
    })
    expect(
      (await ground.call('GET', '/resourcegroups/fresh/providers/Microsoft.Resources/deployments/in')).status,
    ).toBe(200)
    const operations = await ground.call('GET', `${at}/operations`)
    expect(operations.body['value']).toHaveLength(3)
    // The group takes its deployments with it.
    await ground.control('delete-resource', { id: `${subscription}/resourceGroups/fresh` })
    expect(
      (await ground.call('GET', '/resourcegroups/fresh/providers/Microsoft.Resources/deployments/in')).status,
    ).toBe(404)
  })

  it.each([
    ['/providers/Microsoft.Management/managementGroups/mg1/providers/Microsoft.Resources/deployments/top'],
    ['/providers/Microsoft.Resources/deployments/top'],
  ])('live at %s too', async (path) => {
    const template = templateOf([
      {
        type: 'Microsoft.Authorization/policyDefinitions',
        apiVersion: '2021-06-01',
        name: 'p',
        properties: { policyType: 'Custom' },
      },
    ])
    const put = await ground.call('PUT', path, {
      location: 'westus',
      properties: { mode: 'Incremental', template },
    })
    expect([put.status, put.body['id'], put.body['location']]).toEqual([201, path, 'westus'])
    ground.clock.advance(minute)
    expect(await state(path)).toBe('Succeeded')
    expect((await ground.call('HEAD', path)).status).toBe(204)
    const { body } = await ground.call('GET', path.replace(/\/top$/, ''))
    expect(body['value']).toHaveLength(1)
  })

  it('answer any letter case of a path', async () => {
    await ground.call('PUT', `${group}/web`, {
      properties: { mode: 'Incremental', template: templateOf([]) },
    })
    const { status, body } = await ground.call(
      'GET',
      '/resourceGroups/RG/providers/microsoft.resources/Deployments/WEB',
    )
    expect([status, body['name']]).toEqual([200, 'web'])
    expect(objectOf(body)['id']).toContain('/resourceGroups/rg/')
  })
})
