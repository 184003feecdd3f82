import { ownedObject } from '../deployments/json.ts'
import { placeOf } from '../deployments/place.ts'
import type { ArmAnswer, ArmRequest } from '../wire.ts'
import { stackNotFound } from './book.ts'
import type { Stack } from './model.ts'
import { stackId } from './place.ts'
import { stackBody } from './render.ts'
import type { StackEngine } from './run.ts'

/** The stack that a path names, as it is, or as a stale read sees it. Throws 404 where there is none. */
export function needStack(engine: StackEngine, request: ArmRequest): Stack {
  const { world } = engine.deployments
  const id = stackId(placeOf(world, request.params), request.params['name'] ?? '')
  const lagMs = world.faults.lagOf(id, world.now())
  const found = lagMs > 0 ? engine.book.at(id, world.now() - lagMs) : engine.book.get(id)
  if (found === undefined) throw stackNotFound(id)
  return found
}

/** `GET …/deploymentStacks/N`. */
export function getStack(engine: StackEngine, request: ArmRequest): ArmAnswer {
  return { status: 200, body: stackBody(needStack(engine, request), request.apiVersion) }
}

/** `GET …/deploymentStacks`. */
export function listStacks(engine: StackEngine, request: ArmRequest): ArmAnswer {
  const { prefix } = placeOf(engine.deployments.world, request.params)
  const value = engine.book.inScope(prefix).map((stack) => stackBody(stack, request.apiVersion))
  return { status: 200, body: { value } }
}

/** `POST …/exportTemplate`: the template as it was sent. */
export function exportStack(engine: StackEngine, request: ArmRequest): ArmAnswer {
  return { status: 200, body: { template: ownedObject(needStack(engine, request).request.template) } }
}
