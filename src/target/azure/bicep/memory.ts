import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { platform } from 'node:os'
import { promisify } from 'node:util'

/** Memory that a process holds, in bytes; undefined where it is gone or this system does not tell. */
export async function residentBytes(pid: number): Promise<number | undefined> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => undefined)
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(status ?? '')?.[1] ?? (await fromPs(pid))
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1024
}

/** Systems without `/proc` (macOS). */
async function fromPs(pid: number): Promise<string | undefined> {
  if (platform() !== 'darwin' && platform() !== 'freebsd') return undefined
  const answer = await promisify(execFile)('ps', ['-o', 'rss=', '-p', String(pid)]).catch(() => undefined)
  return /^\s*(\d+)\s*$/.exec(answer?.stdout ?? '')?.[1]
}
