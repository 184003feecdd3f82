import type { LiveResource } from '../graph.ts'
import type { World } from '../world.ts'

/** A resource as a client reads it: as it is, or as it was while reads are stale. */
export function readResource(world: World, id: string): LiveResource | undefined {
  const lagMs = world.faults.lagOf(id, world.now())
  return world.graph.get(id, lagMs === 0 ? undefined : world.now() - lagMs)
}
