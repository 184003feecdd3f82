import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createSystemClock } from '../../src/compose/system.ts'
import { createGitSource } from '../../src/source/index.ts'
import { createGitFixture, type GitFixture } from '../git-fixture.ts'
import { selfSigned } from '../support/self-signed.ts'
import { describeWith, freePort } from './programs.ts'

const script = fileURLToPath(new URL('./git-backend-h2.py', import.meta.url))

describeWith(['python'], 'HTTP/2 as hyper-h2 speaks it', ({ python }) => {
  const tls = selfSigned()
  let folder: string
  let fixture: GitFixture
  let commit: string
  let server: ChildProcess
  let port: number
  let said = ''

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'headwater-h2-'))
    fixture = await createGitFixture()
    commit = await fixture.commit({ 'a/a.yaml': 'a: 1\n', 'big.bin': 'x'.repeat(3_000_000) })
    const [cert, key] = [path.join(folder, 'cert.pem'), path.join(folder, 'key.pem')]
    writeFileSync(cert, tls.cert)
    writeFileSync(key, tls.key)
    port = await freePort()
    server = spawn(python, [script, path.dirname(fixture.directory), String(port), cert, key])
    server.stderr?.setEncoding('utf8').on('data', (text: string) => (said += text))
    await new Promise<void>((resolve, reject) => {
      server.once('exit', () => reject(new Error(`the server ended: ${said}`)))
      server.stdout?.setEncoding('utf8').on('data', (text: string) => {
        said += text
        if (said.includes('ready')) resolve()
      })
    })
  })
  afterAll(async () => {
    server.kill()
    await fixture.remove()
    rmSync(folder, { recursive: true, force: true })
  })

  it('heads, folders, large files, many at once', async () => {
    const shared = {}
    const open = () =>
      createGitSource(
        {
          url: `https://127.0.0.1:${port}/repository`,
          timeoutMs: 60_000,
          credentials: { ca: tls.cert },
        },
        {
          clock: createSystemClock(),
          shared,
          policy: { allow: new Set(['loopback']), trusted: [] },
        },
      )
    const heads = await Promise.all(Array.from({ length: 10 }, () => open().head({})))
    expect(new Set(heads.map((head) => head.commit))).toEqual(new Set([commit]))
    expect((await open().files(commit, ['a'])).map((file) => file.path)).toEqual(['a/a.yaml'])
    const all = await open().files(commit, [''])
    expect(all.map(({ bytes }) => bytes.length)).toEqual([5, 3_000_000])
    const versions = said.split('\n').filter((line) => /^\d/.test(line))
    expect(new Set(versions)).toEqual(new Set(['2']))
    expect(versions.length).toBeGreaterThan(12)
    await expect(open().head({ branch: 'nope' })).rejects.toMatchObject({ reason: 'RefNotFound' })
  })
})
