import type { LiveResource } from '../graph.ts'
import { keyOf, parentOf, parseResourceId } from '../ids.ts'
import { isObject, objectMember, textMember } from '../json.ts'
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

/** What was written inside a resource as its `kind`: the subnets of a network. */
export function readInside(world: World, parentId: string, kind: string): LiveResource[] {
  const parent = readResource(world, parentId)
  return parent === undefined ? [] : inside(parent, kind)
}

function inside(parent: LiveResource, kind: string): LiveResource[] {
  const list = objectMember(parent.body, 'properties')[kind]
  return (Array.isArray(list) ? list : []).flatMap((body) => {
    const name = textMember(body, 'name')
    if (!isObject(body) || name === undefined) return []
    const type = `${parent.type}/${kind}`
    return [{ ...parent, id: `${parent.id}/${kind}/${name}`, type, name: `${parent.name}/${name}`, body }]
  })
}

function embedded(world: World, idText: string, atMs: number | undefined): LiveResource | undefined {
  const id = parseResourceId(idText)
  const parentId = id === undefined ? undefined : parentOf(id)
  const parent = parentId === undefined ? undefined : world.graph.get(parentId, atMs)
  const kind = id?.type.split('/').at(-1) ?? ''
  return parent === undefined
    ? undefined
    : inside(parent, kind).find((each) => keyOf(each.id) === keyOf(idText))
}
