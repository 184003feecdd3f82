import type { TypeFacts } from '../facts.ts'
import { immediate, regional, secretOf } from './shape.ts'

const services = ['dfs', 'web', 'blob', 'queue', 'table', 'file']

/** Storage accounts and what is in them. */
export const storageTypes: readonly TypeFacts[] = [
  regional('Microsoft.Storage/storageAccounts', '2024-01-01', [24, 32], {
    putStatus: { made: 202 },
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
    computed: ({ id, location, nowIso }) => ({
      creationTime: nowIso,
      primaryEndpoints: Object.fromEntries(
        services.map((service) => [service, `https://${id.name}.${service}.core.windows.net/`]),
      ),
      primaryLocation: location,
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
  }),
  ...immediate(
    '2024-01-01',
    [
      'Microsoft.Storage/storageAccounts/blobServices',
      'Microsoft.Storage/storageAccounts/fileServices',
      'Microsoft.Storage/storageAccounts/queueServices',
      'Microsoft.Storage/storageAccounts/tableServices',
      'Microsoft.Storage/storageAccounts/queueServices/queues',
      'Microsoft.Storage/storageAccounts/tableServices/tables',
      'Microsoft.Storage/storageAccounts/managementPolicies',
    ],
    { stateless: true, putStatus: { made: 200 } },
  ),
  ...immediate('2024-01-01', ['Microsoft.Storage/storageAccounts/fileServices/shares'], { stateless: true }),
  ...immediate('2024-01-01', ['Microsoft.Storage/storageAccounts/blobServices/containers'], {
    stateless: true,
    defaults: { publicAccess: 'None', hasImmutabilityPolicy: false, hasLegalHold: false },
  }),
]
