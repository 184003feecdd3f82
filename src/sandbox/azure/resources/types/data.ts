import type { TypeFacts } from '../facts.ts'
import { immediate, keyPair, regional, secretOf } from './shape.ts'

/** Databases and caches. */
export const dataTypes: readonly TypeFacts[] = [
  regional('Microsoft.DocumentDB/databaseAccounts', '2024-05-15', [90, 200], {
    putStatus: { made: 200 },
    computed: ({ id, location }) => ({
      documentEndpoint: `https://${id.name}.documents.azure.com:443/`,
      writeLocations: [{ id: `${id.name}-1`, locationName: location, failoverPriority: 0 }],
      instanceId: id.name,
    }),
    list: {
      listkeys: keyPairs('MasterKey'),
      listconnectionstrings: (making) => ({
        connectionStrings: [
          {
            connectionString: `AccountEndpoint=https://${making.id.name}.documents.azure.com:443/;AccountKey=${secretOf(making, 'primaryMasterKey', 64)};`,
            description: 'Primary SQL Connection String',
          },
        ],
      }),
    },
  }),
  ...immediate(
    '2024-05-15',
    [
      'Microsoft.DocumentDB/databaseAccounts/sqlDatabases',
      'Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers',
      'Microsoft.DocumentDB/databaseAccounts/sqlRoleAssignments',
      'Microsoft.DocumentDB/databaseAccounts/mongodbDatabases',
      'Microsoft.DocumentDB/databaseAccounts/tables',
    ],
    { putStatus: { made: 200 } },
  ),
  regional('Microsoft.Sql/servers', '2023-08-01', [30, 90], {
    defaults: { version: '12.0', publicNetworkAccess: 'Enabled' },
    computed: ({ id }) => ({ fullyQualifiedDomainName: `${id.name}.database.windows.net`, state: 'Ready' }),
  }),
  regional('Microsoft.Sql/servers/databases', '2023-08-01', [30, 60], {
    computed: ({ guid, nowIso }) => ({
      databaseId: guid('database'),
      status: 'Online',
      creationDate: nowIso,
    }),
  }),
  regional('Microsoft.Sql/servers/elasticPools', '2023-08-01', [20, 60]),
  ...immediate(
    '2023-08-01',
    ['Microsoft.Sql/servers/firewallRules', 'Microsoft.Sql/servers/administrators'],
    { stateless: true },
  ),
  ...['DBforPostgreSQL', 'DBforMySQL'].flatMap((provider) => [
    regional(`Microsoft.${provider}/flexibleServers`, '2024-08-01', [180, 300], {
      computed: ({ id }) => ({
        fullyQualifiedDomainName: `${id.name}.${provider === 'DBforMySQL' ? 'mysql' : 'postgres'}.database.azure.com`,
        state: 'Ready',
      }),
    }),
    ...immediate(
      '2024-08-01',
      [
        `Microsoft.${provider}/flexibleServers/databases`,
        `Microsoft.${provider}/flexibleServers/firewallRules`,
        `Microsoft.${provider}/flexibleServers/configurations`,
      ],
      { stateless: true },
    ),
  ]),
  regional('Microsoft.Cache/redis', '2024-03-01', [300, 600], {
    computed: ({ id }) => ({ hostName: `${id.name}.redis.cache.windows.net`, port: 6379, sslPort: 6380 }),
    list: { listkeys: keyPair(['primaryKey', 'secondaryKey']) },
  }),
  regional('Microsoft.Search/searchServices', '2023-11-01', [20, 60], {
    computed: () => ({ status: 'running', statusDetails: '' }),
    list: { listadminkeys: keyPair(['primaryKey', 'secondaryKey']) },
  }),
  regional('Microsoft.DataFactory/factories', '2018-06-01', [6, 15], {
    computed: ({ nowIso }) => ({ createTime: nowIso, version: '2018-06-01' }),
  }),
  regional('Microsoft.Synapse/workspaces', '2021-06-01', [180, 300]),
  regional('Microsoft.Databricks/workspaces', '2024-05-01', [120, 240], {
    computed: ({ guid }) => ({
      workspaceId: String(Number.parseInt(guid('workspace').slice(0, 8), 16)),
      workspaceUrl: `adb-${Number.parseInt(guid('workspace').slice(0, 8), 16)}.0.azuredatabricks.net`,
    }),
  }),
  regional('Microsoft.Kusto/clusters', '2023-08-15', [400, 700]),
]

function keyPairs(suffix: string): NonNullable<TypeFacts['list']>[string] {
  return (making) =>
    Object.fromEntries(
      ['primary', 'secondary', 'primaryReadonly', 'secondaryReadonly'].map((name) => [
        `${name}${suffix}`,
        secretOf(making, `${name}${suffix}`, 64),
      ]),
    )
}
