import { isBelow, keyOf } from './ids.ts'
import type { JsonObject } from './json.ts'

/** A resource that is there: what GET by its id answers, and a little more. Never changed, only replaced. */
export interface LiveResource {
  /** In the spelling it was made with. */
  readonly id: string
  readonly type: string
  readonly name: string
  /** All of it: `id, name, type, location, tags, sku, kind, identity, properties {provisioningState, …}`. */
  readonly body: JsonObject
  /** The api-version it was last written with. */
  readonly apiVersion: string
  /** Milliseconds since the epoch. */
  readonly createdAt: number
  readonly changedAt: number
  /** Changes with each write. */
  readonly etag: string
}

/** All resources of the sandbox, groups among them, by id in any letter case. */
export interface ResourceGraph {
  /** The resource as it is, or as it was at a time (milliseconds since the epoch). */
  get(id: string, atMs?: number): LiveResource | undefined
  put(resource: LiveResource): void
  delete(id: string): LiveResource | undefined
  /** Those below a scope (`/` for all), in the order they were made; the scope itself is not among them. */
  below(scope: string, atMs?: number): LiveResource[]
  clear(): void
}

interface Version {
  fromMs: number
  resource: LiveResource | undefined
}

// What a stale read can look back on; more versions of one resource within a lag are of no use to anybody.
const keptVersions = 32

/** An empty graph. */
export function createResourceGraph(now: () => number): ResourceGraph {
  const histories = new Map<string, Version[]>()
  const live = new Map<string, LiveResource>()
  function note(id: string, resource: LiveResource | undefined): void {
    const history = histories.get(keyOf(id)) ?? []
    history.push({ fromMs: now(), resource })
    histories.set(keyOf(id), history.slice(-keptVersions))
  }
  const at = (key: string, atMs: number): LiveResource | undefined =>
    histories.get(key)?.findLast(({ fromMs }) => fromMs <= atMs)?.resource
  return {
    get: (id, atMs) => (atMs === undefined ? live.get(keyOf(id)) : at(keyOf(id), atMs)),
    put(resource) {
      live.set(keyOf(resource.id), resource)
      note(resource.id, resource)
    },
    delete(id) {
      const gone = live.get(keyOf(id))
      if (gone !== undefined) note(id, undefined)
      live.delete(keyOf(id))
      return gone
    },
    below(scope, atMs) {
      const all =
        atMs === undefined ? [...live.values()] : [...histories.keys()].flatMap((key) => at(key, atMs) ?? [])
      return all.filter(({ id }) => keyOf(id) !== keyOf(scope) && isBelow(id, scope))
    },
    clear() {
      live.clear()
      histories.clear()
    },
  }
}
