import { transient } from '../../../api/errors.ts'
import { exceeded, type GitLimits } from '../limits.ts'
import { objectId, type GitObject, type ObjectType } from '../object.ts'
import { applyDelta, readDeltaHead } from './delta.ts'
import { createEntryReader, type PackEntry } from './entries.ts'
import { createOidTable } from './oid-table.ts'
import type { PackBytes } from './receive.ts'

/** Objects of a pack by their ids, which were computed here from what the pack holds. */
export interface PackObjects {
  get(oid: string): Promise<GitObject | undefined>
  has(oid: string): boolean
  oids(): string[]
  /** Of all objects together, inflated. */
  inflatedBytes: number
  close(): Promise<void>
}

interface IndexOptions {
  where: string
  limits: GitLimits
  /**
   * Objects that a thin pack's deltas may stand on. With it, a delta whose base is nowhere is passed over: its object is
   * not there.
   */
  base?: ((oid: string) => GitObject | undefined) | undefined
}

const types: Partial<Record<number, ObjectType>> = { 1: 'commit', 2: 'tree', 3: 'blob', 4: 'tag' }
const noDelta = -1

/**
 * Reads a pack in two passes: first every entry as it lies there, then the deltas from their bases up. Memory holds
 * offsets and ids, and a bounded cache of contents; the pack itself may lie in a file. What git would not write is a
 * `backoff` error (`ProtocolError`); a passed cap is `LimitExceeded`. See gitformat-pack(5).
 */
export async function indexPack(bytes: PackBytes, options: IndexOptions): Promise<PackObjects> {
  const { where, limits } = options
  const broken = (what: string): Error =>
    transient('ProtocolError', `${where} sent a pack that holds ${what}; trying again`)
  const reader = createEntryReader(bytes, { where, limits, broken })
  const { count, at: begin } = await reader.head()

  const offsets: number[] = []
  /** The base of a delta by its number; `noDelta` for what is whole. */
  const bases: number[] = []
  const kinds: (ObjectType | undefined)[] = []
  const refDeltas = new Map<string, number[]>()
  const numbers = new Map<number, number>()
  const table = createOidTable(count)
  let inflatedBytes = 0
  const account = (size: number): void => {
    inflatedBytes += size
    if (inflatedBytes > limits.inflatedBytes) {
      const cap = { name: 'inflatedBytes', value: inflatedBytes, limit: limits.inflatedBytes } as const
      throw exceeded(where, 'the pack inflates to more than allowed', cap)
    }
  }

  let at = begin
  for (let number = 0; number < count; number += 1) {
    const entry = await reader.read(at)
    offsets.push(at)
    numbers.set(at, number)
    account(entry.data.length)
    const type = types[entry.type]
    kinds.push(type)
    if (type !== undefined) {
      bases.push(noDelta)
      table.set(number, objectId(type, entry.data))
    } else if (entry.base !== undefined && 'offset' in entry.base) {
      const base = numbers.get(entry.base.offset)
      if (base === undefined) throw broken('a delta that stands on nothing')
      bases.push(base)
    } else if (entry.base !== undefined) {
      bases.push(noDelta)
      const waiting = refDeltas.get(entry.base.oid) ?? []
      waiting.push(number)
      refDeltas.set(entry.base.oid, waiting)
    }
    at = entry.end
  }
  if (at !== bytes.size) throw broken('more than it says')

  const cache = createContentCache(limits.deltaBytes)
  /** How many deltas stand below one. */
  const depths = new Uint32Array(count)
  /** Contents of thin bases, by the number of the delta that stands on one. */
  const outside = new Map<number, GitObject>()

  const contentOf = async (number: number): Promise<GitObject> => {
    const deltas: { number: number; entry: PackEntry }[] = []
    let current = number
    let content: GitObject | undefined
    while (content === undefined) {
      content = cache.get(current)
      if (content !== undefined) break
      const entry = await reader.read(offsets[current] ?? 0)
      const type = types[entry.type]
      if (type !== undefined) content = { type, content: entry.data }
      else {
        deltas.push({ number: current, entry })
        content = outside.get(current)
        current = bases[current] ?? noDelta
        if (content === undefined && current === noDelta) throw broken('a delta that stands on nothing')
      }
    }
    for (const { number: of, entry } of deltas.toReversed()) {
      content = { type: content.type, content: apply(content.content, entry.data) }
      cache.set(of, content)
    }
    if (deltas.length === 0) cache.set(number, content)
    return content
  }
  const apply = (base: Buffer, delta: Buffer): Buffer => {
    const head = readDeltaHead(delta)
    if (head === undefined) throw broken('a delta that is none')
    if (head.resultSize > limits.objectBytes) {
      const cap = { name: 'objectBytes', value: head.resultSize, limit: limits.objectBytes } as const
      throw exceeded(where, 'an object is larger than allowed', cap)
    }
    const result = applyDelta(base, delta, head)
    if (result === undefined) throw broken('a delta that does not fit')
    return result
  }

  const children = new Map<number, number[]>()
  const addChild = (base: number, child: number): void => {
    const known = children.get(base)
    if (known === undefined) children.set(base, [child])
    else known.push(child)
  }
  for (const [number, base] of bases.entries()) if (base !== noDelta) addChild(base, number)
  /** Deltas by id whose base turned up under a number. */
  const adopt = (base: number, oid: string): void => {
    for (const child of refDeltas.get(oid) ?? []) {
      bases[child] = base
      addChild(base, child)
    }
    refDeltas.delete(oid)
  }
  for (let number = 0; number < count && refDeltas.size > 0; number += 1) {
    if (kinds[number] !== undefined) adopt(number, table.oid(number))
  }

  const resolveFrom = async (roots: readonly number[]): Promise<void> => {
    const stack = [...roots]
    for (let number = stack.pop(); number !== undefined; number = stack.pop()) {
      if (kinds[number] === undefined) {
        const depth = (depths[bases[number] ?? noDelta] ?? 0) + 1
        if (depth > limits.deltaDepth) {
          const cap = { name: 'deltaDepth', value: depth, limit: limits.deltaDepth } as const
          throw exceeded(where, 'deltas stand on one another too deep', cap)
        }
        depths[number] = depth
        const { type, content } = await contentOf(number)
        account(content.length)
        kinds[number] = type
        table.set(number, objectId(type, content))
        adopt(number, table.oid(number))
      }
      for (const child of children.get(number) ?? []) stack.push(child)
      children.delete(number)
    }
  }
  const roots = [...children.keys()].filter((number) => kinds[number] !== undefined)
  await resolveFrom(roots)
  for (const [oid, waiting] of refDeltas) {
    const base = options.base?.(oid)
    if (base === undefined) continue
    for (const number of waiting) outside.set(number, base)
    refDeltas.delete(oid)
    await resolveFrom(waiting)
  }
  if (options.base === undefined && (refDeltas.size > 0 || children.size > 0)) {
    throw broken('a delta that stands on nothing')
  }
  table.seal()

  return {
    inflatedBytes,
    has: (oid) => table.find(oid) !== undefined,
    async get(oid) {
      const number = table.find(oid)
      return number === undefined ? undefined : contentOf(number)
    },
    oids: () => table.all(),
    close: () => bytes.close(),
  }
}

/** Contents kept for the deltas that stand on them. */
function createContentCache(cacheBytes: number): {
  get(number: number): GitObject | undefined
  set(number: number, object: GitObject): void
} {
  const contents = new Map<number, GitObject>()
  let size = 0
  return {
    get(number) {
      const found = contents.get(number)
      if (found !== undefined) {
        contents.delete(number)
        contents.set(number, found)
      }
      return found
    },
    set(number, object) {
      if (contents.has(number) || object.content.length > cacheBytes / 4) return
      contents.set(number, object)
      size += object.content.length
      for (const [oldest, { content }] of contents) {
        if (size <= cacheBytes) break
        contents.delete(oldest)
        size -= content.length
      }
    },
  }
}
