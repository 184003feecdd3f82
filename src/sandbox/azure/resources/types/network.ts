import type { Json, JsonObject } from '../../json.ts'
import { isObject, objectMember } from '../../json.ts'
import type { Making, TypeFacts } from '../facts.ts'
import { immediate, regional } from './shape.ts'

const version = '2024-05-01'

/** Networks and what stands in them. */
export const networkTypes: readonly TypeFacts[] = [
  network('virtualNetworks', [4, 10], {
    computed: (making) => ({
      ...guided(making),
      subnets: children(making, 'subnets', () => ({
        privateEndpointNetworkPolicies: 'Disabled',
        privateLinkServiceNetworkPolicies: 'Enabled',
        delegations: [],
      })),
      virtualNetworkPeerings: [],
      enableDdosProtection: false,
    }),
  }),
  network('networkSecurityGroups', [2, 10], {
    computed: (making) => ({
      ...guided(making),
      securityRules: children(making, 'securityRules', () => ({})),
      defaultSecurityRules: [],
    }),
  }),
  network('publicIPAddresses', [2, 6], {
    defaults: {
      publicIPAddressVersion: 'IPv4',
      publicIPAllocationMethod: 'Dynamic',
      idleTimeoutInMinutes: 4,
      ipTags: [],
    },
    computed: (making) => {
      const label = objectMember(objectMember(making.body, 'properties'), 'dnsSettings')['domainNameLabel']
      return {
        ...guided(making),
        ipAddress: addressOf(making),
        ...(typeof label === 'string'
          ? {
              dnsSettings: {
                domainNameLabel: label,
                fqdn: `${label}.${making.location}.cloudapp.azure.com`,
              },
            }
          : {}),
      }
    },
  }),
  network('networkInterfaces', [2, 6], {
    defaults: { enableAcceleratedNetworking: false, enableIPForwarding: false },
    computed: (making) => ({
      ...guided(making),
      ipConfigurations: children(making, 'ipConfigurations', () => ({
        privateIPAddress: '10.0.0.4',
        primary: true,
      })),
    }),
  }),
  network('routeTables', [2, 6], { computed: guided, defaults: { disableBgpRoutePropagation: false } }),
  network('loadBalancers', [4, 10], { computed: guided }),
  network('applicationGateways', [120, 300], { computed: guided }),
  network('applicationSecurityGroups', [2, 4], { computed: guided }),
  network('natGateways', [6, 12], { computed: guided }),
  network('privateEndpoints', [20, 60], { computed: guided }),
  network('bastionHosts', [240, 400], { computed: guided }),
  network('azureFirewalls', [240, 400], { computed: guided }),
  network('firewallPolicies', [10, 30], { computed: guided }),
  network('virtualNetworkGateways', [900, 1500], { computed: guided }),
  network('localNetworkGateways', [4, 10], { computed: guided }),
  network('connections', [10, 30], { computed: guided }),
  network('networkWatchers', [2, 6], {}),
  network('virtualWans', [10, 20], {}),
  network('virtualHubs', [240, 400], {}),
  network('ipGroups', [4, 10], {}),
  network('ddosProtectionPlans', [4, 10], {}),
  network('dnsZones', [2, 6], {
    computed: ({ id }) => ({
      maxNumberOfRecordSets: 10_000,
      numberOfRecordSets: 2,
      nameServers: [1, 2, 3, 4].map(
        (number) => `ns${number}-01.azure-dns.${['com', 'net', 'org', 'info'][number - 1] ?? 'com'}.`,
      ),
      zoneType: id.type.includes('private') ? 'Private' : 'Public',
    }),
  }),
  network('privateDnsZones', [20, 40], {
    computed: () => ({ maxNumberOfRecordSets: 25_000, numberOfRecordSets: 1 }),
  }),
  network('privateDnsZones/virtualNetworkLinks', [20, 40], {
    computed: () => ({ virtualNetworkLinkState: 'Completed' }),
  }),
  network('trafficManagerProfiles', [2, 6], {}),
  network('frontDoors', [20, 60], {}),
  ...immediate(
    version,
    [
      'virtualNetworks/subnets',
      'virtualNetworks/virtualNetworkPeerings',
      'networkSecurityGroups/securityRules',
      'routeTables/routes',
      'privateEndpoints/privateDnsZoneGroups',
      ...['A', 'AAAA', 'CNAME', 'MX', 'TXT', 'NS'].flatMap((kind) => [
        `dnsZones/${kind}`,
        `privateDnsZones/${kind}`,
      ]),
    ].map((type) => `Microsoft.Network/${type}`),
  ),
]

function network(
  type: string,
  seconds: readonly [number, number],
  more: Partial<Pick<TypeFacts, 'defaults' | 'computed'>>,
): TypeFacts {
  return regional(`Microsoft.Network/${type}`, version, seconds, more)
}

function guided({ guid }: Making): JsonObject {
  return { resourceGuid: guid('resource') }
}

/** What is written inside another resource has an id, a state and a type of its own. */
function children(making: Making, name: string, defaults: () => JsonObject): Json[] {
  const written = objectMember(making.body, 'properties')[name]
  const list = Array.isArray(written) ? written.filter((each) => isObject(each)) : []
  return list.map((each) => ({
    ...each,
    id: `${making.id.id}/${name}/${typeof each['name'] === 'string' ? each['name'] : ''}`,
    type: `${making.id.type}/${name}`,
    properties: { ...defaults(), ...objectMember(each, 'properties'), provisioningState: 'Succeeded' },
  }))
}

// A block for documentation: an address that leads nowhere.
function addressOf({ guid }: Making): string {
  return `203.0.113.${Number.parseInt(guid('address').slice(0, 4), 16) % 254}`
}
