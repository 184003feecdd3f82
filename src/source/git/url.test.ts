import { describe, expect, test } from 'vitest'
import { parseGitUrl, type GitAddress } from './url.ts'

const good: { given: string; want: GitAddress }[] = [
  { given: 'https://host/org/repo.git', want: { type: 'http', url: 'https://host/org/repo.git' } },
  { given: 'https://host:8443/repo/', want: { type: 'http', url: 'https://host:8443/repo' } },
  { given: 'http://127.0.0.1:3000/repo', want: { type: 'http', url: 'http://127.0.0.1:3000/repo' } },
  {
    given: 'ssh://git@host/org/repo.git',
    want: { type: 'ssh', user: 'git', host: 'host', port: 22, path: '/org/repo.git' },
  },
  {
    given: 'ssh://host:2222/~ana/repo',
    want: { type: 'ssh', user: 'git', host: 'host', port: 2222, path: '~ana/repo' },
  },
  { given: '/srv/git/fleet', want: { type: 'local', path: '/srv/git/fleet' } },
  { given: 'file:///srv/git/a%20b', want: { type: 'local', path: '/srv/git/a b' } },
]
const bad: { given: string; says: string }[] = [
  { given: '', says: 'white space or control' },
  { given: 'ext::sh -c id', says: 'white space' },
  { given: 'ext::sh', says: 'is no repository url' },
  { given: '--upload-pack=id', says: 'is no repository url' },
  { given: 'git@github.com:org/repo.git', says: 'is no repository url' },
  { given: 'ssh://git:canary@github.com/org/repo', says: 'move them to secretRef' },
  { given: "ssh://git@host/org/re'po", says: 'path that is none' },
  { given: 'ssh://git@host/org/$(id)', says: 'path that is none' },
  { given: 'ssh://git@-oProxyCommand=id/org/repo', says: 'names no host' },
  { given: 'ssh://-l@host/org/repo', says: 'user that is none' },
  { given: 'git://github.com/org/repo', says: 'scheme' },
  { given: 'javascript://x/y', says: 'scheme' },
  { given: 'file://host/srv/git', says: 'names a host' },
  { given: 'https://host/repo\r\nX-Evil: 1', says: 'control characters' },
  { given: 'https://host/repo?token=canary', says: 'query' },
  { given: 'https://host/repo#canary', says: 'fragment' },
  { given: 'https://ana:canary@host/repo', says: 'move them to secretRef' },
  { given: 'https://canary@host/repo', says: 'move them to secretRef' },
  { given: ' https://ana:canary@host/repo', says: 'white space' },
  { given: 'https://ana:can/canary@host/repo', says: 'is no repository url' },
  { given: 'https:///ana:canary@host/repo', says: 'move them to secretRef' },
  { given: 'https:ana:canary@host/repo', says: 'is no repository url' },
  { given: 'ana:canary@host/repo', says: 'is no repository url' },
  { given: 's3://ana:canary@host/repo', says: 'scheme' },
  { given: 'relative/path', says: 'is no repository url' },
  { given: '/srv/git\\fleet', says: 'control characters' },
]

describe('parseGitUrl', () => {
  test.each(good)('takes $given', ({ given, want }) => {
    expect(parseGitUrl(given)).toEqual(want)
  })
  test.each(bad)('S7 refuses $given', ({ given, says }) => {
    expect(() => parseGitUrl(given)).toThrow(
      expect.objectContaining({ reason: 'InvalidURL', message: expect.stringContaining(says) as string }),
    )
    expect(() => parseGitUrl(given)).not.toThrow(/canary/)
  })
})
