import { execFile } from 'node:child_process'
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
  const add = (path: string, entry: Archived): void => {
    if ('bytes' in entry) files[path] = `${entry.executable ? 'x' : '-'} ${entry.bytes.toString('base64')}`
  }
  for (const [path, entry] of entries) {
    if ('bytes' in entry) {
      add(path, entry)
      continue
    }
    const target = follow(path, entries)
    if (target === undefined) continue
    const found = entries.get(target)
    if (found !== undefined) {
      add(path, found)
      continue
    }
    for (const [below, inner] of entries) {
      if (!below.startsWith(`${target}/`) || path.startsWith(`${target}/`)) continue
      const led = 'link' in inner ? follow(below, entries) : below
      const file = led === undefined ? undefined : entries.get(led)
      if (file !== undefined) add(path + below.slice(target.length), file)
    }
  }
  return files
}

/** Where a link ends up; undefined for out, nowhere and round. */
function follow(path: string, entries: ReadonlyMap<string, Archived>): string | undefined {
  let at = path
  for (let hops = 0; hops < 10; hops += 1) {
    const entry = entries.get(at)
    if (entry === undefined || 'bytes' in entry) return at
    if (entry.link.startsWith('/')) return undefined
    const parts = at.split('/').slice(0, -1)
    for (const part of entry.link.split('/')) {
      if (part === '..') {
        if (parts.pop() === undefined) return undefined
      } else if (part !== '.' && part !== '') parts.push(part)
    }
    at = parts.join('/')
  }
  return undefined
}
