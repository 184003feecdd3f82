import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createSystemClock } from '../../src/compose/system.ts'
import { createGitSource } from '../../src/source/index.ts'
import type { Source, SourceCredentials } from '../../src/source/source.ts'
import { sourceContract, type SourceHarness } from '../contracts/source.ts'
import { createGitFixture, type GitFixture } from '../git-fixture.ts'
import { startGitea, type RunningGitea } from './gitea.ts'
import { describeWith } from './programs.ts'

const clock = createSystemClock()

function open(url: string, credentials?: SourceCredentials): Source {
  const policy = { allow: new Set(['loopback', 'http'] as const), trusted: [] }
  const location = { url, timeoutMs: 60_000, ...(credentials === undefined ? {} : { credentials }) }
  return createGitSource(location, { clock, policy })
}

describeWith(['gitea'], 'git by Gitea', ({ gitea: path }) => {
  const contract = async (): Promise<SourceHarness> => {
    const server = await startGitea(path)
    const names = new Map<string, string>()
    const sources: Source[] = []
    return {
      async open(repository) {
        const name = existsSync(repository)
          ? (names.get(repository) ?? (await server.host(repository)))
          : 'gone'
        names.set(repository, name)
        const source = open(server.httpUrl(name), { username: 'git', password: server.token })
        sources.push(source)
        // The contract commits to the repository on the disk: what it looks at follows.
        return {
          ...source,
          async head(ref, options) {
            if (existsSync(repository)) await server.refresh(repository, name)
            return source.head(ref, options)
          },
        }
      },
      async close() {
        for (const source of sources) await source.close?.()
        await server.stop()
      },
    }
  }
  sourceContract('Gitea by http, a token', contract)

  let fixture: GitFixture
  let server: RunningGitea
  let name: string
  let commit: string
  beforeAll(async () => {
    fixture = await createGitFixture()
    commit = await fixture.commit({ 'a/a.yaml': 'a: 1\n', 'b.yaml': 'b: 1\n' })
    server = await startGitea(path)
    name = await server.host(fixture.directory)
  })
  afterAll(async () => {
    await server.stop()
    await fixture.remove()
  })

  it('filters, by http', async () => {
    const source = open(server.httpUrl(name), { username: server.user, password: server.password })
    expect(await source.files(commit, ['a'])).toHaveLength(1)
    expect(source.facts?.()?.features['fetch']).toContain('filter')
  })

  it('lets a deploy key in by ssh, for its repository alone', async () => {
    const identity = await server.deployKey(name)
    const source = open(server.sshUrl(name), { identity, knownHosts: server.knownHosts })
    expect((await source.head({})).commit).toBe(commit)
    expect(await source.files(commit, ['a'])).toHaveLength(1)
    await source.close?.()
    const other = await server.host(fixture.directory)
    const wrong = open(server.sshUrl(other), { identity, knownHosts: server.knownHosts })
    await expect(wrong.head({})).rejects.toMatchObject({ class: 'stalled' })
    await wrong.close?.()
  })

  it.each([
    { what: 'nobody', credentials: () => undefined },
    { what: 'a wrong token', credentials: () => ({ username: 'git', password: 'wr0ng-canary' }) },
    {
      what: 'a token without the right',
      credentials: () => ({ username: 'git', password: server.powerless }),
    },
  ])('refuses $what, and says so', async ({ credentials }) => {
    const error: unknown = await open(server.httpUrl(name), credentials())
      .head({})
      .catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({
      class: 'stalled',
      reason: expect.stringMatching(/AuthenticationFailed|RepositoryNotFound/) as string,
    })
    expect(String(error)).not.toContain('canary')
  })

  it('a probe tells what it is', () => {
    const probe = [
      'src/cli/main.ts',
      'source',
      'probe',
      server.httpUrl(name),
      '--secret',
      'env://TOKEN',
      '--path',
      'a',
    ]
    const env = { PATH: process.env['PATH'], TOKEN: server.token }
    const told = execFileSync(process.execPath, probe, { env, encoding: 'utf8' })
    expect(told).toMatch(/^protocol +version 2$/m)
    expect(told).toMatch(/^files +1 files/m)
  })

  it('a token that is revoked is refused at the next look', async () => {
    const source = open(server.httpUrl(name), { username: 'git', password: server.token })
    expect((await source.head({})).commit).toBe(commit)
    await server.revoke()
    await expect(source.head({})).rejects.toMatchObject({ reason: 'AuthenticationFailed', class: 'stalled' })
  })
})
