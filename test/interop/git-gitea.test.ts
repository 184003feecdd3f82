import { existsSync } from 'node:fs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createSystemClock } from '../../src/compose/system.ts'
import { createGitSource } from '../../src/source/index.ts'
import type { Source, SourceCredentials } from '../../src/source/source.ts'
import { accessContract } from '../contracts/source-access.ts'
import { sourceContract, type SourceHarness } from '../contracts/source.ts'
import { createGitFixture, type GitFixture } from '../git-fixture.ts'
import { giteaDoors } from './git-doors.ts'
import { startGitea, type RunningGitea } from './gitea.ts'
import { describeWith } from './programs.ts'

const clock = createSystemClock()

function open(url: string, credentials?: SourceCredentials): Source {
  const policy = { allow: new Set(['loopback', 'http'] as const), trusted: [] }
  const location = { url, timeoutMs: 60_000, ...(credentials === undefined ? {} : { credentials }) }
  return createGitSource(location, { clock, policy })
}

describeWith(['gitea'], 'git by Gitea', ({ gitea: path }) => {
  let server: RunningGitea
  beforeAll(async () => {
    server = await startGitea(path)
  })
  afterAll(() => server.stop())

  for (const by of ['http', 'ssh'] as const) {
    sourceContract(`Gitea by ${by}`, async (): Promise<SourceHarness> => {
      const doors = await giteaDoors(() => server, by)()
      const sources: Source[] = []
      return {
        async open(repository) {
          const source = open(await doors.host(repository), doors.credentials)
          sources.push(source)
          // The contract commits to the repository on the disk: what it looks at follows.
          return {
            ...source,
            async head(ref, options) {
              if (existsSync(repository)) await doors.refresh?.(repository)
              return source.head(ref, options)
            },
          }
        },
        async close() {
          for (const source of sources) await source.close?.()
        },
      }
    })
    accessContract(`Gitea by ${by}`, () => giteaDoors(() => server, by)(), {
      deployKeys: by === 'ssh',
      hostKeys: by === 'ssh',
    })
  }

  let fixture: GitFixture
  let name: string
  let commit: string
  beforeAll(async () => {
    fixture = await createGitFixture()
    commit = await fixture.commit({ 'a/a.yaml': 'a: 1\n', 'b.yaml': 'b: 1\n' })
    name = await server.host(fixture.directory)
  })
  afterAll(() => fixture.remove())

  it('filters, by http and by ssh', async () => {
    const identity = await server.deployKey(name)
    for (const source of [
      open(server.httpUrl(name), { username: server.user, password: server.password }),
      open(server.sshUrl(name), { identity, knownHosts: server.knownHosts }),
    ]) {
      expect(await source.files(commit, ['a'])).toHaveLength(1)
      expect(source.facts?.()?.features['fetch']).toContain('filter')
      await source.close?.()
    }
  })

  it('F37 refuses a token without the right to read, and says so', async () => {
    const source = open(server.httpUrl(name), { username: 'git', password: server.powerless })
    await expect(source.head({})).rejects.toMatchObject({
      class: 'stalled',
      reason: expect.stringMatching(/AuthenticationFailed|RepositoryNotFound/) as string,
    })
  })
})
