import { loadPackageDefinition, Server, ServerCredentials } from '@grpc/grpc-js'
import type { ServerDuplexStream, ServiceDefinition } from '@grpc/grpc-js'
import { load } from '@grpc/proto-loader'
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** A value on the wire between host and worker; one of its fields is set. */
export type TypedData =
  | { string: string }
  | { json: string }
  | { int: number }
  | { http: HttpCall | HttpAnswer }
  | { bytes: Buffer }

/** An http request as the host hands it over. */
export interface HttpCall {
  method: string
  url: string
  headers: Record<string, string>
  params: Record<string, string>
  body?: TypedData
}

/** An http answer as the worker gives it. */
interface HttpAnswer {
  statusCode: string
  headers: Record<string, string>
  body?: { bytes?: Buffer; string?: string; json?: string } | null
}

/** How an invocation ended. */
export interface Invocation {
  status: 'Success' | 'Failure' | 'Cancelled'
  /** The message of the error that the function ended in. */
  error?: string
  /** What it returned; of an http function the answer. */
  value?: unknown
  http?: { status: number; body: unknown }
}

/** A function as the worker has indexed it. */
export interface IndexedFunction {
  name: string
  /** Its trigger's binding, as `function.json` would have it. */
  binding: Record<string, unknown>
}

/** One function app in one worker process, and the host's side of it. */
export interface FunctionApp {
  functions: IndexedFunction[]
  invoke(name: string, data: TypedData, metadata?: Record<string, TypedData>): Promise<Invocation>
  /** What it wrote and logged. */
  output(): string
  kill(): Promise<void>
}

/** Microsoft's own Functions worker: by its variable, else beside the project; undefined when it is nowhere. */
export function findFunctionsWorker(): string | undefined {
  const named = process.env['HEADWATER_FUNCTIONS_WORKER']
  const beside = fileURLToPath(new URL('../../../shared/tools/azure-functions-worker', import.meta.url))
  return [named ?? '', beside].find((folder) => folder !== '' && existsSync(join(folder, 'worker-bundle.js')))
}

/** As much of `StreamingMessage` (FunctionRpc.proto) as is spoken here. */
interface Message {
  requestId?: string
  content?: string
  workerInitRequest?: object
  functionsMetadataRequest?: object
  functionLoadRequest?: object
  invocationRequest?: object
  workerInitResponse?: { result: Status }
  functionMetadataResponse?: { functionMetadataResults: Metadata[]; result: Status }
  functionLoadResponse?: { functionId: string; result: Status }
  invocationResponse?: {
    invocationId: string
    result: Status
    returnValue: Returned | null
    outputData: Output[]
  }
  rpcLog?: { message: string; level: string; exception?: { message: string } | null }
}
interface Status {
  status: Invocation['status']
  exception?: { message: string } | null
}
interface Metadata {
  name: string
  functionId: string
  rawBindings: string[]
}
interface Returned {
  json?: string
  string?: string
  http?: HttpAnswer | null
}
interface Output {
  name: string
  data: Returned
}

/**
 * Starts the worker over a bundled function app and plays the Functions host to it: index, load, invoke. What it does not
 * play is the host's own part: cron, retries, poison queues. The environment is the app's alone.
 */
export async function startFunctionApp(options: {
  worker: string
  folder: string
  env: Record<string, string>
}): Promise<FunctionApp> {
  const definition = await load('FunctionRpc.proto', {
    includeDirs: [join(options.worker, 'proto')],
    longs: String,
    enums: String,
    defaults: true,
    oneofs: true,
  })
  const { AzureFunctionsRpcMessages: rpc } = loadPackageDefinition(definition) as unknown as {
    AzureFunctionsRpcMessages: { FunctionRpc: { service: ServiceDefinition } }
  }
  const waiting = new Map<string, (message: Message) => void>()
  let output = ''
  let connected: (stream: ServerDuplexStream<Message, Message>) => void = () => undefined
  const stream = new Promise<ServerDuplexStream<Message, Message>>((resolve) => (connected = resolve))

  const server = new Server({ 'grpc.max_receive_message_length': 128 * 1024 * 1024 })
  server.addService(rpc.FunctionRpc.service, {
    eventStream: (call: ServerDuplexStream<Message, Message>) => {
      call.on('data', (message: Message) => {
        const { content = '', rpcLog } = message
        if (content === 'startStream') connected(call)
        if (rpcLog) output += `${rpcLog.level}: ${rpcLog.message} ${rpcLog.exception?.message ?? ''}\n`
        const id = message.invocationResponse?.invocationId ?? message.functionLoadResponse?.functionId
        const key = id === undefined ? content : `${content} ${id}`
        waiting.get(key)?.(message)
        waiting.delete(key)
      })
      call.on('error', () => undefined)
      call.on('end', () => call.end())
    },
  })
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    )
  })

  // The worker's own start file refuses Node 24; this is what it does after that check.
  const script = `require(${JSON.stringify(join(options.worker, 'worker-bundle.js'))}).worker.startNodeWorker(process.argv)`
  const args = ['--functions-uri', `http://127.0.0.1:${port}`, '--functions-worker-id', 'w']
  const more = [
    '--functions-request-id',
    'q',
    '--functions-grpc-max-message-length',
    String(128 * 1024 * 1024),
  ]
  const child = spawn(process.execPath, ['-e', script, 'worker', ...args, ...more], {
    cwd: options.folder,
    env: { PATH: process.env['PATH'] ?? '', FUNCTIONS_WORKER_RUNTIME: 'node', ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  for (const one of [child.stdout, child.stderr])
    one.setEncoding('utf8').on('data', (chunk: string) => (output += chunk))
  const died = new Promise<never>((_, reject) => {
    child.once('exit', (code) => reject(new Error(`the worker ended with ${code}:\n${output}`)))
  })
  died.catch(() => undefined)

  const ask = async (message: Message, answer: string): Promise<Message> => {
    const answered = new Promise<Message>((resolve) => waiting.set(answer, resolve))
    ;(await Promise.race([stream, died])).write({ requestId: randomUUID(), ...message })
    return Promise.race([answered, died])
  }
  const expectSuccess = (what: string, status: Status | undefined): void => {
    if (status?.status !== 'Success') throw new Error(`${what}: ${status?.exception?.message}\n${output}`)
  }

  const kill = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) {
      const exit = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGKILL')
      await exit
    }
    server.forceShutdown()
  }

  try {
    const init = {
      hostVersion: '4.1000.0',
      capabilities: { V2Compatable: 'true' },
      functionAppDirectory: options.folder,
      workerDirectory: options.worker,
    }
    const inited = await ask({ workerInitRequest: init }, 'workerInitResponse')
    expectSuccess('init', inited.workerInitResponse?.result)
    const indexed = await ask(
      { functionsMetadataRequest: { functionAppDirectory: options.folder } },
      'functionMetadataResponse',
    )
    expectSuccess('index', indexed.functionMetadataResponse?.result)
    const found = indexed.functionMetadataResponse?.functionMetadataResults ?? []
    for (const metadata of found) {
      const { functionId } = metadata
      const loaded = await ask(
        { functionLoadRequest: { functionId, metadata } },
        `functionLoadResponse ${functionId}`,
      )
      expectSuccess(`load of ${metadata.name}`, loaded.functionLoadResponse?.result)
    }
    const functions = found.map(({ name, rawBindings }) => {
      const bindings = rawBindings.map((text) => JSON.parse(text) as Record<string, unknown>)
      return { name, binding: bindings.find(({ type }) => String(type).endsWith('Trigger')) ?? {} }
    })
    return {
      functions,
      output: () => output,
      kill,
      async invoke(name, data, metadata = {}) {
        const functionId = found.find((one) => one.name === name)?.functionId
        const binding = functions.find((one) => one.name === name)?.binding['name']
        if (functionId === undefined) throw new Error(`the app has no function ${name}`)
        const invocationId = randomUUID()
        const request = {
          invocationId,
          functionId,
          inputData: [{ name: String(binding), data }],
          triggerMetadata: metadata,
          traceContext: { traceParent: '', traceState: '', attributes: {} },
        }
        const { invocationResponse } = await ask(
          { invocationRequest: request },
          `invocationResponse ${invocationId}`,
        )
        return invocationOf(invocationResponse)
      },
    }
  } catch (error) {
    await kill()
    throw error
  }
}

function invocationOf(response: Message['invocationResponse']): Invocation {
  const { result, returnValue, outputData = [] } = response ?? {}
  const data = returnValue ?? outputData[0]?.data
  const http = data?.http
  return {
    status: result?.status ?? 'Cancelled',
    ...(result?.exception ? { error: result.exception.message } : {}),
    ...(data?.json ? { value: JSON.parse(data.json) as unknown } : {}),
    ...(http ? { http: { status: Number(http.statusCode), body: bodyOf(http) } } : {}),
  }
}

function bodyOf({ body }: HttpAnswer): unknown {
  const text = body?.bytes?.toString() || body?.string || body?.json || ''
  return text === '' ? undefined : (JSON.parse(text) as unknown)
}
