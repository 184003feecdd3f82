import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'

/** One finished program. */
export interface Measured {
  wallMs: number
  /** High-water mark of resident memory, as the kernel counts it (VmHWM), of the largest process seen. */
  peakBytes: number
  exitCode: number
  stdout: string
}

/** What to run. */
export interface Command {
  file: string
  args: readonly string[]
  env: Record<string, string | undefined>
  cwd?: string
  /** Ended after this many milliseconds. */
  timeoutMs?: number
}

/** Runs a program to its end. */
export async function measure({ file, args, env, cwd, timeoutMs }: Command): Promise<Measured> {
  const began = performance.now()
  const child = spawn(file, args, { env, cwd, stdio: ['ignore', 'pipe', 'inherit'], timeout: timeoutMs })
  let stdout = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  let peakBytes = 0
  const watching = (async () => {
    while (child.exitCode === null && child.signalCode === null) {
      peakBytes = Math.max(peakBytes, await highWaterMark(child.pid ?? 0))
      await sleep(50)
    }
  })()
  const [exitCode] = (await once(child, 'close')) as [number | null]
  const wallMs = performance.now() - began
  await watching
  return { wallMs, peakBytes, exitCode: exitCode ?? 1, stdout }
}

/** Bytes; 0 where the process is gone or the system has no /proc. */
async function highWaterMark(pid: number): Promise<number> {
  try {
    const status = await readFile(`/proc/${pid}/status`, 'utf8')
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024
  } catch (error) {
    if (error instanceof Error && 'code' in error) return 0
    throw error
  }
}

/** The middle one; of two middles the lower. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? Number.NaN
}

/** A table for a terminal and for Markdown alike. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  )
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`
  const [head = [], ...body] = rows
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)].join('\n')
}
