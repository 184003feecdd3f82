import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'

/** A private folder, the only thing of a disk that a compiler is meant to see. */
export interface Workplace {
  /** Absolute, links resolved. */
  folder: string
  /**
   * Writes a tree of files as regular files and answers its root. The name of the root is a hash of all it holds: a
   * compiler keeps what it has read by path, and must never take an old text for a new one.
   */
  layOut(files: ReadonlyMap<string, Uint8Array>): Promise<Tree>
  remove(): Promise<void>
}

/** Files laid out. */
export interface Tree {
  root: string
  /** A configuration of ours above the tree: it is read where the tree has none. */
  configFloor: string
  /** A path of the tree from an absolute one; undefined when it lies outside. */
  relative(absolute: string): string | undefined
  remove(): Promise<void>
}

/** Where Bicep's search for a `bicepconfig.json` ends, above every tree: nothing further up is ever read. */
const configFloor = 'bicepconfig.json'

/** Makes the folder; only this user can look into it. */
export async function openWorkplace(): Promise<Workplace> {
  const folder = await realpath(await mkdtemp(path.join(tmpdir(), 'headwater-bicep-')))
  const trees = path.join(folder, 'trees')
  await Promise.all([trees, path.join(folder, 'home')].map((name) => mkdir(name)))
  await writeFile(path.join(trees, configFloor), '{}')
  // The same files may be laid out by two compiles at once.
  const uses = new Map<string, number>()
  return {
    folder,
    async layOut(files) {
      const root = path.join(trees, contentName(files))
      uses.set(root, (uses.get(root) ?? 0) + 1)
      for (const [name, bytes] of files) {
        const file = path.join(root, name)
        await mkdir(path.dirname(file), { recursive: true })
        await writeFile(file, bytes)
      }
      return {
        root,
        configFloor: path.join(trees, configFloor),
        relative(absolute) {
          const found = path.relative(root, absolute)
          const isOutside = found === '' || found.split(path.sep)[0] === '..' || path.isAbsolute(found)
          return isOutside ? undefined : found.split(path.sep).join('/')
        },
        async remove() {
          const left = (uses.get(root) ?? 1) - 1
          uses.set(root, left)
          if (left > 0) return
          uses.delete(root)
          await rm(root, { recursive: true, force: true })
        },
      }
    },
    remove: async () => rm(folder, { recursive: true, force: true }),
  }
}

function contentName(files: ReadonlyMap<string, Uint8Array>): string {
  const hash = createHash('sha256')
  for (const [name, bytes] of [...files].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    hash.update(`${name}\0${bytes.length}\0`).update(bytes)
  }
  return hash.digest('hex').slice(0, 32)
}
