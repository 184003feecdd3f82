import { expect, test } from 'vitest'
import { codeCommitHost, providerProblem } from './git-provider.ts'
import { gitRepositorySpec } from './kinds/git-repository.ts'

test.each([
  { host: 'git-codecommit.eu-west-1.amazonaws.com', region: 'eu-west-1' },
  { host: 'git-codecommit-fips.us-gov-east-1.amazonaws.com', region: 'us-gov-east-1' },
  { host: 'git-codecommit.cn-north-1.amazonaws.com.cn', region: 'cn-north-1' },
  { host: 'vpce-0a1b-2c3d.git-codecommit.eu-west-1.vpce.amazonaws.com', region: 'eu-west-1' },
  { host: 'git-codecommit.eu-west-1.amazonaws.com.example.com', region: undefined },
  { host: 'codecommit.eu-west-1.amazonaws.com', region: undefined },
  { host: 'git-codecommit.example-1.amazonaws.com', region: undefined },
  { host: 'evil-git-codecommit.eu-west-1.amazonaws.com', region: undefined },
])('$host lies in $region', ({ host, region }) => {
  expect(codeCommitHost.exec(host)?.[1]).toBe(region)
})

test('generic takes any url; a login in one is not repeated', () => {
  expect(providerProblem('generic', '/srv/git/fleet')).toBeUndefined()
  expect(providerProblem('aws', 'https://ana:canary@host/fleet')).not.toContain('canary')
})

test.each([
  { spec: { provider: 'aws', url: 'https://github.com/acme/fleet' }, path: ['provider'] },
  { spec: { provider: 'azure', url: 'https://github.com/acme/fleet' }, path: ['provider'] },
  { spec: { provider: 'github', url: 'https://github.com/acme/fleet' }, path: ['secretRef'] },
  { spec: { provider: 'github', url: '/srv/git/fleet', secretRef: 'env://APP' }, path: ['provider'] },
  { spec: { provider: 'svn', url: 'https://github.com/acme/fleet' }, path: ['provider'] },
])('a GitRepository with $spec.provider for $spec.url is refused', ({ spec, path }) => {
  expect(gitRepositorySpec.safeParse(spec).error?.issues.map((issue) => issue.path)).toEqual([path])
})

test.each([
  { provider: 'aws', url: 'https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/fleet' },
  { provider: 'azure', url: 'https://dev.azure.com/acme/project/_git/fleet' },
  { provider: 'github', url: 'https://github.com/acme/fleet', secretRef: 'env://APP' },
  { url: 'https://github.com/acme/fleet' },
])('a GitRepository with $provider for $url is taken', (spec) => {
  expect(gitRepositorySpec.safeParse(spec).success).toBe(true)
})
