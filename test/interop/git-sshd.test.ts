import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createSystemClock } from '../../src/compose/system.ts'
import { createGitSource } from '../../src/source/index.ts'
import type { Source, SourceCredentials } from '../../src/source/source.ts'
import { sourceContract } from '../contracts/source.ts'
import { createGitFixture, type GitFixture } from '../git-fixture.ts'
import { describeWith } from './programs.ts'
import { startSshd, type RunningSshd } from './sshd.ts'

const clock = createSystemClock()

function open(url: string, credentials: SourceCredentials): Source {
  const policy = { allow: new Set(['loopback'] as const), trusted: [] }
  return createGitSource({ url, credentials, timeoutMs: 30_000 }, { clock, policy })
}

describeWith(['sshd'], 'git by OpenSSH', ({ sshd: path }) => {
  for (const { name, takesProtocol, canFilter, keyType } of [
    { name: 'v2 with filters', takesProtocol: true, canFilter: true, keyType: 'ed25519' },
    { name: 'v2 without filters', takesProtocol: true, canFilter: false, keyType: 'ecdsa' },
    { name: 'v0, its own defaults', takesProtocol: false, canFilter: false, keyType: 'rsa' },
  ]) {
    sourceContract(`OpenSSH, ${name}`, async () => {
      const server = await startSshd(path, { takesProtocol, keyType })
      const sources: Source[] = []
      return {
        async open(repository) {
          if (existsSync(repository)) {
            execFileSync('git', ['-C', repository, 'config', 'uploadpack.allowFilter', String(canFilter)])
          }
          const source = open(server.url(repository), server)
          sources.push(source)
          return source
        },
        async close() {
          for (const source of sources) await source.close?.()
          await server.stop()
        },
      }
    })
  }

  let fixture: GitFixture
  let server: RunningSshd
  beforeAll(async () => {
    fixture = await createGitFixture()
    await fixture.commit({ 'a.yaml': 'a: 1\n' })
    server = await startSshd(path, { takesProtocol: true, keyType: 'ed25519' })
  })
  afterAll(async () => {
    await server.stop()
    await fixture.remove()
  })

  it('refuses a key that the server does not let in', async () => {
    const source = open(server.url(fixture.directory), { ...server, identity: server.stranger })
    await expect(source.head({})).rejects.toMatchObject({ reason: 'AuthenticationFailed', class: 'stalled' })
  })
})
