import { createHash } from 'node:crypto'
import { treeFolder } from '../../api/tree-path.ts'
import type { TreeReader } from './compiler.ts'

/** sha256 of a file's bytes, lower-case hex. */
export function fileHash(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** How a folder whose list of files was read stands among the reads: its path with a `/` at the end. */
export function folderKey(folder: string): string {
  return `${folder}/`
}

/** Hash over the names of the files that lie in a folder itself, of all that lie below it. */
export function folderHash(folder: string, paths: Iterable<string>): string {
  const own = [...paths].filter((path) => treeFolder(path) === folder).toSorted()
  return fileHash(new TextEncoder().encode(own.join('\0')))
}

/** What a file that is not there has in place of a hash. */
export const absent = ''

/** Whether everything that was read is still the same; what was not there must still not be. */
export async function holds(reads: Readonly<Record<string, string>>, tree: TreeReader): Promise<boolean> {
  const keys = Object.keys(reads)
  const files = keys.filter((key) => !key.endsWith('/'))
  const found = await tree.read(files)
  const areSame = files.every((path) => {
    const bytes = found.get(path)
    return reads[path] === (bytes === undefined ? absent : fileHash(bytes))
  })
  if (!areSame) return false
  for (const key of keys.filter((one) => one.endsWith('/'))) {
    const folder = key.slice(0, -1)
    const listed = await tree.list(folder)
    if (reads[key] !== folderHash(folder, listed.keys())) return false
  }
  return true
}
