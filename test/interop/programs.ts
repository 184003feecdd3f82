import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { findProgram, programs } from './find-program.ts'
import type { ProgramName } from './find-program.ts'

export { findProgram }
export type { ProgramName }

/**
 * A suite that needs programs. With all of them there it is a `describe` whose body gets their paths; without, it is
 * reported as pending with the reason, and in CI (`CI=true`) it fails.
 */
export function describeWith<Name extends ProgramName>(
  names: readonly Name[],
  title: string,
  body: (paths: Record<Name, string>) => void,
): void {
  const found = names.map((name) => [name, findProgram(name)] as const)
  const missing = found.filter(([, path]) => path === undefined).map(([name]) => name)
  if (missing.length === 0) {
    // oxlint-disable-next-line vitest/valid-title -- the suite names itself
    describe(title, () => {
      body(Object.fromEntries(found) as Record<Name, string>)
    })
    return
  }
  const variables = missing.map((name) => programs[name].variable).join(', ')
  const reason = `needs ${missing.join(', ')}: run scripts/interop-setup.sh, or set ${variables}`
  if (process.env['CI'] === 'true') {
    // oxlint-disable-next-line vitest/valid-title -- the suite names itself
    describe(title, () => {
      it('has its programs', () => expect.unreachable(reason))
    })
  } else {
    // An `it`, because a suite without tests is not reported at all.
    // oxlint-disable-next-line vitest/warn-todo -- pending is what it is: visible, and not green
    it.todo(`${title} (${reason})`)
  }
}

/** A server on 127.0.0.1 that was started for one suite. */
export interface RunningProgram {
  /** `http://127.0.0.1:<port>`. */
  url: string
  port: number
  /** What it wrote so far, both streams. */
  output(): string
  /** Ends it and removes its work folder. */
  stop(): Promise<void>
}

/** Starts ministack (CloudFormation, S3, SQS, DynamoDB, STS …), empty and in memory. */
export function startMinistack(path = required('ministack')): Promise<RunningProgram> {
  return start({
    path,
    args: () => [],
    env: (port) => ({ BIND_HOST: '127.0.0.1', GATEWAY_PORT: String(port), PERSIST_STATE: '0' }),
    readyPath: '/_ministack/health',
  })
}

/** Starts moto's server; used for DynamoDB, SQS, S3, STS, SSM and Secrets Manager only. */
export async function startMoto(path = required('moto')): Promise<RunningProgram> {
  const moto = await start({
    path,
    args: (port) => ['-H', '127.0.0.1', '-p', String(port)],
    env: () => ({}),
    readyPath: '/moto-api/data.json',
  })
  // It loads a service at its first request, for seconds on a busy machine: not within a client's time-out.
  for (const service of ['sqs', 's3', 'sts', 'ssm', 'secretsmanager']) {
    const scope = `AKIAINTEROPINTEROP00/20260101/eu-west-1/${service}/aws4_request`
    const authorization = `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=00`
    await fetch(moto.url, { headers: { authorization } }).then((response) => response.arrayBuffer())
  }
  return moto
}

/** Azurite's three services, with its well-known account. */
export interface RunningAzurite extends RunningProgram {
  connectionString: string
  /** Addresses without the account, by service. */
  urls: { blob: string; queue: string; table: string }
}

/** Azurite's own account: https://learn.microsoft.com/azure/storage/common/storage-connect-azurite */
export const azuriteAccount = {
  name: 'devstoreaccount1',
  key: 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==',
}

/** Starts Azurite (blob, queue and table storage), empty and in memory. */
export async function startAzurite(path = required('azurite')): Promise<RunningAzurite> {
  const [queuePort, tablePort] = [await freePort(), await freePort()]
  const services = (blobPort: number) => ({ blob: blobPort, queue: queuePort, table: tablePort })
  const running = await start({
    path,
    args: (port) => [
      ...Object.entries(services(port)).flatMap(([service, at]) => [
        `--${service}Host`,
        '127.0.0.1',
        `--${service}Port`,
        String(at),
      ]),
      '--inMemoryPersistence',
      '--silent',
      '--skipApiVersionCheck',
      '--disableTelemetry',
    ],
    env: () => ({}),
    readyPath: '/',
    readyStatus: 400,
  })
  const urlAt = (port: number) => `http://127.0.0.1:${port}`
  const ports = services(running.port)
  const urls = { blob: urlAt(ports.blob), queue: urlAt(ports.queue), table: urlAt(ports.table) }
  return { ...running, urls, connectionString: azuriteConnection(urls) }
}

/** A connection string for Azurite behind these addresses. */
export function azuriteConnection(urls: RunningAzurite['urls']): string {
  const { name, key } = azuriteAccount
  return [
    'DefaultEndpointsProtocol=http',
    `AccountName=${name}`,
    `AccountKey=${key}`,
    `BlobEndpoint=${urls.blob}/${name}`,
    `QueueEndpoint=${urls.queue}/${name}`,
    `TableEndpoint=${urls.table}/${name}`,
  ].join(';')
}

/** What an SDK, the CLI or botocore needs to talk to a pretend AWS, and nothing of this machine's own AWS settings. */
export function awsEnvironment(url: string, region = 'eu-west-1'): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: url,
    AWS_ACCESS_KEY_ID: 'AKIAINTEROPINTEROP00',
    AWS_SECRET_ACCESS_KEY: 'not-a-secret',
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_PAGER: '',
    NO_PROXY: '127.0.0.1,localhost,.localhost',
  }
}

/** Runs a program to its end. Only PATH and HOME come from outside, so that no AWS setting of this machine leaks in. */
export async function run(
  path: string,
  args: readonly string[],
  options: { env: Record<string, string>; cwd?: string; input?: string },
): Promise<{ code: number; stdout: string; stderr: string }> {
  const child = spawn(path, args, {
    env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? tmpdir(), ...options.env },
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  })
  const text = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text.stdout += chunk))
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (text.stderr += chunk))
  child.stdin.end(options.input ?? '')
  const code = await new Promise<number>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (exit) => resolve(exit ?? -1))
  })
  return { code, ...text }
}

function required(name: ProgramName): string {
  const path = findProgram(name)
  if (path === undefined) throw new Error(`${name} is not installed: run scripts/interop-setup.sh`)
  return path
}

interface Startable {
  path: string
  args(port: number): string[]
  env(port: number): Record<string, string>
  /** Answers so once the program takes requests. */
  readyPath: string
  /** Default 200. */
  readyStatus?: number
}

const readyWithinMs = 60_000

/** Another process may take the free port between our look and the program's bind: a program that ends at once is tried anew. */
async function start(startable: Startable): Promise<RunningProgram> {
  let said = ''
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const port = await freePort()
    const folder = mkdtempSync(join(tmpdir(), 'headwater-interop-'))
    const child = spawn(startable.path, startable.args(port), {
      cwd: folder,
      env: { ...process.env, ...startable.env(port) },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (chunk: string) => (output += chunk))
    }
    const url = `http://127.0.0.1:${port}`
    const stop = async (): Promise<void> => {
      await end(child)
      rmSync(folder, { recursive: true, force: true })
    }
    const { readyPath, readyStatus = 200 } = startable
    if (await isReady(child, `${url}${readyPath}`, readyStatus))
      return { url, port, output: () => output, stop }
    await stop()
    said = output
  }
  throw new Error(`${startable.path} did not start; it said: ${said.slice(-2000)}`)
}

async function isReady(child: ChildProcess, url: string, wanted: number): Promise<boolean> {
  const until = Date.now() + readyWithinMs
  while (child.exitCode === null && child.signalCode === null && Date.now() < until) {
    const status = await fetch(url).then(
      (response) => response.status,
      () => 0,
    )
    if (status === wanted) return true
    await sleep(100)
  }
  return false
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  const late = setTimeout(() => child.kill('SIGKILL'), 5000)
  await ended
  clearTimeout(late)
}

/** A port of 127.0.0.1 on which nobody listens. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      if (address === null || typeof address === 'string') {
        reject(new Error('no port'))
        return
      }
      server.close(() => resolve(address.port))
    })
  })
}
