import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { createVirtualClock, createSeededRandom } from '../../../../test/support/virtual-clock.ts'
import type { Io } from '../../io.ts'
import { runAwsSandbox } from './aws.ts'
import { createSandboxCommand } from './command.ts'

function testIo(): { io: Io; stop: AbortController; printed: { stdout: string; stderr: string } } {
  const stop = new AbortController()
  const printed = { stdout: '', stderr: '' }
  const io: Io = {
    stdout: (text) => void (printed.stdout += text),
    stderr: (text) => void (printed.stderr += text),
    env: {},
    cwd: '/',
    clock: createVirtualClock(Date.UTC(2026, 0, 1)),
    random: createSeededRandom(),
    color: false,
    exitWith: () => undefined,
    signal: stop.signal,
  }
  return { io, stop, printed }
}

const ready = /^pretend AWS on (http:\/\/127\.0\.0\.1:(\d+)), for AWS_ENDPOINT_URL; ctrl-c ends it\n$/

describe('headwater sandbox aws', () => {
  it('says where it is, answers, tells of calls, and ends', async () => {
    const { io, stop, printed } = testIo()
    const running = createSandboxCommand(io).parseAsync(['aws', '--port', '0', '--calls'], { from: 'user' })
    await expect.poll(() => printed.stdout, { timeout: 20_000 }).toMatch(ready)
    const endpoint = ready.exec(printed.stdout)?.[1] ?? ''
    const credentials = { accessKeyId: '210987654321', secretAccessKey: 'any' }
    const client = new STSClient({ endpoint, region: 'eu-west-1', credentials, maxAttempts: 1 })
    expect(await client.send(new GetCallerIdentityCommand({}))).toMatchObject({ Account: '210987654321' })
    expect(printed.stderr).toBe('00:00:00.000 210987654321 eu-west-1 sts GetCallerIdentity - ok\n')
    stop.abort()
    await running
    await expect(fetch(endpoint)).rejects.toThrow('fetch failed')
  })

  it.each(['SIGTERM', 'SIGINT'] as const)('is a program that %s ends, with 0', async (signal) => {
    const main = fileURLToPath(new URL('../../main.ts', import.meta.url))
    const child = spawn(process.execPath, [main, 'sandbox', 'aws', '--port', '0'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const exited = once(child, 'exit')
    try {
      const [line] = (await once(createInterface(child.stdout), 'line')) as [string]
      const url = ready.exec(`${line}\n`)?.[1] ?? ''
      expect(await (await fetch(`${url}/_sandbox/health`)).json()).toEqual({ status: 'ok' })
      child.kill(signal)
      expect(await exited).toEqual([0, null])
    } finally {
      child.kill('SIGKILL')
    }
  })

  it('says that a port is taken', async () => {
    const first = testIo()
    const running = runAwsSandbox({ port: 0, speed: 0 }, first.io)
    await expect.poll(() => first.printed.stdout, { timeout: 20_000 }).toMatch(ready)
    const port = Number(ready.exec(first.printed.stdout)?.[2])
    await expect(runAwsSandbox({ port, speed: 0 }, testIo().io)).rejects.toThrow(
      `--port: ${port} is taken; name another, or 0 for any free one`,
    )
    first.stop.abort()
    await running
  })

  it.each([
    { args: ['--port', '70000'], want: 'write a port, 0 to 65535' },
    { args: ['--speed', '-1'], want: 'write a number, 0 or more' },
    { args: ['--speed', ''], want: 'write a number, 0 or more' },
  ])('refuses $args', async ({ args, want }) => {
    const command = createSandboxCommand(testIo().io)
    const aws = command.commands.find((child) => child.name() === 'aws')
    aws?.exitOverride().configureOutput({ writeErr: () => undefined })
    await expect(command.parseAsync(['aws', ...args], { from: 'user' })).rejects.toThrow(want)
  })
})
