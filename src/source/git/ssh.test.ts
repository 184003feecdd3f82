import { createHmac } from 'node:crypto'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sourceContract } from '../../../test/contracts/source.ts'
import { createGitFixture, type GitFixture } from '../../../test/git-fixture.ts'
import { serveGitBySsh, type GitSshServer } from '../../../test/git-ssh.ts'
import { createSystemClock } from '../../compose/system.ts'
import { createGitSource } from '../index.ts'
import type { Source, SourceCredentials } from '../source.ts'
import { allowances, type Allowance } from './policy.ts'
import { createSshGitSource } from './ssh.ts'
import { readKnownHosts } from './ssh/known-hosts.ts'

const clock = createSystemClock()

function open(
  url: string,
  credentials: SourceCredentials,
  allow: readonly Allowance[] = ['loopback'],
  timeoutMs = 20_000,
): Source {
  return createGitSource(
    { url, credentials, timeoutMs },
    { clock, policy: { allow: new Set(allow), trusted: [] } },
  )
}

// Other versions, and without filters: over OpenSSH's own server, with the interop suites.
for (const { name, protocol, canFilter } of [
  { name: 'v2 with filters', protocol: 2 as const, canFilter: true },
]) {
  sourceContract(`ssh, ${name}`, async () => {
    const servers: GitSshServer[] = []
    const sources: Source[] = []
    return {
      async open(repository) {
        const server = await serveGitBySsh({ root: path.dirname(repository), protocol, canFilter })
        servers.push(server)
        const source = open(server.url(path.basename(repository)), server)
        sources.push(source)
        return source
      },
      async close() {
        for (const source of sources) await source.close?.()
        await Promise.all(servers.map((server) => server.close()))
      },
    }
  })
}

describe('ssh', () => {
  let fixture: GitFixture
  let commit: string
  let server: GitSshServer
  beforeAll(async () => {
    fixture = await createGitFixture()
    commit = await fixture.commit({ 'a.yaml': 'a: 1\n' })
    server = await serveGitBySsh({ root: path.dirname(fixture.directory), canFilter: true })
  })
  afterAll(async () => {
    await server.close()
    await fixture.remove()
  })

  test('many questions take one connection', async () => {
    const source = open(server.url('repository'), server)
    const before = server.connections()
    await source.head({})
    await source.files(commit, ['a.yaml'])
    await source.commit(commit)
    expect(server.connections() - before).toBe(1)
    await source.close?.()
  })

  test.each([
    { host: 'github.com', refused: [] },
    { host: 'git.example.com', refused: ['tree:1'] },
  ])('what $host is known to refuse is not asked of it', async ({ host, refused }) => {
    await fixture.git('config', 'uploadpackfilter.tree.maxDepth', '0')
    const { port } = new URL(server.url('repository'))
    const url = server.url('repository').replace('127.0.0.1', host)
    const address = {
      type: 'ssh' as const,
      user: 'git',
      host,
      port: Number(port),
      path: new URL(url).pathname,
    }
    const source = createSshGitSource(
      address,
      { url, credentials: server, timeoutMs: 20_000 },
      {
        // A clock that stands: everybody is near, and walked down to.
        clock: { now: () => 0, sleep: () => new Promise(() => {}) },
        policy: { allow: new Set(['loopback', 'unknown-hosts']), trusted: [] },
        resolve: (_name, done) => done(null, [{ address: '127.0.0.1', family: 4 }]),
      },
    )
    await source.head({})
    expect(await source.files(commit, ['a.yaml'])).toHaveLength(1)
    expect(source.facts?.()?.refusedFilters).toEqual(refused)
    await source.close?.()
  })

  test('a key that the server does not know', async () => {
    const other = await serveGitBySsh({ root: '/' })
    const source = open(server.url('repository'), { ...server, identity: other.identity })
    await expect(source.head({})).rejects.toMatchObject({ reason: 'AuthenticationFailed', class: 'stalled' })
    await other.close()
  })

  test('a key that is none is refused, and not repeated', async () => {
    const source = open(server.url('repository'), { ...server, identity: 'canary' })
    const error: unknown = await source.head({}).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ reason: 'AuthenticationFailed', class: 'stalled' })
    expect(String(error)).not.toContain('canary')
  })

  test('a host that nobody vouches for is not trusted, unless that is allowed', async () => {
    const { identity } = server
    await expect(open(server.url('repository'), { identity }).head({})).rejects.toMatchObject({
      reason: 'AddressRefused',
      message: expect.stringContaining('HEADWATER_SOURCE_ALLOW=unknown-hosts') as string,
    })
    const source = open(server.url('repository'), { identity }, ['loopback', 'unknown-hosts'])
    expect((await source.head({})).commit).toBe(commit)
    await source.close?.()
  })

  test('a host that shows another key than the known one is refused, whatever is allowed', async () => {
    const other = await serveGitBySsh({ root: '/' })
    const knownHosts = `${server.knownHosts.split(' ')[0]} ${other.knownHosts.split(' ').slice(1).join(' ')}`
    const source = open(server.url('repository'), { ...server, knownHosts }, allowances)
    await expect(source.head({})).rejects.toMatchObject({ reason: 'HostKeyRefused', class: 'stalled' })
    const revoked = { ...server, knownHosts: `${server.knownHosts}\n@revoked ${server.knownHosts}` }
    await expect(open(server.url('repository'), revoked, allowances).head({})).rejects.toMatchObject({
      reason: 'HostKeyRefused',
    })
    await other.close()
  })

  test('S5 the address is checked here too', async () => {
    await expect(open(server.url('repository'), server, []).head({})).rejects.toMatchObject({
      reason: 'AddressRefused',
    })
  })

  test('F33 a server that never answers ends at the deadline', async () => {
    const silent = await serveGitBySsh({ root: path.dirname(fixture.directory), hang: true })
    const source = open(silent.url('repository'), silent, ['loopback'], 700)
    await expect(source.head({})).rejects.toMatchObject({ reason: 'Timeout', class: 'backoff' })
    await source.close?.()
    await silent.close()
  })

  test('nobody listens', async () => {
    const gone = await serveGitBySsh({ root: '/' })
    await gone.close()
    await expect(open(gone.url('repository'), gone).head({})).rejects.toMatchObject({
      reason: 'NetworkError',
      class: 'backoff',
    })
  })
})

describe('known_hosts', () => {
  const key = Buffer.from('a key')
  const other = Buffer.from('another')
  const line = `ssh-ed25519 ${key.toString('base64')}`
  const hashed = (name: string) => {
    const salt = Buffer.from('some salt of twenty!')
    return `|1|${salt.toString('base64')}|${createHmac('sha1', salt).update(name).digest('base64')} ${line}`
  }
  test.each([
    { name: 'plain', text: `host ${line}`, port: 22, want: 'known' },
    { name: 'one of several names', text: `other,host,10.0.0.1 ${line}`, port: 22, want: 'known' },
    { name: 'with a port', text: `[host]:2222 ${line}`, port: 2222, want: 'known' },
    { name: 'of another port', text: `host ${line}`, port: 2222, want: 'unknown' },
    { name: 'hashed', text: hashed('host'), port: 22, want: 'known' },
    { name: 'hashed with a port', text: hashed('[host]:2222'), port: 2222, want: 'known' },
    { name: 'hashed, another', text: hashed('other'), port: 22, want: 'unknown' },
    { name: 'a pattern', text: `*.example,h?st ${line}`, port: 22, want: 'known' },
    { name: 'a pattern with an exception', text: `h*,!host ${line}`, port: 22, want: 'unknown' },
    { name: 'another key', text: `host ssh-ed25519 ${other.toString('base64')}`, port: 22, want: 'changed' },
    { name: 'revoked', text: `host ${line}\n@revoked * ${line}`, port: 22, want: 'revoked' },
    { name: 'an authority', text: `@cert-authority host ${line}`, port: 22, want: 'unknown' },
    { name: 'a comment', text: `# host ${line}`, port: 22, want: 'unknown' },
    { name: 'nothing', text: '', port: 22, want: 'unknown' },
  ])('$name', ({ text, port, want }) => {
    expect(readKnownHosts(text, 'host', port).judge(key)).toBe(want)
  })
})
