import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Io } from './io.ts'

/** What a running demo leaves in the folder it was started from, so that other commands find it. */
export interface DemoFile {
  pid: number
  /** The working tree that the demo follows. */
  repository: string
  /** Urls of the pretend clouds. */
  clouds: { aws: string; azure: string }
  /** Settings under which a command sees the demo: store, endpoint, made-up credentials. */
  env: Record<string, string>
}

function demoFilePath(io: Pick<Io, 'cwd'>): string {
  return join(io.cwd, '.headwater', 'demo.json')
}

/** The demo that runs from this folder, if one does. What a demo left that was killed is not believed. */
export async function readDemoFile(io: Pick<Io, 'cwd'>): Promise<DemoFile | undefined> {
  let text: string
  try {
    text = await readFile(demoFilePath(io), 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  const file = parse(text)
  return file !== undefined && isAlive(file.pid) ? file : undefined
}

/** Leaves word of a demo; the answer takes it away again. */
export async function writeDemoFile(io: Pick<Io, 'cwd'>, file: DemoFile): Promise<() => Promise<void>> {
  const path = demoFilePath(io)
  await mkdir(join(io.cwd, '.headwater'), { recursive: true })
  await writeFile(path, `${JSON.stringify(file, undefined, 2)}\n`)
  return async () => {
    const current = await readDemoFile(io)
    if (current === undefined || current.pid === file.pid) await rm(path, { force: true })
  }
}

function parse(text: string): DemoFile | undefined {
  try {
    const file = JSON.parse(text) as DemoFile
    return typeof file.pid === 'number' && typeof file.env === 'object' ? file : undefined
  } catch (error) {
    // Half written, or not ours: as good as none.
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
