import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { Transform } from 'node:stream'
import {
  createMessageConnection,
  ResponseError,
  StreamMessageReader,
  StreamMessageWriter,
  type MessageConnection,
} from 'vscode-jsonrpc/node'
import type { Clock } from '../../../api/clock.ts'
import { stalled } from '../../../api/errors.ts'
import type { BicepLimits } from './limits.ts'
import { residentBytes } from './memory.ts'

/** One running compiler. It answers one call at a time. */
export interface BicepChild {
  /**
   * Asks for a method with its parameters. Throws `ChildDied` when the process ends meanwhile, else a HeadwaterError. A
   * call that goes beyond a limit is the child's last.
   */
  call(method: string, params: Record<string, unknown>): Promise<unknown>
  /** Whether it may be asked again. */
  isAlive(): boolean
  /** Bytes it holds in memory; undefined where that is not told. */
  memoryBytes(): Promise<number | undefined>
  kill(): void
}

/** The process ended under a call; the call may be made again with another. */
export class ChildDied extends Error {
  override readonly name = 'ChildDied'
}

/** How to start one. */
export interface ChildOptions {
  program: string
  args: readonly string[]
  env: Readonly<Record<string, string>>
  cwd: string
  clock: Clock
  limits: Pick<BicepLimits, 'callMs' | 'outputBytes' | 'killAboveBytes'>
}

const mebibyte = 1024 * 1024
/** How often memory is looked at while a call runs, in milliseconds. */
const watchMs = 200
/** What of standard error is kept for a message. */
const keptErrorLength = 500

/** Starts a compiler. It is only known to work when it answers its first call. */
export function startChild(options: ChildOptions): BicepChild {
  const { program, args, env, cwd, clock, limits } = options
  const child = spawn(program, args, { env, cwd, stdio: 'pipe', shell: false })
  const life = watchLife(child)
  let spent = 0
  const counter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      spent += chunk.length
      if (spent <= limits.outputBytes) done(null, chunk)
      else {
        life.end(stalled('BicepOutputTooLarge', tooLarge(limits.outputBytes)))
        done()
      }
    },
  })
  const connection = createMessageConnection(
    new StreamMessageReader(child.stdout.pipe(counter)),
    new StreamMessageWriter(child.stdin),
  )
  connection.onError(([error]) => life.end(new ChildDied(`its answer could not be read: ${error.message}`)))
  connection.listen()
  life.onEnd(() => {
    connection.dispose()
    child.kill('SIGKILL')
  })

  return {
    isAlive: () => !life.hasEnded(),
    memoryBytes: async () => (child.pid === undefined ? undefined : residentBytes(child.pid)),
    kill: () => life.end(new ChildDied('it was ended')),
    async call(method, params) {
      spent = 0
      const over = new AbortController()
      const watching = [
        watchTime({ clock, life, callMs: limits.callMs, signal: over.signal }),
        watchMemory({ pid: child.pid, clock, life, limits, signal: over.signal }),
      ]
      try {
        return await Promise.race([send(connection, method, params), life.ended])
      } finally {
        over.abort()
        await Promise.all(watching)
      }
    },
  }
}

async function send(
  connection: MessageConnection,
  method: string,
  params: Record<string, unknown>,
): Promise<unknown> {
  try {
    return await connection.sendRequest(`bicep/${method}`, params)
  } catch (error) {
    if (error instanceof ResponseError) throw stalled('BicepFailed', `bicep: ${error.message}`, error)
    // The connection went away with the process, whose end says more.
    throw new ChildDied(error instanceof Error ? error.message : String(error))
  }
}

interface Life {
  /** Rejects, with the reason, when the process has ended or must. */
  ended: Promise<never>
  hasEnded(): boolean
  end(reason: Error): void
  onEnd(then: () => void): void
}

function watchLife(child: ChildProcessWithoutNullStreams): Life {
  const { promise, reject } = Promise.withResolvers<never>()
  const listeners: (() => void)[] = []
  let reason: Error | undefined
  let complaint = ''
  const end = (why: Error): void => {
    if (reason !== undefined) return
    reason = why
    reject(why)
    for (const listener of listeners) listener()
  }
  // Nobody may be waiting when it ends.
  promise.catch(() => undefined)
  child.stderr.on('data', (chunk: Buffer) => {
    complaint = `${complaint}${chunk.toString()}`.slice(-keptErrorLength)
  })
  child.stdin.on('error', (error) => end(new ChildDied(error.message)))
  child.on('error', (error) => end(new ChildDied(error.message)))
  child.on('close', (code, signal) => {
    const how = signal === null ? `exit code ${code}` : `signal ${signal}`
    const said = complaint.trim() === '' ? '' : `: ${complaint.trim()}`
    end(new ChildDied(`${how}${said}`))
  })
  return {
    ended: promise,
    hasEnded: () => reason !== undefined,
    end,
    onEnd: (then) => void listeners.push(then),
  }
}

interface Watch {
  clock: Clock
  life: Life
  signal: AbortSignal
}

async function watchTime({ clock, life, signal, callMs }: Watch & { callMs: number }): Promise<void> {
  if (await isOver(clock, callMs, signal)) return
  const message = `bicep did not answer within ${callMs / 1000}s and was ended; keep copies of remote modules in the repository, make the template smaller, or commit the compiled JSON`
  life.end(stalled('BicepTimeout', message))
}

async function watchMemory({
  pid,
  clock,
  life,
  limits,
  signal,
}: Watch & { pid: number | undefined; limits: Pick<BicepLimits, 'killAboveBytes'> }): Promise<void> {
  if (pid === undefined) return
  while (!(await isOver(clock, watchMs, signal))) {
    const bytes = await residentBytes(pid)
    if (bytes === undefined) return
    if (bytes <= limits.killAboveBytes) continue
    const [held, most] = [bytes, limits.killAboveBytes].map((value) => Math.round(value / mebibyte))
    const message = `bicep held ${held} MiB of memory (limit ${most} MiB) and was ended; split the template or commit the compiled JSON`
    return life.end(stalled('BicepMemoryExceeded', message))
  }
}

/** Sleeps; true when the call was over first. */
async function isOver(clock: Clock, ms: number, signal: AbortSignal): Promise<boolean> {
  try {
    await clock.sleep(ms, signal)
    return signal.aborted
  } catch (error) {
    if (signal.aborted) return true
    throw error
  }
}

function tooLarge(bytes: number): string {
  return `bicep wrote more than ${Math.round(bytes / mebibyte)} MiB and was ended; split the template`
}
