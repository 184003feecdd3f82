import type { TreeReader } from '../template/bicep/compiler.ts'
import type { TreeFile } from './objects.ts'

/** Reads files of one revision by path, each of them once. */
export function createTreeReader(
  given: readonly TreeFile[],
  readFiles: (paths: readonly string[]) => Promise<readonly TreeFile[]>,
): TreeReader {
  const known = new Map<string, Uint8Array | undefined>(given.map(({ path, bytes }) => [path, bytes]))
  const folders = new Map<string, ReadonlyMap<string, Uint8Array>>()
  const keep = (files: readonly TreeFile[]): void => {
    for (const { path, bytes } of files) known.set(path, bytes)
  }
  return {
    async read(paths) {
      const wanted = [...new Set(paths)].filter((path) => !known.has(path))
      // A path that is a folder answers with what lies below it, and is no file.
      if (wanted.length > 0) keep(await readFiles(wanted))
      for (const path of wanted) if (!known.has(path)) known.set(path, undefined)
      return new Map(
        paths.flatMap((path): [string, Uint8Array][] => {
          const bytes = known.get(path)
          return bytes === undefined ? [] : [[path, bytes]]
        }),
      )
    },
    async list(folder) {
      const listed = folders.get(folder)
      if (listed !== undefined) return listed
      const files = await readFiles([folder])
      keep(files)
      const below = new Map(files.flatMap(({ path, bytes }) => (path === folder ? [] : [[path, bytes]])))
      folders.set(folder, below)
      return below
    },
  }
}
