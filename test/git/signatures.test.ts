import { execFile, spawnSync } from 'node:child_process'
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createSystemClock } from '../../src/compose/system.ts'
import { createGitSource, personalPolicy } from '../../src/source/index.ts'
import type { Head, Source, VerifyOptions } from '../../src/source/source.ts'
import { createGitFixture, gitEnvironment, type GitFixture } from '../git-fixture.ts'
import { serveGit, type GitHttpServer } from '../git-http.ts'

const run = promisify(execFile)
const hasKeygen = spawnSync('ssh-keygen', ['-?']).error === undefined
const hasGpg = spawnSync('gpg', ['--version']).status === 0
const now = Date.UTC(2026, 10, 26)

let fixture: GitFixture
let server: GitHttpServer
let keys: string
let source: Source
beforeAll(async () => {
  fixture = await createGitFixture()
  // A path that is short: gpg's socket has room for a hundred characters.
  keys = await mkdtemp(path.join(tmpdir(), 'hw-'))
  await chmod(keys, 0o700)
  await fixture.commit({ 'a.yaml': 'a: 1\n' })
  server = await serveGit({ root: path.dirname(fixture.directory), canFilter: true })
  source = createGitSource(
    { url: server.url('repository'), timeoutMs: 20_000 },
    { clock: createSystemClock(), policy: personalPolicy },
  )
})
afterAll(async () => {
  if (hasGpg) await run('gpgconf', ['--homedir', keys, '--kill', 'all']).catch(() => undefined)
  await server.close()
  await fixture.remove()
  await rm(keys, { recursive: true, force: true })
})

const verify = (
  head: Head,
  signers: string,
  mode: VerifyOptions['mode'] = 'HEAD',
  at = now,
): Promise<string[]> =>
  source.verify?.(head, { mode, signers, now: at }) ?? Promise.reject(new Error('cannot verify'))
const refusal = (says: string) => ({
  reason: 'SignatureInvalid',
  class: 'stalled',
  message: expect.stringContaining(says) as string,
})

/** Puts a changed copy of an object into the repository and answers its id. */
async function forge(oid: string, type: 'commit' | 'tag', change: (text: string) => string): Promise<string> {
  const { stdout } = await run('git', ['cat-file', type, oid], { cwd: fixture.directory, encoding: 'latin1' })
  const file = path.join(keys, 'forged')
  await writeFile(file, change(stdout), 'latin1')
  return fixture.git('hash-object', '-t', type, '-w', '--literally', file)
}

const headOf = (commit: string): Head => ({ revision: `main@sha1:${commit}`, commit })

it('S26 a commit that nobody signed is refused', async () => {
  const head = await source.head({ branch: 'main' })
  await expect(verify(head, 'ana ssh-ed25519 AAAA')).rejects.toMatchObject(refusal('is not signed'))
})

describe.each([
  { type: 'ed25519', args: [] },
  { type: 'ecdsa', args: ['-b', '256'] },
  { type: 'ecdsa', args: ['-b', '521'] },
  { type: 'rsa', args: ['-b', '2048'] },
])('S26 ssh, $type $args', ({ type, args }) => {
  const name = `id-${type}${args.join('')}`
  const sign = ['-c', 'gpg.format=ssh', '-c', `user.signingkey=KEYS/${name}`]
  const signing = () => sign.map((word) => word.replace('KEYS', keys))
  let line = ''
  let commit = ''

  it.skipIf(!hasKeygen)('a commit of a known key is let in (needs ssh-keygen)', async () => {
    await run('ssh-keygen', ['-q', '-t', type, ...args, '-N', '', '-C', '', '-f', path.join(keys, name)])
    line = (await readFile(path.join(keys, `${name}.pub`), 'utf8')).trim()
    await fixture.git(
      ...signing(),
      'commit',
      '-q',
      '--allow-empty',
      '-S',
      '-m',
      `signed ${name}\n\nwith a body`,
    )
    commit = await fixture.git('rev-parse', 'HEAD')
    expect(
      await verify(
        headOf(commit),
        `# people\nbob@example.com ssh-ed25519 AAAAC3Nz\nana@example.com ${line}\n`,
      ),
    ).toEqual(['ana@example.com'])
  })

  it.skipIf(!hasKeygen)(
    'by another key, or a key for something else, it is refused (needs ssh-keygen)',
    async () => {
      await expect(verify(headOf(commit), '')).rejects.toMatchObject(refusal('unknown key'))
      const other = `ana namespaces="file" ${line}`
      await expect(verify(headOf(commit), other)).rejects.toMatchObject(
        refusal('not valid now, or not for git'),
      )
      expect(await verify(headOf(commit), `ana namespaces="file,git" ${line}`)).toEqual(['ana'])
      await expect(verify(headOf(commit), `ana cert-authority ${line}`)).rejects.toMatchObject(
        refusal('unknown key'),
      )
    },
  )

  it.skipIf(!hasKeygen)(
    'a key that expired, or is not valid yet, signs nothing (needs ssh-keygen)',
    async () => {
      const expired = `ana valid-before="20261101" ${line}`
      await expect(verify(headOf(commit), expired)).rejects.toMatchObject(refusal('not valid now'))
      const early = `ana valid-after="20270101Z" ${line}`
      await expect(verify(headOf(commit), early)).rejects.toMatchObject(refusal('not valid now'))
      expect(
        await verify(headOf(commit), `ana valid-after="20260101",valid-before="20270101" ${line}`),
      ).toEqual(['ana'])
    },
  )

  it.skipIf(!hasKeygen)('changed in any line it is refused (needs ssh-keygen)', async () => {
    const changes: ((text: string) => string)[] = [
      (text) => text.replace('signed', 'Signed'),
      (text) => text.replace('author Ana', 'author Eve'),
      (text) => `${text}\n`,
      (text) => text.replace(/\n\n/, '\nextra header\n\n'),
      (text) => text.replace(/^parent .*\n/m, ''),
    ]
    for (const change of changes) {
      const forged = await forge(commit, 'commit', change)
      await fixture.git('update-ref', 'refs/heads/forged', forged).catch(() => undefined)
      await expect(verify(headOf(forged), `ana ${line}`)).rejects.toMatchObject({ class: 'stalled' })
    }
  })

  it.skipIf(!hasKeygen)(
    'tags: signed, unsigned, under another name, of another commit (needs ssh-keygen)',
    async () => {
      const tag = `v1-${name}`
      await fixture.git(...signing(), 'tag', '-s', '-m', 'a tag', tag)
      const head = await source.head({ tag })
      expect(await verify(head, `ana ${line}`, 'Tag')).toEqual(['ana'])
      expect(await verify(head, `ana ${line}`, 'TagAndHEAD')).toEqual(['ana'])
      await fixture.git('update-ref', `refs/tags/other-${name}`, await fixture.git('rev-parse', tag))
      const renamed = await source.head({ tag: `other-${name}` })
      await expect(verify(renamed, `ana ${line}`, 'Tag')).rejects.toMatchObject(refusal('under the name'))
      await fixture.git('tag', `light-${name}`)
      const light = await source.head({ tag: `light-${name}` })
      await expect(verify(light, `ana ${line}`, 'Tag')).rejects.toMatchObject(refusal('no annotated tag'))
      const elsewhere = { ...head, commit: await fixture.git('rev-parse', 'HEAD~1') }
      await expect(verify(elsewhere, `ana ${line}`, 'Tag')).rejects.toMatchObject(refusal('another commit'))
      const forged = await forge(await fixture.git('rev-parse', tag), 'tag', (text) =>
        text.replace('a tag', 'b tag'),
      )
      await fixture.git('update-ref', `refs/tags/${tag}`, forged)
      await expect(verify(head, `ana ${line}`, 'Tag')).rejects.toMatchObject(refusal('not good'))
    },
  )
})

describe('S26 PGP', () => {
  const gpg = (...args: string[]) => run('gpg', ['--homedir', keys, '--batch', '--quiet', ...args])
  const make = async (user: string, expires: string) => {
    await gpg('--passphrase', '', '--quick-generate-key', user, 'ed25519', 'sign', expires)
    return (await gpg('--armor', '--export', user)).stdout
  }
  const commitBy = async (user: string): Promise<Head> => {
    const environment = { ...gitEnvironment(keys), GNUPGHOME: keys }
    const args = ['-c', `user.signingkey=${user}`, 'commit', '-q', '--allow-empty', '-S', '-m', `by ${user}`]
    await run('git', args, { cwd: fixture.directory, env: environment })
    return headOf(await fixture.git('rev-parse', 'HEAD'))
  }

  it.skipIf(!hasGpg)(
    'a known key is let in; another, a changed commit and no key at all are refused (needs gpg)',
    async () => {
      const ana = await make('ana@example.com', 'never')
      const bob = await make('bob@example.com', 'never')
      const head = await commitBy('ana@example.com')
      const at = Date.now() + 60_000
      expect(await verify(head, `${bob}\n${ana}`, 'HEAD', at)).toEqual(['ana@example.com'])
      await expect(verify(head, bob, 'HEAD', at)).rejects.toMatchObject(
        refusal('not signed by a key that is known'),
      )
      await expect(verify(head, 'ana ssh-ed25519 AAAA', 'HEAD', at)).rejects.toMatchObject(
        refusal('no PGP key is known'),
      )
      const forged = await forge(head.commit, 'commit', (text) => text.replace('by ana', 'by eve'))
      await fixture.git('update-ref', 'refs/heads/forged-pgp', forged)
      await expect(verify(headOf(forged), ana, 'HEAD', at)).rejects.toMatchObject(
        refusal('not signed by a key'),
      )
    },
  )

  it.skipIf(!hasGpg)('a key that expired or was revoked since signs nothing (needs gpg)', async () => {
    const cat = await make('cat@example.com', '1d')
    const head = await commitBy('cat@example.com')
    expect(await verify(head, cat, 'HEAD', Date.now() + 60_000)).toEqual(['cat@example.com'])
    await expect(verify(head, cat, 'HEAD', Date.now() + 3 * 86_400_000)).rejects.toMatchObject(
      refusal('expired or revoked'),
    )
    const { stdout } = await gpg('--with-colons', '--list-keys', 'cat@example.com')
    const fingerprint = /^fpr:+([0-9A-F]{40}):/m.exec(stdout)?.[1] ?? ''
    const revocation = await readFile(path.join(keys, 'openpgp-revocs.d', `${fingerprint}.rev`), 'utf8')
    const file = path.join(keys, 'revocation.asc')
    await writeFile(file, revocation.replace(':-----BEGIN', '-----BEGIN'))
    await gpg('--import', file)
    const revoked = (await gpg('--armor', '--export', 'cat@example.com')).stdout
    await expect(verify(head, revoked, 'HEAD', Date.now() + 60_000)).rejects.toMatchObject(
      refusal('signed by'),
    )
  })
})
