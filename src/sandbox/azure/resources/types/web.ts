import type { JsonObject } from '../../json.ts'
import { objectMember } from '../../json.ts'
import type { Making, TypeFacts } from '../facts.ts'
import { immediate, regional, secretOf } from './shape.ts'

const ok: Pick<TypeFacts, 'putStatus'> = { putStatus: { made: 200 } }

/** Apps: App Service, Functions, container apps, static sites. */
export const webTypes: readonly TypeFacts[] = [
  regional('Microsoft.Web/serverfarms', '2024-04-01', [8, 20], {
    ...ok,
    computed: ({ body, location }) => ({
      status: 'Ready',
      numberOfSites: 0,
      geoRegion: location,
      reserved: isLinux(body),
    }),
  }),
  regional('Microsoft.Web/sites', '2024-04-01', [15, 40], { ...ok, computed: site, list: siteLists() }),
  regional('Microsoft.Web/sites/slots', '2024-04-01', [15, 40], { ...ok, computed: site, list: siteLists() }),
  regional('Microsoft.Web/staticSites', '2024-04-01', [8, 20], {
    ...ok,
    computed: ({ guid }) => ({ defaultHostname: `pretend-${guid('host').slice(0, 8)}.azurestaticapps.net` }),
    list: { listsecrets: (making) => ({ properties: { apiKey: secretOf(making, 'api', 32) } }) },
  }),
  regional('Microsoft.Web/certificates', '2024-04-01', [4, 10], ok),
  regional('Microsoft.Web/connections', '2016-06-01', [2, 6]),
  ...immediate(
    '2024-04-01',
    [
      'Microsoft.Web/sites/config',
      'Microsoft.Web/sites/hostNameBindings',
      'Microsoft.Web/sites/virtualNetworkConnections',
      'Microsoft.Web/sites/basicPublishingCredentialsPolicies',
      'Microsoft.Web/sites/slots/config',
    ],
    { ...ok, stateless: true, list: siteLists() },
  ),
  ...immediate('2024-04-01', ['Microsoft.Web/sites/extensions', 'Microsoft.Web/sites/sourcecontrols'], {
    stateless: true,
    list: siteLists(),
  }),
  regional('Microsoft.App/managedEnvironments', '2024-03-01', [60, 120], {
    computed: ({ location, guid }) => ({
      defaultDomain: `pretend-${guid('domain').slice(0, 8)}.${location}.azurecontainerapps.io`,
      staticIp: '203.0.113.10',
    }),
  }),
  regional('Microsoft.App/containerApps', '2024-03-01', [20, 60], {
    computed: ({ id, guid }) => ({
      latestRevisionName: `${id.name}--${guid('revision').slice(0, 7)}`,
      latestRevisionFqdn: `${id.name}.pretend.azurecontainerapps.io`,
      runningStatus: 'Running',
    }),
    list: { listsecrets: () => ({ value: [] }) },
  }),
  regional('Microsoft.App/jobs', '2024-03-01', [10, 30]),
  regional('Microsoft.ContainerInstance/containerGroups', '2023-05-01', [20, 60], {
    computed: () => ({ instanceView: { events: [], state: 'Running' } }),
  }),
  regional('Microsoft.ContainerRegistry/registries', '2023-07-01', [8, 20], {
    name: {
      pattern: /^[a-zA-Z0-9]{5,50}$/,
      code: 'InvalidResourceName',
      message: "The registry name '{name}' is invalid: it must be between 5 and 50 alphanumeric characters.",
    },
    defaults: { adminUserEnabled: false },
    computed: ({ id, nowIso }) => ({
      loginServer: `${id.name.toLowerCase()}.azurecr.io`,
      creationDate: nowIso,
    }),
    list: {
      listcredentials: (making) => ({
        username: making.id.name,
        passwords: ['password', 'password2'].map((name) => ({ name, value: secretOf(making, name, 24) })),
      }),
    },
  }),
  regional('Microsoft.ContainerService/managedClusters', '2024-09-01', [240, 420], {
    computed: ({ id, body, location, guid, tenantId }) => ({
      fqdn: `${id.name}-${guid('fqdn').slice(0, 8)}.hcp.${location}.azmk8s.io`,
      powerState: { code: 'Running' },
      nodeResourceGroup:
        objectMember(body, 'properties')['nodeResourceGroup'] ??
        `MC_${id.resourceGroup ?? ''}_${id.name}_${location}`,
      oidcIssuerProfile: { enabled: true, issuerURL: `https://oidc.pretend/${tenantId}/${guid('oidc')}/` },
    }),
  }),
]

function isLinux(body: JsonObject): boolean {
  return /linux/i.test(typeof body['kind'] === 'string' ? body['kind'] : '')
}

function site({ id, body, guid }: Making): JsonObject {
  const [app = '', slot] = id.name.split('/')
  const host = `${slot === undefined ? app : `${app}-${slot}`}.azurewebsites.net`.toLowerCase()
  return {
    state: 'Running',
    hostNames: [host],
    defaultHostName: host,
    enabledHostNames: [host, host.replace('.azurewebsites', '.scm.azurewebsites')],
    enabled: true,
    customDomainVerificationId: guid('domain').replaceAll('-', '').toUpperCase().repeat(2),
    outboundIpAddresses: '203.0.113.20,203.0.113.21',
    kind: body['kind'] ?? 'app',
  }
}

function siteLists(): NonNullable<TypeFacts['list']> {
  return {
    listkeys: (making) => ({
      masterKey: secretOf(making, 'master', 32),
      functionKeys: { default: secretOf(making, 'default', 32) },
      systemKeys: {},
    }),
    list: ({ body }) => ({ properties: objectMember(body, 'properties') }),
  }
}
