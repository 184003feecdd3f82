import { readdir, readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { gitRepositorySpec } from '../../api/kinds/git-repository.ts'
import { readCredentials } from '../../reconcile/credentials.ts'
import { findGitHost, gitHosts } from './hosts.ts'

test.each([
  { url: 'https://github.com/acme/fleet', name: 'GitHub' },
  { url: 'https://acme.ghe.com/acme/fleet', name: 'GitHub' },
  { url: 'https://dev.azure.com/acme/project/_git/fleet', name: 'Azure DevOps' },
  { url: 'https://acme.visualstudio.com/project/_git/fleet', name: 'Azure DevOps' },
  { url: 'https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/fleet', name: 'AWS CodeCommit' },
  { url: 'ssh://git@ssh.dev.azure.com/v3/acme/project/fleet', name: 'Azure DevOps' },
  { url: 'ssh://git@ssh.github.com:443/acme/fleet.git', name: 'GitHub' },
  { url: 'ssh://git@altssh.bitbucket.org:443/acme/fleet.git', name: 'Bitbucket Cloud' },
  { url: 'ssh://git@altssh.gitlab.com:443/acme/fleet.git', name: 'GitLab' },
  { url: 'https://github.com.example.net/acme/fleet', name: undefined },
  { url: 'https://git.example.com/github.com', name: undefined },
])('$url is of $name', ({ url, name }) => {
  expect(findGitHost(url)?.name).toBe(name)
})

const docs = new URL('../../../docs/git-hosts/', import.meta.url)
const read = (page: string) => readFile(new URL(page, docs), 'utf8')

test('every host has its page, and every page its host and its line in the index', async () => {
  const pages = (await readdir(docs)).filter((name) => name !== 'README.md')
  expect(pages.sort()).toEqual([...new Set(gitHosts.map(({ page }) => page))].sort())
  const index = await read('README.md')
  expect(pages.filter((page) => !index.includes(`[${page}](${page})`))).toEqual([])
})

test.each(gitHosts)(
  'the page of $name has its url, and a manifest that works',
  async ({ form, page, pattern }) => {
    const text = await read(page)
    expect(text).toContain(`\`${form}\``)
    const manifests = [...text.matchAll(/```yaml\n(.*?)```/gs)].map(
      ([, yaml = '']) => parse(yaml) as { kind: string; spec: { url: string } },
    )
    expect(manifests.length).toBeGreaterThan(0)
    for (const { kind, spec } of manifests) {
      expect(kind).toBe('GitRepository')
      expect(gitRepositorySpec.safeParse(spec).error?.issues).toBeUndefined()
    }
    const urls = manifests.map(({ spec }) => new URL(spec.url).hostname)
    expect(urls.some((host) => pattern?.test(host) !== false)).toBe(true)
  },
)

test('secrets in the pages have the names that are read', async () => {
  for (const page of await readdir(docs)) {
    for (const [, json = ''] of (await read(page)).matchAll(/```json\n(.*?)```/gs)) {
      const secret = JSON.parse(json) as Record<string, unknown>
      if ('Effect' in secret) continue
      const credentials = await readCredentials({ resolve: async () => json }, 'env://SECRET')
      expect(Object.keys(credentials ?? {}).length).toBeGreaterThanOrEqual(Object.keys(secret).length)
    }
  }
})
