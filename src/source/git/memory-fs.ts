import type { PromiseFsClient } from 'isomorphic-git'

type Entry = { type: 'file'; bytes: Uint8Array } | { type: 'dir' }

/**
 * The file system isomorphic-git fetches into: a map, so that nothing is written to a disk that a function may not have,
 * and nothing is left behind. It knows what bare repositories need: no links, no times, no permissions.
 */
export function createMemoryFs(): PromiseFsClient {
  const entries = new Map<string, Entry>([['/', { type: 'dir' }]])

  const find = (path: string): Entry => {
    const entry = entries.get(clean(path))
    if (!entry) throw failure('ENOENT', path)
    return entry
  }
  const stat = async (path: string): Promise<object> => {
    const entry = find(path)
    return {
      ...zeroStat,
      mode: entry.type === 'dir' ? 0o040000 : 0o100644,
      size: entry.type === 'file' ? entry.bytes.byteLength : 0,
      isFile: () => entry.type === 'file',
      isDirectory: () => entry.type === 'dir',
      isSymbolicLink: () => false,
    }
  }
  const remove = async (path: string): Promise<void> => {
    find(path)
    entries.delete(clean(path))
  }

  return {
    promises: {
      async readFile(path: string, options?: string | { encoding?: string }) {
        const entry = find(path)
        if (entry.type === 'dir') throw failure('EISDIR', path)
        const encoding = typeof options === 'string' ? options : options?.encoding
        return encoding === undefined ? entry.bytes : new TextDecoder().decode(entry.bytes)
      },
      async writeFile(path: string, data: string | Uint8Array) {
        if (entries.get(parent(clean(path)))?.type !== 'dir') throw failure('ENOENT', path)
        const bytes = typeof data === 'string' ? new TextEncoder().encode(data) : Buffer.from(data)
        entries.set(clean(path), { type: 'file', bytes })
      },
      async mkdir(path: string) {
        const at = clean(path)
        if (entries.has(at)) throw failure('EEXIST', path)
        if (!entries.has(parent(at))) throw failure('ENOENT', path)
        entries.set(at, { type: 'dir' })
      },
      async readdir(path: string) {
        if (find(path).type !== 'dir') throw failure('ENOTDIR', path)
        const at = clean(path)
        return [...entries.keys()].filter((key) => key !== '/' && parent(key) === at).map((key) => base(key))
      },
      unlink: remove,
      rmdir: remove,
      stat,
      lstat: stat,
      async readlink(path: string) {
        throw failure('EINVAL', path)
      },
      async symlink(_target: string, path: string) {
        throw failure('EPERM', path)
      },
    },
  }
}

const zeroStat = { ctimeMs: 0, mtimeMs: 0, dev: 0, ino: 0, uid: 0, gid: 0 }

function clean(path: string): string {
  return `/${path
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .join('/')}`
}

function parent(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/'
}

function base(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

function failure(code: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${path}`), { code })
}
