import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { findGitHost, gitHosts } from './hosts.ts'

test.each([
  { url: 'https://github.com/acme/fleet', name: 'GitHub' },
  { url: 'https://acme.ghe.com/acme/fleet', name: 'GitHub' },
  { url: 'https://dev.azure.com/acme/project/_git/fleet', name: 'Azure DevOps' },
  { url: 'https://acme.visualstudio.com/project/_git/fleet', name: 'Azure DevOps' },
  { url: 'https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/fleet', name: 'AWS CodeCommit' },
  { url: 'https://github.com.example.net/acme/fleet', name: undefined },
  { url: 'https://git.example.com/github.com', name: undefined },
])('$url is of $name', ({ url, name }) => {
  expect(findGitHost(url)?.name).toBe(name)
})

test('every host has its section in the documentation', async () => {
  const page = await readFile(new URL('../../../docs/git-hosts.md', import.meta.url), 'utf8')
  expect(gitHosts.filter(({ name }) => !page.includes(`\n## ${name}`)).map(({ name }) => name)).toEqual([])
})
