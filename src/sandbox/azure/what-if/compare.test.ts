import { describe, expect, it } from 'vitest'
import { objectOf } from '../../../../test/support/arm-ground.ts'
import type { JsonObject } from '../../../template/arm/index.ts'
import type { ChangeType } from './compare.ts'
import type { PropertyChange } from './property-change.ts'
import { compareResource, shownPayload } from './compare.ts'

const identity = { apiVersion: '2024-01-01', id: '/subscriptions/s/x', name: 'x', type: 'T/x' }
const resource = (members: JsonObject): JsonObject => ({ ...identity, location: 'eastus', ...members })
/** What a provider would make of a body: a state, an address, and two defaults. */
const made = (body: JsonObject): JsonObject => {
  const properties = objectOf(body['properties'])
  const subnets = properties['subnets']
  return {
    ...body,
    properties: {
      mode: 'Indexed',
      ...properties,
      ...(Array.isArray(subnets)
        ? {
            subnets: subnets.map((subnet: unknown) => {
              const { properties: own, ...rest } = objectOf(subnet)
              return own === undefined
                ? rest
                : { ...rest, id: 'made', properties: { policy: 'Enabled', ...objectOf(own) } }
            }),
          }
        : {}),
      provisioningState: 'Succeeded',
      ipAddress: '10.0.0.4',
    },
  }
}
const isDefault = (path: string): boolean => /\.(mode|policy)$/.test(path)

const cases: {
  name: string
  live: JsonObject
  desired: JsonObject
  want: ChangeType
  delta: PropertyChange[]
}[] = [
  {
    name: 'a scalar that differs',
    live: { properties: { accountType: 'Standard_LRS' } },
    desired: { properties: { accountType: 'Standard_GRS' } },
    want: 'Modify',
    delta: [
      {
        path: 'properties.accountType',
        propertyChangeType: 'Modify',
        before: 'Standard_LRS',
        after: 'Standard_GRS',
      },
    ],
  },
  {
    name: 'the same location in other words',
    live: { location: 'eastus' },
    desired: { location: 'East US' },
    want: 'NoChange',
    delta: [],
  },
  {
    name: 'a new tag on a resource without tags',
    live: {},
    desired: { tags: { owner: 'ana' } },
    want: 'Modify',
    delta: [{ path: 'tags.owner', propertyChangeType: 'Create', after: 'ana' }],
  },
  {
    name: 'what the template does not say goes',
    live: { tags: { owner: 'ana' }, properties: { a: 1, b: { c: 2 } } },
    desired: { properties: { a: 1 } },
    want: 'Modify',
    delta: [
      { path: 'properties.b.c', propertyChangeType: 'Delete', before: 2 },
      { path: 'tags.owner', propertyChangeType: 'Delete', before: 'ana' },
    ],
  },
  {
    name: 'a default of the service stays',
    live: { properties: { mode: 'Indexed', a: 1 } },
    desired: { properties: { a: 1 } },
    want: 'NoChange',
    delta: [],
  },
  {
    name: 'a default that the template overrides',
    live: { properties: { mode: 'Indexed' } },
    desired: { properties: { mode: 'All' } },
    want: 'Modify',
    delta: [{ path: 'properties.mode', propertyChangeType: 'Modify', before: 'Indexed', after: 'All' }],
  },
  {
    name: 'a read-only value that the template sets has no effect',
    live: { properties: { provisioningState: 'Succeeded', ipAddress: '10.0.0.4' } },
    desired: { properties: { ipAddress: '10.0.0.5' } },
    want: 'NoChange',
    delta: [
      { path: 'properties.ipAddress', propertyChangeType: 'NoEffect', before: '10.0.0.4', after: '10.0.0.5' },
    ],
  },
  {
    name: 'a list of scalars changes by place',
    live: { properties: { prefixes: ['10.0.0.0/16', '10.1.0.0/16'] } },
    desired: { properties: { prefixes: ['10.0.0.0/15', '10.1.0.0/16'] } },
    want: 'Modify',
    delta: [
      {
        path: 'properties.prefixes',
        propertyChangeType: 'Array',
        children: [
          { path: '0', propertyChangeType: 'Delete', before: '10.0.0.0/16' },
          { path: '0', propertyChangeType: 'Create', after: '10.0.0.0/15' },
        ],
      },
    ],
  },
  {
    name: 'an item that left a list of named objects',
    live: { properties: { subnets: [{ name: 'one' }, { name: 'two' }] } },
    desired: { properties: { subnets: [{ name: 'two' }] } },
    want: 'Modify',
    delta: [
      {
        path: 'properties.subnets',
        propertyChangeType: 'Array',
        children: [{ path: '0', propertyChangeType: 'Delete', before: { name: 'one' } }],
      },
    ],
  },
  {
    name: 'named objects in another order are the same',
    live: { properties: { subnets: [{ name: 'one' }, { name: 'two' }] } },
    desired: { properties: { subnets: [{ name: 'two' }, { name: 'one' }] } },
    want: 'NoChange',
    delta: [],
  },
  {
    name: 'an item that changed, beside a default inside it',
    live: {
      properties: { subnets: [{ id: 'made', name: 'one', properties: { prefix: 'a', policy: 'Enabled' } }] },
    },
    desired: { properties: { subnets: [{ name: 'one', properties: { prefix: 'b' } }] } },
    want: 'Modify',
    delta: [
      {
        path: 'properties.subnets',
        propertyChangeType: 'Array',
        children: [
          {
            path: '0',
            propertyChangeType: 'Modify',
            children: [{ path: 'properties.prefix', propertyChangeType: 'Modify', before: 'a', after: 'b' }],
          },
        ],
      },
    ],
  },
  {
    name: 'a rename of a nameless partner shows',
    live: { properties: { rules: [{ name: 'one', a: 1 }] } },
    desired: { properties: { rules: [{ a: 1 }] } },
    want: 'Modify',
    delta: [
      {
        path: 'properties.rules',
        propertyChangeType: 'Array',
        children: [
          {
            path: '0',
            propertyChangeType: 'Modify',
            children: [{ path: 'name', propertyChangeType: 'Delete', before: 'one' }],
          },
        ],
      },
    ],
  },
  {
    name: 'an unevaluated expression always differs',
    live: { properties: { key: 'known' } },
    desired: { properties: { key: "[reference('x').key]" } },
    want: 'Modify',
    delta: [
      {
        path: 'properties.key',
        propertyChangeType: 'Modify',
        before: 'known',
        after: "[reference('x').key]",
      },
    ],
  },
  {
    name: 'ids are the same in any letter case',
    live: { properties: { id: '/subscriptions/S/resourceGroups/RG' } },
    desired: { properties: { id: '/subscriptions/s/resourcegroups/rg' } },
    want: 'NoChange',
    delta: [],
  },
  {
    name: 'another kind of value',
    live: { properties: { a: { b: 1 } } },
    desired: { properties: { a: [1] } },
    want: 'Modify',
    delta: [{ path: 'properties.a', propertyChangeType: 'Modify', before: { b: 1 }, after: [1] }],
  },
]

describe('a live resource held against a template', () => {
  it.each(cases)('$name', ({ live, desired, want, delta }) => {
    const compared = compareResource({
      live: resource(live),
      desired: resource(desired),
      expected: made(resource(desired)),
      isDefault,
    })
    expect({ changeType: compared.changeType, delta: compared.delta }).toEqual({ changeType: want, delta })
  })

  it('shows after as the template merged over what is there, and its members in order', () => {
    const { before, after } = compareResource({
      live: resource({ properties: { provisioningState: 'Succeeded', mode: 'Indexed', a: 1 } }),
      desired: resource({ location: 'East US', properties: { a: 2, none: {} } }),
      expected: made(resource({ properties: { a: 2 } })),
      isDefault,
    })
    expect(JSON.stringify(before)).toBe(
      JSON.stringify(
        { ...identity, location: 'eastus', name: 'x', properties: { a: 1, mode: 'Indexed' }, type: 'T/x' },
        ['apiVersion', 'id', 'location', 'name', 'properties', 'a', 'mode', 'type'],
      ),
    )
    expect(after).toEqual(resource({ properties: { a: 2, mode: 'Indexed' } }))
  })

  it('creates what is not there, its location as it is written', () => {
    const desired = resource({ location: 'East US', properties: { a: null, b: [] } })
    expect(compareResource({ live: undefined, desired })).toEqual({
      changeType: 'Create',
      after: { ...identity, location: 'East US', properties: { b: [] } },
      delta: [],
    })
  })

  it('shows a live resource without what only the service sets', () => {
    const live = resource({ properties: { provisioningState: 'Succeeded', mode: 'Indexed' } })
    expect(shownPayload(live)).toEqual(resource({ properties: { mode: 'Indexed' } }))
  })
})
