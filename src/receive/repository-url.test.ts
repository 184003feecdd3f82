import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { repositoryName } from './repository-url.ts'

describe('the name of a repository', () => {
  const table = [
    { given: 'https://github.com/Acme/Fleet.git', want: 'github.com/acme/fleet' },
    { given: 'https://github.com/acme/fleet/', want: 'github.com/acme/fleet' },
    { given: 'git@github.com:acme/fleet.git', want: 'github.com/acme/fleet' },
    { given: 'ssh://git@github.com/acme/fleet', want: 'github.com/acme/fleet' },
    { given: 'ssh://git@github.com:22/acme/fleet', want: 'github.com/acme/fleet' },
    { given: 'git://github.com/acme/fleet.git', want: 'github.com/acme/fleet' },
    { given: 'https://me:secret@git.example:8443/acme/fleet', want: 'git.example:8443/acme/fleet' },
    { given: 'https://gitlab.example/group/sub/group/fleet', want: 'gitlab.example/group/sub/group/fleet' },
    { given: 'https://github.com', want: undefined },
    { given: '/srv/git/fleet.git', want: undefined },
    { given: 'fleet', want: undefined },
    { given: '', want: undefined },
    { given: `https://github.com/${'a'.repeat(3000)}`, want: undefined },
  ]
  it.each(table)('of $given is $want', ({ given, want }) => {
    expect(repositoryName(given)).toBe(want)
  })

  it('is found or not, but never an error', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.webUrl()), (text) => {
        expect(['string', 'undefined']).toContain(typeof repositoryName(text))
      }),
    )
  })
})
