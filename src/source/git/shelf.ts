import { deflateRawSync, inflateRawSync } from 'node:zlib'
import type { ObjectShelf } from '../source.ts'
import type { GitLimits } from './limits.ts'
import { objectId, type GitObject, type ObjectType } from './object.ts'
import type { ObjectPool } from './object-pool.ts'

/** A shelf while one question is answered. */
interface OpenShelf {
  /** The commit whose objects lie there, when they could be read. */
  commit: string | undefined
  /** Puts down what was read of a commit and did not lie there yet. */
  keep(commit: string, seen: ReadonlyMap<string, GitObject>): Promise<void>
}

const letters: Record<ObjectType, string> = { commit: 'c', tree: 't', blob: 'b', tag: 'g' }

/** Segments whose ids are remembered. */
const maxRemembered = 256

/**
 * Moves objects between shelves and the pool. What cannot be read, or is not what its id says, counts as not there: a
 * shelf is a shortcut, never a truth. A segment that this process has read or written is not read again.
 */
export function createShelfKeeper(
  pool: ObjectPool,
  limits: Pick<GitLimits, 'shelfBytes' | 'shelfSegments'>,
): {
  open(shelf: ObjectShelf | undefined): Promise<OpenShelf>
} {
  const idsOf = new Map<string, readonly string[]>()
  const remember = (sha256: string, oids: readonly string[]): void => {
    idsOf.set(sha256, oids)
    for (const oldest of idsOf.keys()) {
      if (idsOf.size <= maxRemembered) break
      idsOf.delete(oldest)
    }
  }
  const load = async (shelf: ObjectShelf, sha256: string): Promise<void> => {
    const bytes = await shelf.get(sha256)
    const objects = bytes === undefined ? new Map<string, GitObject>() : readSegment(bytes, limits.shelfBytes)
    for (const [oid, object] of objects) pool.put(oid, object)
    remember(sha256, [...objects.keys()])
  }
  return {
    async open(shelf) {
      const pointer = shelf?.pointer
      if (shelf === undefined) return { commit: undefined, keep: async () => {} }
      const segments = pointer?.segments ?? []
      const isAtHand = pointer !== undefined && pool.peek(pointer.commit) !== undefined
      const unread = segments.filter((sha256) => !isAtHand || !idsOf.has(sha256))
      await Promise.all(unread.map((sha256) => load(shelf, sha256)))
      const isThere = pointer !== undefined && pool.peek(pointer.commit) !== undefined
      return {
        commit: isThere ? pointer.commit : undefined,
        async keep(commit, seen) {
          const shelved = new Set(segments.flatMap((sha256) => idsOf.get(sha256) ?? []))
          const broken = segments.filter((sha256) => idsOf.get(sha256)?.length === 0)
          const isWorn = segments.length >= limits.shelfSegments || broken.length > 0
          const added = [...seen].filter(([oid]) => isWorn || !shelved.has(oid))
          const size = [...seen.values()].reduce((sum, { content }) => sum + content.length, 0)
          if (size > limits.shelfBytes || (broken.length === 0 && added.every(([oid]) => shelved.has(oid))))
            return
          const objects = added.map(([, object]) => object)
          let segment = await shelf.put(writeSegment(objects))
          // The same bytes lie in the same place, where something is wrong with them: in another order they do not.
          if (broken.includes(segment)) segment = await shelf.put(writeSegment(objects.toReversed()))
          remember(
            segment,
            added.map(([oid]) => oid),
          )
          shelf.pointer = { commit, segments: isWorn ? [segment] : [...segments, segment] }
        },
      }
    },
  }
}

/** Objects one after the other: a letter and a length on a line, the content; deflated. */
function writeSegment(objects: readonly GitObject[]): Uint8Array {
  const parts = objects.flatMap(({ type, content }) => [
    Buffer.from(`${letters[type]}${content.length}\n`, 'latin1'),
    content,
  ])
  return deflateRawSync(Buffer.concat(parts))
}

function readSegment(bytes: Uint8Array, maxBytes: number): Map<string, GitObject> {
  const objects = new Map<string, GitObject>()
  let all: Buffer
  try {
    all = inflateRawSync(bytes, { maxOutputLength: maxBytes * 2 })
  } catch (error) {
    if (error instanceof Error && 'code' in error) return objects
    throw error
  }
  const types = new Map(Object.entries(letters).map(([type, letter]) => [letter, type as ObjectType]))
  let at = 0
  while (at < all.length) {
    const end = all.indexOf(0x0a, at)
    const type = types.get(all.toString('latin1', at, at + 1))
    const length = Number(all.toString('latin1', at + 1, end))
    if (end < 0 || type === undefined || !Number.isSafeInteger(length)) break
    const content = all.subarray(end + 1, end + 1 + length)
    objects.set(objectId(type, content).toString('hex'), { type, content })
    at = end + 1 + length
  }
  return objects
}
