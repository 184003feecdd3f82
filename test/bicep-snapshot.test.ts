import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { BicepCompilerWithCounts } from '../src/target/azure/bicep/index.ts'
import { openRealBicep, realBicep, requestFor } from './support/bicep.ts'

describe.skipIf(realBicep.path === undefined)(`a snapshot${realBicep.pending}`, () => {
  let bicep: BicepCompilerWithCounts
  beforeAll(() => {
    bicep = openRealBicep()
  })
  afterAll(() => bicep.close())

  test('works out a packaged template without Azure, with values of every type', async () => {
    const { template = '' } = await bicep.compile(
      requestFor({
        'main.bicep': [
          'param name string',
          'param settings object',
          '@secure()',
          'param key string',
          "resource store 'Microsoft.Storage/storageAccounts@2023-05-01' = {",
          '  name: name',
          '  location: resourceGroup().location',
          "  kind: 'StorageV2'",
          "  sku: { name: 'Standard_LRS' }",
          '  tags: settings',
          '}',
          'output text string = settings.text',
          'output isKeyed bool = empty(key)',
        ].join('\n'),
      }),
    )
    const tags = { text: "it's ${a}\n\\", 'b-c': '', deep: '1.5' }
    const reference = {
      keyVault: {
        id: '/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg/providers/Microsoft.KeyVault/vaults/v',
      },
      secretName: 'key',
    }
    const { resources, outputs, diagnostics } = await bicep.snapshot({
      template,
      parameters: { name: { value: 'store1' }, settings: { value: tags }, key: { reference } },
      place: {
        subscriptionId: '00000000-0000-0000-0000-000000000001',
        resourceGroup: 'rg',
        location: 'westeurope',
        deploymentName: 'd',
      },
    })
    expect(diagnostics).toEqual([])
    expect(resources).toEqual([
      expect.objectContaining({
        id: '/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/store1',
        location: 'westeurope',
        tags,
      }),
    ])
    expect(outputs).toMatchObject({ text: tags.text })
  }, 60_000)
})
