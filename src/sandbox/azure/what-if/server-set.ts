import type { LiveResource } from '../graph.ts'
import { parseResourceId } from '../ids.ts'
import type { Json, JsonObject } from '../json.ts'
import { isObject } from '../json.ts'
import { makingOf } from '../resources/body.ts'
import { factsOf } from '../resources/types.ts'
import type { World } from '../world.ts'
import type { ServerSet } from './compare.ts'
import { sameJson } from './payload.ts'

// What no caller sets on any resource.
const alwaysReadOnly = new Set([
  'etag',
  'systemData',
  'identity.principalId',
  'identity.tenantId',
  'properties.provisioningState',
])

/** Who set what of a live resource: what its provider computes, and defaults that are still as the provider made them. */
export function serverSetOf(world: World, live: LiveResource): (path: string) => ServerSet | undefined {
  const facts = factsOf(live.type)
  const id = parseResourceId(live.id)
  const computed = id === undefined ? {} : (facts.computed?.(makingOf(world, id, live.body)) ?? {})
  const readOnly = new Set([...alwaysReadOnly, ...Object.keys(computed).map((key) => `properties.${key}`)])
  const defaults: JsonObject = { properties: facts.defaults ?? {} }
  return (path) => {
    if (readOnly.has(path)) return 'readOnly'
    const byDefault = valueAt(defaults, path)
    if (byDefault === undefined || isObject(byDefault)) return undefined
    return sameJson(byDefault, valueAt(live.body, path)) ? 'default' : undefined
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
