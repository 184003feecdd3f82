import { describe, expect, it } from 'vitest'
import { isBelow, keyOf, parentOf, parseResourceId } from './ids.ts'

const group = '/subscriptions/s/resourceGroups/G'

describe('resource ids', () => {
  it.each([
    {
      id: `${group}/providers/Microsoft.Web/sites/A`,
      want: {
        scope: group,
        namespace: 'Microsoft.Web',
        type: 'Microsoft.Web/sites',
        name: 'A',
        subscriptionId: 's',
        resourceGroup: 'G',
      },
    },
    {
      id: `${group}/providers/Microsoft.Web/sites/A/slots/B/`,
      want: {
        scope: group,
        namespace: 'Microsoft.Web',
        type: 'Microsoft.Web/sites/slots',
        name: 'A/B',
        subscriptionId: 's',
        resourceGroup: 'G',
      },
    },
    {
      id: `${group}/providers/Microsoft.Web/sites/A/providers/Microsoft.Authorization/locks/L`,
      want: {
        scope: `${group}/providers/Microsoft.Web/sites/A`,
        namespace: 'Microsoft.Authorization',
        type: 'Microsoft.Authorization/locks',
        name: 'L',
        subscriptionId: 's',
        resourceGroup: 'G',
      },
    },
    {
      id: group,
      want: {
        scope: '/subscriptions/s',
        namespace: 'Microsoft.Resources',
        type: 'Microsoft.Resources/resourceGroups',
        name: 'G',
        subscriptionId: 's',
        resourceGroup: 'G',
      },
    },
    {
      id: '/providers/Microsoft.Management/managementGroups/M',
      want: {
        scope: '/',
        namespace: 'Microsoft.Management',
        type: 'Microsoft.Management/managementGroups',
        name: 'M',
      },
    },
    { id: '/subscriptions/s', want: undefined },
    { id: `${group}/providers/Microsoft.Web/sites`, want: undefined },
    { id: `${group}/providers/Microsoft.Web/sites//slots/B`, want: undefined },
  ])('$id', ({ id, want }) => {
    expect(parseResourceId(id)).toEqual(
      want === undefined ? undefined : { id: id.replace(/\/$/, ''), ...want },
    )
  })

  it('are equal in any letter case, and lie below each other by whole segments', () => {
    expect(keyOf('/A/b/')).toBe(keyOf('/a/B'))
    expect(isBelow(`${group}/providers/X/y/z`, group.toUpperCase())).toBe(true)
    expect(isBelow(group, group)).toBe(true)
    expect(isBelow(`${group}x`, group)).toBe(false)
    expect(isBelow(group, '/')).toBe(true)
  })

  it('of children know their parents', () => {
    const parent = (id: string) => {
      const parsed = parseResourceId(id)
      return parsed === undefined ? undefined : parentOf(parsed)
    }
    expect(parent(`${group}/providers/X/y/z/k/l`)).toBe(`${group}/providers/X/y/z`)
    expect(parent(`${group}/providers/X/y/z`)).toBeUndefined()
  })
})
