import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** How an invocation ended, as the runtime interface client told it. */
export type Outcome =
  | { type: 'response'; body: unknown }
  | { type: 'error'; errorType: string; message: string }
  /** The process ended before it answered. */
  | { type: 'killed' }

/** One function in one execution environment, as Lambda runs it: a process that asks for events one by one. */
export interface LambdaFunction {
  /** Invokes it; `timeoutMs` is what is left of its time. */
  invoke(event: unknown, options?: { timeoutMs?: number }): Promise<Outcome>
  /** Ends the process at once, as Lambda does at the deadline. */
  kill(): Promise<void>
  /** What it wrote, both streams. */
  output(): string
}

/** How to start one. */
export interface LambdaOptions {
  client: string
  folder: string
  /** `schedule.handler` */
  handler: string
  env: Record<string, string>
}

/** AWS's runtime interface client: by its variable, else beside the project; undefined when it is nowhere. */
export function findRuntimeClient(): string | undefined {
  const named = process.env['HEADWATER_LAMBDA_RIC']
  const beside = fileURLToPath(new URL('../../../shared/tools/aws-lambda-ric', import.meta.url))
  return [named, beside]
    .filter((folder) => folder !== undefined && folder !== '')
    .map((folder) => `${folder}/index.mjs`)
    .find((file) => existsSync(file))
}

interface Invocation {
  id: string
  event: unknown
  deadlineMs: number
  settle(outcome: Outcome): void
}

/**
 * Starts AWS's runtime interface client over a bundled handler, and plays the Runtime API to it:
 * https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html. The environment is the function's alone.
 */
export async function startLambda(options: LambdaOptions): Promise<LambdaFunction> {
  const waiting: Invocation[] = []
  const running = new Map<string, Invocation>()
  let asking: ServerResponse | undefined

  const hand = (): void => {
    const invocation = asking === undefined ? undefined : waiting.shift()
    if (asking === undefined || invocation === undefined) return
    running.set(invocation.id, invocation)
    asking.writeHead(200, {
      'content-type': 'application/json',
      'Lambda-Runtime-Aws-Request-Id': invocation.id,
      'Lambda-Runtime-Deadline-Ms': String(invocation.deadlineMs),
      'Lambda-Runtime-Invoked-Function-Arn': 'arn:aws:lambda:eu-west-1:123456789012:function:headwater',
      'Lambda-Runtime-Trace-Id': 'Root=1-5e1b4151-43a0913a12345678901234567',
    })
    asking.end(JSON.stringify(invocation.event))
    asking = undefined
  }

  const server = createServer((request, response) => void serve(request, response))
  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = request.url ?? ''
    const body = await read(request)
    if (url.endsWith('/invocation/next')) {
      asking = response
      hand()
      return
    }
    const [, id = '', what] = /\/invocation\/([^/]+)\/(response|error)$/.exec(url) ?? []
    const failure = JSON.parse(what === 'response' || body === '' ? '{}' : body) as Failure
    const outcome: Outcome =
      what === 'response'
        ? { type: 'response', body: body === '' ? undefined : JSON.parse(body) }
        : { type: 'error', errorType: failure.errorType ?? '', message: failure.errorMessage ?? body }
    if (url.endsWith('/init/error')) for (const invocation of waiting.splice(0)) invocation.settle(outcome)
    running.get(id)?.settle(outcome)
    running.delete(id)
    response.writeHead(202).end('{}')
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0

  const child = spawn(process.execPath, [options.client, options.handler], {
    cwd: options.folder,
    env: {
      PATH: process.env['PATH'] ?? '',
      AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${port}`,
      _HANDLER: options.handler,
      LAMBDA_TASK_ROOT: options.folder,
      AWS_LAMBDA_FUNCTION_NAME: `headwater-${options.handler.split('.')[0] ?? ''}`,
      AWS_LAMBDA_FUNCTION_VERSION: '1',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '512',
      AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/headwater',
      AWS_LAMBDA_LOG_STREAM_NAME: 'test',
      ...options.env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => (output += chunk))
  }
  child.once('exit', () => {
    for (const invocation of [...waiting.splice(0), ...running.values()])
      invocation.settle({ type: 'killed' })
  })

  return {
    output: () => output,
    invoke: (event, { timeoutMs = 300_000 } = {}) =>
      new Promise((settle) => {
        if (child.exitCode !== null || child.signalCode !== null) {
          settle({ type: 'killed' })
          return
        }
        waiting.push({ id: randomUUID(), event, deadlineMs: Date.now() + timeoutMs, settle })
        hand()
      }),
    async kill() {
      await ended(child)
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

interface Failure {
  errorType?: string
  errorMessage?: string
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGKILL')
  await exit
}

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}
