import type { ExpandedResource } from '../../../template/arm/index.ts'
import { ownedObject } from '../deployments/json.ts'
import type { LiveResource } from '../graph.ts'
import { parseResourceId } from '../ids.ts'
import type { Json, JsonObject } from '../json.ts'
import { isObject } from '../json.ts'
import { bodyOf } from '../resources/body.ts'
import { factsOf } from '../resources/types.ts'
import type { World } from '../world.ts'
import type { ComparedResource } from './compare.ts'

/** What a provider would make of a template's resource, in the place of a live one. */
export function expectationOf(
  world: World,
  live: LiveResource,
  resource: ExpandedResource,
): Pick<ComparedResource, 'expected' | 'isDefault'> {
  const id = parseResourceId(live.id)
  if (id === undefined) return {}
  const defaults: JsonObject = { properties: factsOf(live.type).defaults ?? {} }
  return {
    expected: { ...bodyOf(world, id, ownedObject(resource.body()), live), apiVersion: resource.apiVersion },
    isDefault: (path) => valueAt(defaults, path) !== undefined,
  }
}

function valueAt(value: Json, path: string): Json | undefined {
  let found: Json | undefined = value
  for (const part of path.split('.')) {
    if (Array.isArray(found)) found = found[Number(part)]
    else found = isObject(found) ? found[part] : undefined
  }
  return found
}
