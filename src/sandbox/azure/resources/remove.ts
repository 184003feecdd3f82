import { ArmError } from '../errors.ts'
import type { LiveResource } from '../graph.ts'
import type { Process } from '../../timeline.ts'
import type { World } from '../world.ts'
import { lockRefusal } from './locks.ts'
import { needResourceId } from './preflight.ts'
import { deletionLastingOf } from './types.ts'
import { withState } from './write.ts'

/** A deletion that a provider took. */
export interface RemoveBegun {
  resource: LiveResource
  /** Whether it is gone already. */
  done: boolean
  /** What happens over time; its result is the error that it ends with. The caller runs it, or starts it. */
  finish: Process<ArmError | undefined>
}

/**
 * Begins to delete a resource, or a group with all that is in it. Throws what is refused at once (a lock, a fault);
 * undefined when nothing is there.
 */
export function beginRemove(world: World, idText: string): RemoveBegun | undefined {
  const id = needResourceId(idText)
  const resource = world.graph.get(id.id)
  if (resource === undefined) return undefined
  const refused = lockRefusal(world, resource.id, 'delete')
  if (refused !== undefined) throw refused
  const fault = world.faults.take(id, 'delete', 'request')
  if (fault !== undefined) throw new ArmError(fault.status, fault.error)
  const lasting = deletionLastingOf(world, id)
  const done = lasting.sleepMs === 0 && !world.faults.has(id, 'delete', 'later')
  if (done) vanish(world, resource.id)
  else world.graph.put(withState(resource, 'Deleting'))
  return { resource, done, finish: finishing(world, resource, lasting, done) }
}

function* finishing(
  world: World,
  resource: LiveResource,
  lasting: { sleepMs: number },
  done: boolean,
): Process<ArmError | undefined> {
  if (done) return undefined
  if (lasting.sleepMs > 0) yield lasting
  const failure = world.faults.take(resource, 'delete', 'later')
  if (failure === undefined) {
    vanish(world, resource.id)
    return undefined
  }
  const now = world.graph.get(resource.id)
  if (now !== undefined) world.graph.put(withState(now, 'Failed'))
  return new ArmError(failure.status, failure.error)
}

/** Takes a resource out of the graph at once, with all below it. */
export function vanish(world: World, id: string): void {
  for (const { id: below } of world.graph.below(id)) world.graph.delete(below)
  world.graph.delete(id)
  world.removed(id)
}
