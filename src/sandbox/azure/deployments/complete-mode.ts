import type { Process } from '../../timeline.ts'
import { ArmError } from '../errors.ts'
import type { ErrorDetail } from '../errors.ts'
import type { Attempt } from '../guards.ts'
import type { LiveResource } from '../graph.ts'
import { keyOf, parentOf, parseResourceId } from '../ids.ts'
import { beginRemove } from '../resources/remove.ts'
import type { World } from '../world.ts'
import { reasonOf } from './failure.ts'
import type { Deployment } from './model.ts'
import { beginOperation, endOperation } from './operation-entries.ts'

/** What complete mode takes away: the group's own resources that the template does not say. */
export function unsaidResources(world: World, prefix: string, said: readonly string[]): LiveResource[] {
  const kept = new Set(said.map((id) => keyOf(id)))
  return world.graph.below(prefix).filter((resource) => {
    const id = parseResourceId(resource.id)
    const isTop = id !== undefined && parentOf(id) === undefined && keyOf(id.scope) === keyOf(prefix)
    return isTop && !kept.has(keyOf(resource.id)) && !/\/locks$/i.test(resource.type)
  })
}

/** Deletes what the template does not say, side by side. Its result is what could not be deleted. */
export function* removeUnsaid(world: World, deployment: Deployment): Process<ErrorDetail[]> {
  const { request, facts } = deployment
  const failures: ErrorDetail[] = []
  const gates = unsaidResources(world, request.place.prefix, facts.validatedResources).map((resource) => {
    const gate = world.timeline.gate()
    world.timeline.start(removeOne(world, deployment, resource.id, failures, gate))
    return gate
  })
  for (const gate of gates) yield { gate }
  return failures
}

function* removeOne(
  world: World,
  deployment: Deployment,
  id: string,
  failures: ErrorDetail[],
  gate: { open(): void },
): Process {
  const entry = beginOperation(world, deployment, { kind: 'Delete', id, statusCode: 'Accepted' })
  const error = yield* removal(world, id, { caller: deployment.request.caller })
  endOperation(world, entry, {
    statusCode: error === undefined ? 'OK' : reasonOf(error.status),
    ...(error === undefined ? {} : { error: error.detail }),
  })
  if (error !== undefined) failures.push(error.detail)
  gate.open()
}

/** Deletes one resource over time; what refuses it is the result. */
export function* removal(
  world: World,
  id: string,
  by: Pick<Attempt, 'caller' | 'stackId'>,
): Process<ArmError | undefined> {
  try {
    world.guards.check({ id, operation: 'delete', ...by })
    const begun = beginRemove(world, id)
    return begun === undefined ? undefined : yield* begun.finish
  } catch (error) {
    if (error instanceof ArmError) return error
    throw error
  }
}
