import { describe, expect, it } from 'vitest'
import { ArmError } from './errors.ts'
import { createFilter } from './filter.ts'

const items = [
  {
    id: '/subscriptions/s/resourceGroups/A/providers/x',
    name: 'alpha',
    type: 'N/one',
    location: 'westus',
    tags: { Env: 'Prod' },
    plan: { name: 'p' },
  },
  {
    id: '/subscriptions/s/resourceGroups/b/providers/x',
    name: 'beta',
    type: 'N/two',
    location: 'eastus',
    tags: { env: 'test', team: 'x' },
  },
  { id: '/subscriptions/s', name: 'gamma', type: 'N/two' },
]

describe('filters', () => {
  it.each([
    { text: undefined, want: ['alpha', 'beta', 'gamma'] },
    { text: ' ', want: ['alpha', 'beta', 'gamma'] },
    { text: "resourceType eq 'n/TWO'", want: ['beta', 'gamma'] },
    { text: "type ne 'N/two'", want: ['alpha'] },
    { text: "name eq 'alpha' or name eq 'gamma'", want: ['alpha', 'gamma'] },
    { text: "resourceType eq 'N/two' and location eq 'eastus'", want: ['beta'] },
    {
      text: "resourceType eq 'N/one' or resourceType eq 'N/two' and location eq 'eastus'",
      want: ['alpha', 'beta'],
    },
    { text: "tagName eq 'env'", want: ['alpha', 'beta'] },
    { text: "tagName eq 'env' and tagValue eq 'prod'", want: ['alpha'] },
    { text: "resourceGroup eq 'a'", want: ['alpha'] },
    { text: "substringof('et', name)", want: ['beta'] },
    { text: "startswith(name, 'ga')", want: ['gamma'] },
    { text: "(name eq 'beta')", want: ['beta'] },
    { text: "plan/name eq 'p'", want: ['alpha'] },
    { text: "nothing eq 'x'", want: [] },
  ])('$text', ({ text, want }) => {
    expect(items.filter(createFilter(text)).map(({ name }) => name)).toEqual(want)
  })

  it.each(['oops', 'name eq alpha', "name gt 'a'", "name eq 'a' and"])('refuse %s', (text) => {
    expect(() => createFilter(text)).toThrow(ArmError)
    expect(() => createFilter(text)).toThrow('InvalidFilterInQueryString')
  })
})
