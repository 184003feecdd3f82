import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { request } from 'node:https'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createSeededRandom, createVirtualClock } from '../../../../test/support/virtual-clock.ts'
import type { Io } from '../../io.ts'
import { runAzureSandbox } from './azure.ts'
import { createSandboxCommand } from './command.ts'

describe('headwater sandbox azure', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'headwater-sandbox-'))
  })
  afterEach(() => rm(folder, { recursive: true }))

  function testIo(): { io: Io; stop: AbortController; printed: { stdout: string; stderr: string } } {
    const stop = new AbortController()
    const printed = { stdout: '', stderr: '' }
    const io: Io = {
      stdout: (text) => void (printed.stdout += text),
      stderr: (text) => void (printed.stderr += text),
      env: {},
      cwd: folder,
      clock: createVirtualClock(),
      random: createSeededRandom(),
      color: false,
      exitWith: () => undefined,
      signal: stop.signal,
    }
    return { io, stop, printed }
  }

  /** A GET over https that trusts one certificate only. */
  const get = (url: string, ca: string): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      request(url, { ca }, (response) => {
        response.resume()
        resolve(response.statusCode)
      })
        .on('error', reject)
        .end()
    })

  it('says where it is, writes its certificate, tells of calls, and ends', async () => {
    const { io, stop, printed } = testIo()
    const args = ['azure', '--port', '0', '--https-port', '0', '--ca-out', 'ca.pem', '--calls']
    const running = createSandboxCommand(io).parseAsync(args, { from: 'user' })
    const ready =
      /^pretend Azure on (http:\/\/127\.0\.0\.1:\d+) and (https:\/\/localhost:\d+) \(trust ca\.pem\); ctrl-c ends it\n$/
    await expect.poll(() => printed.stdout, { timeout: 20_000 }).toMatch(ready)
    const [, url = '', httpsUrl = ''] = ready.exec(printed.stdout) ?? []
    const ca = await readFile(path.join(folder, 'ca.pem'), 'utf8')
    expect(await get(`${httpsUrl}/metadata/endpoints?api-version=2022-09-01`, ca)).toBe(200)
    expect((await fetch(`${url}/tenants?api-version=2022-12-01`)).status).toBe(401)
    expect(printed.stderr).toBe(
      '00:00:00.000 arm MetadataEndpoints - - 200 ok\n00:00:00.000 arm TenantsList - - 401 AuthenticationFailed\n',
    )
    stop.abort()
    await running
    await expect(fetch(url)).rejects.toThrow('fetch failed')
    await expect(get(httpsUrl, ca)).rejects.toThrow('ECONNREFUSED')
  })

  it('has no https unless it is asked for', async () => {
    const { io, stop, printed } = testIo()
    const running = runAzureSandbox({ port: 0, speed: 0 }, io)
    await expect
      .poll(() => printed.stdout)
      .toMatch(/^pretend Azure on http:\/\/127\.0\.0\.1:\d+; ctrl-c ends it\n$/)
    stop.abort()
    await running
  })

  it('says which port is taken', async () => {
    const first = testIo()
    const running = runAzureSandbox({ port: 0, speed: 0 }, first.io)
    await expect.poll(() => first.printed.stdout, { timeout: 20_000 }).toContain('127.0.0.1')
    const port = Number(/:(\d+);/.exec(first.printed.stdout)?.[1])
    const taken = (option: string) => `${option}: ${port} is taken; name another, or 0 for any free one`
    await expect(runAzureSandbox({ port, speed: 0 }, testIo().io)).rejects.toThrow(taken('--port'))
    await expect(runAzureSandbox({ port: 0, httpsPort: port, speed: 0 }, testIo().io)).rejects.toThrow(
      taken('--https-port'),
    )
    first.stop.abort()
    await running
  })

  it('says that its certificate cannot be written', async () => {
    const options = { port: 0, httpsPort: 0, speed: 0, caOut: 'no/such/folder/ca.pem' }
    await expect(runAzureSandbox(options, testIo().io)).rejects.toThrow(
      '--ca-out: no/such/folder/ca.pem cannot be written',
    )
  })
})
