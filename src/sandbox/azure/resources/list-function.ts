import { gatewayError } from '../errors.ts'
import type { LiveResource } from '../graph.ts'
import { parseResourceId } from '../ids.ts'
import type { Json } from '../json.ts'
import type { World } from '../world.ts'
import { makingOf } from './body.ts'
import { factsOf } from './types.ts'

/**
 * What a `list*` action of a resource answers: what a template's `listKeys()` reads. Keys are the same at every call and
 * of no use anywhere. Throws ARM's 404 for an action that the type is not known to have.
 */
export function listFunction(world: World, resource: LiveResource, action: string): Json {
  const id = parseResourceId(resource.id)
  const list = factsOf(resource.type).list?.[action.toLowerCase()]
  if (id === undefined || list === undefined) {
    const message = `The action '${action}' is not known for the resource type '${resource.type}'.`
    throw gatewayError(404, 'ResourceActionNotFound', message)
  }
  return list(makingOf(world, id, resource.body))
}
