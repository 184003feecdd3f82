import { createHash } from 'node:crypto'
import type { Json, JsonObject } from '../../json.ts'
import type { Making, TypeFacts } from '../facts.ts'

const services = ['dfs', 'web', 'blob', 'queue', 'table', 'file']

/** Storage accounts and what is in them. */
export const storageTypes: readonly TypeFacts[] = [
  {
    type: 'Microsoft.Storage/storageAccounts',
    apiVersion: '2024-01-01',
    durationMs: [24_000, 32_000],
    tracked: true,
    name: {
      pattern: /^[a-z0-9]{3,24}$/,
      code: 'AccountNameInvalid',
      message:
        '{name} is not a valid storage account name. Storage account name must be between 3 and 24 characters in length and use numbers and lower-case letters only.',
    },
    defaults: {
      minimumTlsVersion: 'TLS1_0',
      allowBlobPublicAccess: false,
      supportsHttpsTrafficOnly: true,
      accessTier: 'Hot',
      networkAcls: { bypass: 'AzureServices', virtualNetworkRules: [], ipRules: [], defaultAction: 'Allow' },
      encryption: {
        services: {
          file: { keyType: 'Account', enabled: true },
          blob: { keyType: 'Account', enabled: true },
        },
        keySource: 'Microsoft.Storage',
      },
    },
    computed: ({ id, body, nowIso }) => ({
      creationTime: nowIso,
      primaryEndpoints: Object.fromEntries(
        services.map((service) => [service, `https://${id.name}.${service}.core.windows.net/`]),
      ),
      primaryLocation: body['location'] ?? '',
      statusOfPrimary: 'available',
      privateEndpointConnections: [],
    }),
    list: {
      listkeys: (making) => ({
        keys: ['key1', 'key2'].map((keyName) => ({
          creationTime: making.nowIso,
          keyName,
          value: secretOf(making, keyName, 64),
          permissions: 'FULL',
        })),
      }),
      listaccountsas: (making) => ({
        accountSasToken: `sv=2024-11-04&ss=b&sig=${secretOf(making, 'sas', 32)}`,
      }),
      listservicesas: (making) => ({
        serviceSasToken: `sv=2024-11-04&sr=c&sig=${secretOf(making, 'sas', 32)}`,
      }),
    },
  },
  ...['blobServices', 'fileServices', 'queueServices', 'tableServices'].map((name): TypeFacts =>
    child(`Microsoft.Storage/storageAccounts/${name}`),
  ),
  {
    ...child('Microsoft.Storage/storageAccounts/blobServices/containers'),
    defaults: { publicAccess: 'None', hasImmutabilityPolicy: false, hasLegalHold: false },
  },
  child('Microsoft.Storage/storageAccounts/fileServices/shares'),
  child('Microsoft.Storage/storageAccounts/queueServices/queues'),
  child('Microsoft.Storage/storageAccounts/tableServices/tables'),
]

function child(type: string, defaults: JsonObject = {}): TypeFacts {
  return { type, apiVersion: '2024-01-01', durationMs: [0, 0], tracked: false, defaults }
}

/** A key that belongs to a resource, in base64: the same at every call, and of no use anywhere else. */
export function secretOf(making: Making, use: string, bytes: number): string {
  return createHash('sha512').update(making.guid(use)).digest().subarray(0, bytes).toString('base64')
}

/** Two keys under the names that most providers give them. */
export function keyPair(making: Making, names: readonly [string, string]): Json {
  return Object.fromEntries(names.map((name) => [name, secretOf(making, name, 32)]))
}
