import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { gitEnvironment, type GitFixture } from '../git-fixture.ts'

/** What `git archive` gives for a path: a file, or a link with its target. */
export type Archived = { bytes: Buffer; executable: boolean } | { link: string }

/** All entries of `git archive` of a commit, by path. */
export async function archive(fixture: GitFixture, commit: string): Promise<Map<string, Archived>> {
  const tar = await new Promise<Buffer>((resolve, reject) => {
    execFile(
      'git',
      ['archive', '--format=tar', commit],
      {
        cwd: fixture.directory,
        env: gitEnvironment(fixture.directory),
        encoding: 'buffer',
        maxBuffer: 1024 * 1024 * 1024,
      },
      (error, stdout) => (error === null ? resolve(stdout) : reject(error)),
    )
  })
  const entries = new Map<string, Archived>()
  let extended: Record<string, string> = {}
  for (let at = 0; at + 512 <= tar.length && tar[at] !== 0;) {
    const field = (from: number, length: number) =>
      tar.toString('utf8', at + from, at + from + length).replace(/\0.*$/s, '')
    const size = Number.parseInt(field(124, 12), 8)
    const type = field(156, 1)
    const bytes = tar.subarray(at + 512, at + 512 + size)
    const prefix = field(345, 155)
    const name = extended['path'] ?? (prefix === '' ? field(0, 100) : `${prefix}/${field(0, 100)}`)
    if (type === 'x') extended = readExtended(bytes)
    else {
      if (type === '2') entries.set(name, { link: extended['linkpath'] ?? field(157, 100) })
      else if (type === '0') {
        entries.set(name, { bytes, executable: (Number.parseInt(field(100, 8), 8) & 0o100) !== 0 })
      }
      if (type !== 'g') extended = {}
    }
    at += 512 + Math.ceil(size / 512) * 512
  }
  return entries
}

/** The records of a pax header: `length key=value` lines. */
function readExtended(bytes: Buffer): Record<string, string> {
  const records: Record<string, string> = {}
  for (let at = 0; at < bytes.length;) {
    const blank = bytes.indexOf(0x20, at)
    const length = Number(bytes.toString('utf8', at, blank))
    const [key = '', ...value] = bytes.toString('utf8', blank + 1, at + length - 1).split('=')
    records[key] = value.join('=')
    at += length
  }
  return records
}

/** The files that a source must give for an archive: links that lead to something inside stand for it. */
export function expectedFiles(entries: ReadonlyMap<string, Archived>): Record<string, string> {
  const files: Record<string, string> = {}
  const add = (path: string, real: string, via: readonly string[]): void => {
    const entry = entries.get(real)
    if (entry === undefined) {
      for (const below of entries.keys()) {
        if (below.startsWith(`${real}/`)) add(path + below.slice(real.length), below, via)
      }
    } else if ('bytes' in entry) {
      files[path] = fileText(entry)
    } else {
      const target = resolve(real, entries)
      const folders = [...via, real.slice(0, Math.max(0, real.lastIndexOf('/')))]
      const isRound = folders.some((folder) => target === '' || `${folder}/`.startsWith(`${target}/`))
      if (target !== undefined && !(isRound && !entries.has(target))) add(path, target, folders)
    }
  }
  for (const path of entries.keys()) add(path, path, [])
  return files
}

/** Where a path ends up when every link on its way is followed; undefined for out and round. */
function resolve(path: string, entries: ReadonlyMap<string, Archived>): string | undefined {
  const rest = path.split('/')
  const at: string[] = []
  for (let hops = 0; rest.length > 0;) {
    const part = rest.shift() ?? ''
    if (part === '..' && at.pop() === undefined) return undefined
    if (part === '..' || part === '.' || part === '') continue
    const entry = entries.get([...at, part].join('/'))
    if (entry === undefined || 'bytes' in entry) at.push(part)
    else if (entry.link.startsWith('/') || (hops += 1) > 12) return undefined
    else rest.unshift(...entry.link.split('/'))
  }
  return at.join('/')
}

/** A file as a word to compare by: small ones as they are, large ones by their sha256. */
export function fileText({ bytes, executable }: { bytes: Uint8Array; executable: boolean }): string {
  const content =
    bytes.length < 4096
      ? Buffer.from(bytes).toString('latin1')
      : `${bytes.length} bytes, ${createHash('sha256').update(bytes).digest('hex')}`
  return `${executable ? 'x' : '-'} ${content}`
}
