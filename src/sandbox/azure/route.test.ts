import { describe, expect, it } from 'vitest'
import { createRouteTable } from './route.ts'
import type { Route } from './route.ts'
import { sections } from './sections.ts'
import { createWorld } from './world.ts'
import { createSeededRandom, createVirtualClock } from '../../../test/support/virtual-clock.ts'

const route = (method: string, pattern: string): Route => ({
  method,
  pattern,
  action: `${method} ${pattern}`,
  handle: () => ({ status: 200 }),
})

const table = createRouteTable([
  route('GET', '/*scope/providers/:namespace/*rest'),
  route('GET', '/subscriptions/:subscription/resourcegroups/:group'),
  route('PUT', '/subscriptions/:subscription/resourcegroups/:group'),
  route('GET', '/subscriptions/:subscription/providers/:namespace'),
  route('GET', '/:tenant/v2.0/.well-known/openid-configuration'),
])

const found = (method: string, path: string): unknown => {
  const match = table.find(method, path)
  return match !== undefined && 'route' in match ? [match.route.pattern, match.params] : match
}

describe('routes', () => {
  it.each([
    {
      name: 'fixed segments in any letter case, names as they are spelled',
      path: '/SUBSCRIPTIONS/S1/resourceGroups/My-Group',
      want: ['/subscriptions/:subscription/resourcegroups/:group', { subscription: 'S1', group: 'My-Group' }],
    },
    {
      name: 'escaped names, decoded',
      path: '/subscriptions/s/resourcegroups/%C3%A9%28a%29',
      want: ['/subscriptions/:subscription/resourcegroups/:group', { subscription: 's', group: 'é(a)' }],
    },
    {
      name: 'the one with the most fixed segments first',
      path: '/subscriptions/s/providers/NS',
      want: ['/subscriptions/:subscription/providers/:namespace', { subscription: 's', namespace: 'NS' }],
    },
    {
      name: 'any number of segments, the last providers counts',
      path: '/subscriptions/s/providers/A/b/c/providers/D/e/f',
      want: [
        '/*scope/providers/:namespace/*rest',
        { scope: '/subscriptions/s/providers/A/b/c', namespace: 'D', rest: '/e/f' },
      ],
    },
    {
      name: 'no scope at all',
      path: '/providers/A/b/c',
      want: ['/*scope/providers/:namespace/*rest', { scope: '', namespace: 'A', rest: '/b/c' }],
    },
    { name: 'a dot is a dot', path: '/t/v2x0/.well-known/openid-configuration', want: undefined },
    { name: 'nothing', path: '/', want: undefined },
  ])('$name', ({ path, want }) => {
    expect(found('GET', path)).toEqual(want)
  })

  it('tells which methods there are', () => {
    expect(found('PATCH', '/subscriptions/s/resourcegroups/g')).toEqual({ otherMethods: ['GET', 'PUT'] })
  })

  it('have one action each in the whole table', () => {
    const world = createWorld({ clock: createVirtualClock(), random: createSeededRandom() })
    const actions = sections.flatMap((create) => create(world).routes.map(({ action }) => action))
    expect(actions.filter((action, index) => actions.indexOf(action) !== index)).toEqual([])
    expect(actions.length).toBeGreaterThan(50)
  })
})
