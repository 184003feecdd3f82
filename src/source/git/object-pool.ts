import type { GitObject } from './object.ts'
import type { PackObjects } from './pack/index-pack.ts'

/** Objects at hand: the small ones in memory, the last large pack where it lies. */
export interface ObjectPool {
  get(oid: string): Promise<GitObject | undefined>
  /** Only what is in memory. */
  peek(oid: string): GitObject | undefined
  put(oid: string, object: GitObject): void
  /** Takes a pack over: a small one is copied out and closed, a large one is kept until the next large one comes. */
  add(pack: PackObjects): Promise<void>
  clear(): Promise<void>
}

/** What an entry costs besides its content. */
const entryBytes = 200

/** An empty pool for contents of at most so many bytes; the least recently used go first. */
export function createObjectPool(memoryBytes: number): ObjectPool {
  const objects = new Map<string, GitObject>()
  let size = 0
  let large: PackObjects | undefined

  const put = (oid: string, object: GitObject): void => {
    if (objects.has(oid)) return
    objects.set(oid, object)
    size += object.content.length + entryBytes
    for (const [oldest, { content }] of objects) {
      if (size <= memoryBytes || oldest === oid) break
      objects.delete(oldest)
      size -= content.length + entryBytes
    }
  }
  const peek = (oid: string): GitObject | undefined => {
    const found = objects.get(oid)
    if (found !== undefined) {
      objects.delete(oid)
      objects.set(oid, found)
    }
    return found
  }
  return {
    peek,
    put,
    get: async (oid) => peek(oid) ?? large?.get(oid),
    async add(pack) {
      const oids = pack.inflatedBytes > memoryBytes / 2 ? undefined : pack.oids()
      if (oids === undefined || oids.length * entryBytes > memoryBytes / 2) {
        await large?.close()
        large = pack
        return
      }
      for (const oid of oids) {
        const object = await pack.get(oid)
        // A content that is a view of something larger would hold all of it.
        if (object !== undefined) put(oid, { type: object.type, content: Buffer.from(object.content) })
      }
      await pack.close()
    },
    async clear() {
      objects.clear()
      size = 0
      await large?.close()
      large = undefined
    },
  }
}
