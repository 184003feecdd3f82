import type { LiveResource } from '../graph.ts'
import { parentOf, parseResourceId } from '../ids.ts'
import { isObject, objectMember } from '../json.ts'
import type { World } from '../world.ts'

/**
 * A resource as a client reads it: as it is, or as it was while reads are stale. What was written inside its parent (a
 * subnet in its network) is a resource too.
 */
export function readResource(world: World, id: string): LiveResource | undefined {
  const lagMs = world.faults.lagOf(id, world.now())
  const atMs = lagMs === 0 ? undefined : world.now() - lagMs
  return world.graph.get(id, atMs) ?? embedded(world, id, atMs)
}

/** All below a scope as a client reads them, in the order they were made. */
export function readBelow(world: World, scope: string): LiveResource[] {
  const lagMs = world.faults.lagOf(scope, world.now())
  if (lagMs > 0) return world.graph.below(scope, world.now() - lagMs)
  return world.graph.below(scope).flatMap(({ id }) => readResource(world, id) ?? [])
}

function embedded(world: World, idText: string, atMs: number | undefined): LiveResource | undefined {
  const id = parseResourceId(idText)
  const parentId = id === undefined ? undefined : parentOf(id)
  const parent = parentId === undefined ? undefined : world.graph.get(parentId, atMs)
  if (id === undefined || parent === undefined) return undefined
  const [kind = '', name = ''] = [id.type.split('/').at(-1), id.name.split('/').at(-1)]
  const list = objectMember(parent.body, 'properties')[kind]
  const body = (Array.isArray(list) ? list : []).find(
    (each) =>
      isObject(each) && typeof each['name'] === 'string' && each['name'].toLowerCase() === name.toLowerCase(),
  )
  return isObject(body)
    ? { ...parent, id: `${parent.id}/${kind}/${name}`, type: id.type, name: id.name, body }
    : undefined
}
