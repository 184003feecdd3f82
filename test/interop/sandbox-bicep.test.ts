import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { expect, it } from 'vitest'
import { findBicep } from '../support/find-tool.ts'
import type { SecureAzureSandbox } from './azure-sandbox.ts'
import { startSecureAzureSandbox } from './azure-sandbox.ts'
import { run } from './programs.ts'

type Credential = 'Environment' | 'ManagedIdentity'

const bicep = findBicep()
const group = '/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg'
const template = `param sku string
resource store 'Microsoft.Storage/storageAccounts@2024-01-01' = {
  name: 'onestore'
  location: 'westeurope'
  kind: 'StorageV2'
  sku: { name: sku }
}
`
const parameters = (sku: string): string => `using 'main.bicep' with {
  mode: 'deployment'
  scope: '${group}'
  name: 'web'
}
param sku = '${sku}'
`

it.skipIf(bicep.path === undefined)(`bicep what-if asks the pretend Azure${bicep.pending}`, async () => {
  const sandbox = await startSecureAzureSandbox()
  const folder = await mkdtemp(join(tmpdir(), 'headwater-interop-'))
  const write = (name: string, text: string): Promise<void> => writeFile(join(folder, name), text)
  const whatIf = async (credential: Credential, sku: string): Promise<string[]> => {
    await write('bicepconfig.json', configuration(sandbox, credential))
    await write('main.bicepparam', parameters(sku))
    const ran = await run(bicep.path ?? '', ['what-if', 'main.bicepparam'], {
      cwd: folder,
      env: { ...environment(sandbox), ...credentials[credential](sandbox) },
    })
    expect(ran).toMatchObject({ code: 0 })
    return stripVTControlCharacters(ran.stdout)
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => /^[-+~=*!x] /.test(line))
  }
  try {
    await write('main.bicep', template)
    await put(sandbox, group, { location: 'westeurope' })
    expect(await whatIf('Environment', 'Standard_LRS')).toEqual([
      '+ Microsoft.Storage/storageAccounts/onestore',
    ])

    await put(sandbox, `${group}/providers/Microsoft.Storage/storageAccounts/onestore`, {
      location: 'westeurope',
      kind: 'StorageV2',
      sku: { name: 'Standard_LRS' },
    })
    expect(await whatIf('ManagedIdentity', 'Standard_GRS')).toEqual([
      '~ Microsoft.Storage/storageAccounts/onestore',
      '~ sku.name: "Standard_LRS" => "Standard_GRS"',
    ])
  } finally {
    await rm(folder, { recursive: true })
    await sandbox.close()
  }
})

/** What the CLI signs in with: an application and its secret, or an app's managed identity. */
const credentials: Record<Credential, (sandbox: SecureAzureSandbox) => Record<string, string>> = {
  Environment: () => ({
    AZURE_TENANT_ID: '72f988bf-0000-4000-8000-2d7cd011db47',
    AZURE_CLIENT_ID: '33333333-3333-3333-3333-333333333333',
    AZURE_CLIENT_SECRET: 'any',
  }),
  ManagedIdentity: ({ url }) => ({ IDENTITY_ENDPOINT: `${url}/msi/token`, IDENTITY_HEADER: 'any' }),
}

/** A cloud of its own. */
function configuration({ secureUrl }: SecureAzureSandbox, credential: Credential): string {
  return JSON.stringify({
    experimentalFeaturesEnabled: { deployCommands: true },
    cloud: {
      currentProfile: 'Sandbox',
      profiles: { Sandbox: cloudOf(secureUrl) },
      credentialPrecedence: [credential],
    },
  })
}

function environment({ secureUrl, authorityFile }: SecureAzureSandbox): Record<string, string> {
  return {
    BICEP_TRUSTED_CLOUDS: JSON.stringify([cloudOf(secureUrl)]),
    NO_PROXY: '127.0.0.1,localhost',
    SSL_CERT_FILE: authorityFile,
  }
}

function cloudOf(url: string): object {
  return { resourceManagerEndpoint: url, activeDirectoryAuthority: url }
}

async function put({ url }: SecureAzureSandbox, id: string, body: object): Promise<void> {
  const response = await fetch(`${url}${id}?api-version=2024-11-01`, {
    method: 'PUT',
    headers: { authorization: 'Bearer any' },
    body: JSON.stringify(body),
  })
  expect(response.ok).toBe(true)
  await response.arrayBuffer()
}
