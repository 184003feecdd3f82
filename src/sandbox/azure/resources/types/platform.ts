import { objectMember } from '../../json.ts'
import type { TypeFacts } from '../facts.ts'
import { accessRuleKeys, immediate, keyPair, regional } from './shape.ts'

const rights = ['Listen', 'Manage', 'Send']

const vaultItem: Omit<TypeFacts, 'type' | 'apiVersion' | 'durationMs' | 'tracked'> = {
  stateless: true,
  hidden: ['value'],
  computed: ({ id, guid }) => {
    const [vault = '', name = ''] = id.name.split('/')
    const kind = id.type.split('/').at(-1) ?? ''
    const uri = `https://${vault.toLowerCase()}.vault.azure.net/${kind}/${name}`
    const word = kind === 'keys' ? 'keyUri' : 'secretUri'
    return { [word]: uri, [`${word}WithVersion`]: `${uri}/${guid('version').replaceAll('-', '')}` }
  },
}

/** Identity, secrets, monitoring, messages and machines. */
export const platformTypes: readonly TypeFacts[] = [
  regional('Microsoft.ManagedIdentity/userAssignedIdentities', '2023-01-31', [1, 4], {
    computed: ({ guid, tenantId }) => ({
      tenantId,
      principalId: guid('principal'),
      clientId: guid('client'),
    }),
    stateless: true,
  }),
  ...immediate(
    '2023-01-31',
    ['Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials'],
    { stateless: true },
  ),
  regional('Microsoft.KeyVault/vaults', '2023-07-01', [10, 30], {
    name: {
      pattern: /^[a-zA-Z](?!.*--)[a-zA-Z0-9-]{1,22}[a-zA-Z0-9]$/,
      code: 'VaultNameNotValid',
      message:
        "The vault name '{name}' is invalid. A vault's name must be between 3-24 alphanumeric characters. The name must begin with a letter, end with a letter or digit, and not contain consecutive hyphens. Follow this link for more information: https://go.microsoft.com/fwlink/?linkid=2147742",
    },
    defaults: { enableSoftDelete: true, softDeleteRetentionInDays: 90, publicNetworkAccess: 'Enabled' },
    computed: ({ id }) => ({ vaultUri: `https://${id.name.toLowerCase()}.vault.azure.net/` }),
  }),
  ...immediate('2023-07-01', ['Microsoft.KeyVault/vaults/secrets'], vaultItem),
  ...immediate('2023-07-01', ['Microsoft.KeyVault/vaults/keys'], { ...vaultItem, putStatus: { made: 200 } }),
  ...immediate('2023-07-01', ['Microsoft.KeyVault/vaults/accessPolicies'], { stateless: true }),
  ...immediate('2022-04-01', ['Microsoft.Authorization/roleAssignments'], {
    stateless: true,
    defaults: { principalType: 'ServicePrincipal' },
    computed: ({ id, nowIso }) => ({ scope: id.scope, createdOn: nowIso, updatedOn: nowIso }),
  }),
  ...immediate('2022-04-01', ['Microsoft.Authorization/roleDefinitions'], {
    putStatus: { replaced: 201 },
    stateless: true,
    defaults: { type: 'CustomRole' },
  }),
  ...immediate('2020-05-01', ['Microsoft.Authorization/locks'], { stateless: true }),
  ...immediate(
    '2024-04-01',
    ['Microsoft.Authorization/policySetDefinitions', 'Microsoft.Authorization/policyExemptions'],
    { stateless: true },
  ),
  ...immediate(
    '2024-04-01',
    ['Microsoft.Authorization/policyAssignments', 'Microsoft.Authorization/policyDefinitions'],
    { stateless: true, putStatus: { replaced: 201 } },
  ),
  ...immediate('2021-05-01-preview', ['Microsoft.Insights/diagnosticSettings'], { stateless: true }),
  ...immediate('2023-04-01', ['Microsoft.Management/managementGroups'], {
    computed: ({ id, tenantId, body }) => ({
      tenantId,
      displayName: objectMember(body, 'properties')['displayName'] ?? id.name,
    }),
  }),
  regional('Microsoft.OperationalInsights/workspaces', '2023-09-01', [10, 30], {
    defaults: { retentionInDays: 30, sku: { name: 'PerGB2018' } },
    computed: ({ guid, nowIso }) => ({
      customerId: guid('customer'),
      createdDate: nowIso,
      modifiedDate: nowIso,
    }),
    list: { sharedkeys: keyPair(['primarySharedKey', 'secondarySharedKey'], 64) },
  }),
  ...immediate('2023-09-01', [
    'Microsoft.OperationalInsights/workspaces/tables',
    'Microsoft.OperationalInsights/workspaces/savedSearches',
  ]),
  regional('Microsoft.Insights/components', '2020-02-02', [3, 10], {
    computed: ({ id, guid, location, nowIso, tenantId }) => ({
      ApplicationId: id.name,
      AppId: guid('app'),
      Name: id.name,
      CreationDate: nowIso,
      TenantId: tenantId,
      InstrumentationKey: guid('key'),
      ConnectionString: `InstrumentationKey=${guid('key')};IngestionEndpoint=https://${location}-1.in.applicationinsights.azure.com/;ApplicationId=${guid('app')}`,
      RetentionInDays: 90,
    }),
  }),
  ...[
    'actionGroups',
    'metricAlerts',
    'scheduledQueryRules',
    'autoscaleSettings',
    'activityLogAlerts',
    'dataCollectionRules',
    'workbooks',
    'webtests',
  ].map((name) => ({ ...regional(`Microsoft.Insights/${name}`, '2023-01-01', [1, 4]), stateless: true })),
  ...['ServiceBus', 'EventHub'].flatMap((provider) => messaging(provider)),
  regional('Microsoft.EventGrid/topics', '2024-06-01-preview', [4, 12], {
    computed: ({ id, location }) => ({
      endpoint: `https://${id.name}.${location}-1.eventgrid.azure.net/api/events`,
    }),
    list: { listkeys: keyPair(['key1', 'key2']) },
  }),
  regional('Microsoft.EventGrid/systemTopics', '2024-06-01-preview', [4, 12]),
  ...immediate('2024-06-01-preview', [
    'Microsoft.EventGrid/systemTopics/eventSubscriptions',
    'Microsoft.EventGrid/eventSubscriptions',
  ]),
  regional('Microsoft.AppConfiguration/configurationStores', '2024-05-01', [20, 60], {
    computed: ({ id, nowIso }) => ({
      endpoint: `https://${id.name.toLowerCase()}.azconfig.io`,
      creationDate: nowIso,
    }),
  }),
  ...immediate('2024-05-01', ['Microsoft.AppConfiguration/configurationStores/keyValues'], {
    putStatus: { made: 200 },
  }),
  regional('Microsoft.CognitiveServices/accounts', '2024-10-01', [10, 30], {
    computed: ({ id, nowIso }) => ({
      endpoint: `https://${id.name.toLowerCase()}.cognitiveservices.azure.com/`,
      dateCreated: nowIso,
    }),
    list: { listkeys: keyPair(['key1', 'key2']) },
  }),
  regional('Microsoft.Compute/virtualMachines', '2024-07-01', [30, 90], {
    computed: ({ guid, nowIso }) => ({ vmId: guid('vm'), timeCreated: nowIso }),
  }),
  regional('Microsoft.Compute/disks', '2024-03-02', [3, 8], {
    putStatus: { made: 202 },
    computed: ({ guid, nowIso }) => ({
      uniqueId: guid('disk'),
      timeCreated: nowIso,
      diskState: 'Unattached',
    }),
  }),
  regional('Microsoft.Compute/virtualMachineScaleSets', '2024-07-01', [60, 120], {
    computed: ({ guid, nowIso }) => ({ uniqueId: guid('set'), timeCreated: nowIso }),
  }),
  ...[
    'availabilitySets',
    'images',
    'snapshots',
    'galleries',
    'sshPublicKeys',
    'proximityPlacementGroups',
    'virtualMachines/extensions',
    'diskEncryptionSets',
  ].map((name) => regional(`Microsoft.Compute/${name}`, '2024-07-01', [4, 15])),
  regional('Microsoft.Logic/workflows', '2019-05-01', [4, 12], {
    computed: ({ nowIso }) => ({
      createdTime: nowIso,
      changedTime: nowIso,
      state: 'Enabled',
      version: '08585',
    }),
  }),
  regional('Microsoft.ApiManagement/service', '2023-05-01-preview', [1200, 2400], {
    computed: ({ id }) => ({ gatewayUrl: `https://${id.name.toLowerCase()}.azure-api.net` }),
  }),
  regional('Microsoft.Automation/automationAccounts', '2023-11-01', [6, 15], {
    computed: () => ({ state: 'Ok' }),
  }),
  regional('Microsoft.RecoveryServices/vaults', '2024-04-01', [20, 60]),
  regional('Microsoft.Cdn/profiles', '2024-02-01', [20, 60]),
  regional('Microsoft.SignalRService/SignalR', '2024-03-01', [60, 120], {
    computed: ({ id }) => ({ hostName: `${id.name.toLowerCase()}.service.signalr.net` }),
    list: { listkeys: keyPair(['primaryKey', 'secondaryKey']) },
  }),
  regional('Microsoft.Devices/IotHubs', '2023-06-30', [60, 120], {
    computed: ({ id }) => ({ hostName: `${id.name.toLowerCase()}.azure-devices.net`, state: 'Active' }),
  }),
  regional('Microsoft.MachineLearningServices/workspaces', '2024-04-01', [60, 120]),
]

function messaging(provider: string): TypeFacts[] {
  const version = provider === 'EventHub' ? '2024-01-01' : '2022-10-01-preview'
  const base = `Microsoft.${provider}/namespaces`
  const things =
    provider === 'EventHub'
      ? ['eventhubs', 'eventhubs/consumergroups']
      : ['queues', 'topics', 'topics/subscriptions']
  return [
    regional(base, version, [30, 90], {
      computed: ({ id, nowIso }) => ({
        serviceBusEndpoint: `https://${id.name}.servicebus.windows.net:443/`,
        status: 'Active',
        createdAt: nowIso,
      }),
    }),
    ...immediate(
      version,
      things.map((thing) => `${base}/${thing}`),
      {
        stateless: true,
        computed: ({ nowIso }) => ({ status: 'Active', createdAt: nowIso, updatedAt: nowIso }),
      },
    ),
    ...immediate(
      version,
      [`${base}/authorizationRules`, ...things.map((thing) => `${base}/${thing}/authorizationRules`)],
      {
        stateless: true,
        defaults: { rights },
        list: { listkeys: accessRuleKeys },
      },
    ),
  ]
}
