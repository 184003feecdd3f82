import * as z from 'zod'
import type { Json } from './json.ts'
import { regions } from './regions.ts'
import type { Section } from './section.ts'
import { controlCommand } from './section.ts'
import type { Subscription } from './subscriptions.ts'
import { ok } from './wire.ts'
import type { World } from './world.ts'

/** Subscriptions, tenants and the regions of a subscription. */
export function subscriptionsSection(world: World): Section {
  const describe = ({ id, displayName, state }: Subscription): Json => ({
    id: `/subscriptions/${id}`,
    authorizationSource: 'RoleBased',
    managedByTenants: [],
    subscriptionId: id,
    tenantId: world.tenantId,
    displayName,
    state,
    subscriptionPolicies: {
      locationPlacementId: 'Public_2014-09-01',
      quotaId: 'PayAsYouGo_2014-09-01',
      spendingLimit: 'Off',
    },
  })
  return {
    routes: [
      {
        method: 'GET',
        action: 'SubscriptionsList',
        pattern: '/subscriptions',
        handle: () => {
          const value = world.subscriptions.list().map((each) => describe(each))
          return ok({ value, count: { type: 'Total', value: value.length } })
        },
      },
      {
        method: 'GET',
        action: 'SubscriptionsGet',
        pattern: '/subscriptions/:subscription',
        handle: ({ params }) => ok(describe(world.subscriptions.need(params['subscription'] ?? ''))),
      },
      {
        method: 'GET',
        action: 'SubscriptionsListLocations',
        pattern: '/subscriptions/:subscription/locations',
        handle: ({ params }) => {
          const { id } = world.subscriptions.need(params['subscription'] ?? '')
          return ok({ value: regions.map(([name, displayName]) => regionJson(id, name, displayName)) })
        },
      },
      {
        method: 'GET',
        action: 'TenantsList',
        pattern: '/tenants',
        handle: () =>
          ok({
            value: [
              {
                id: `/tenants/${world.tenantId}`,
                tenantId: world.tenantId,
                countryCode: 'NL',
                displayName: 'Pretend',
                domains: ['pretend.onmicrosoft.com'],
                tenantCategory: 'Home',
                defaultDomain: 'pretend.onmicrosoft.com',
                tenantType: 'AAD',
              },
            ],
          }),
      },
    ],
    commands: {
      subscription: controlCommand(
        'a subscription is called something, disabled, or not there',
        z.strictObject({
          id: z.guid(),
          displayName: z.string().exactOptional(),
          state: z.enum(['Enabled', 'Disabled', 'missing']).exactOptional(),
        }),
        ({ id, ...change }) => world.subscriptions.set(id, change),
      ),
    },
  }
}

function regionJson(subscriptionId: string, name: string, displayName: string): Json {
  return {
    id: `/subscriptions/${subscriptionId}/locations/${name}`,
    name,
    type: 'Region',
    displayName,
    regionalDisplayName: displayName,
    metadata: { regionType: 'Physical', regionCategory: 'Recommended' },
  }
}
