import type { JsonObject, LiveObject, Stack, StackResource } from '../model.ts'
import type { Place, World } from '../world.ts'
import { attributeOf } from './attributes.ts'

/** The key of a live object in its place. */
export function liveKey(type: string, physicalId: string): string {
  return `${type}|${physicalId}`
}

/** The thing behind a resource of a stack, if it still exists. */
export function liveOf(world: World, stack: Stack, resource: StackResource): LiveObject | undefined {
  return world.place(stack).live.get(liveKey(resource.type, resource.physicalId))
}

/** Makes a thing exist. */
export function makeLive(
  world: World,
  stack: Stack,
  resource: { type: string; physicalId: string; properties: JsonObject },
): LiveObject {
  const live: LiveObject = {
    type: resource.type,
    physicalId: resource.physicalId,
    properties: structuredClone(resource.properties),
    attributes: {},
    owner: stack.id,
  }
  world.place(stack).live.set(liveKey(live.type, live.physicalId), live)
  world.surroundings.resourceCreated?.({ account: stack.account, region: stack.region, ...live })
  return live
}

/** Makes a thing go; a text says why it would not. */
export function dropLive(world: World, place: Place, type: string, physicalId: string): string | undefined {
  const key = liveKey(type, physicalId)
  const live = place.live.get(key)
  if (live === undefined) return undefined
  const refusal = world.surroundings.resourceDeleting?.({
    account: place.account,
    region: place.region,
    ...live,
  })
  if (refusal === undefined) place.live.delete(key)
  return refusal
}

/** Lets go of a thing without deleting it. */
export function releaseLive(place: Place, type: string, physicalId: string): void {
  const live = place.live.get(liveKey(type, physicalId))
  if (live !== undefined) delete live.owner
}

/** What Fn::GetAtt of a stack's resource answers. */
export function attributeValue(
  world: World,
  stack: Stack,
  resource: StackResource,
  attribute: string,
): unknown {
  return attributeOf(standIn(world, stack, resource), attribute, {
    place: stack,
    facts: world.facts.typeFacts(resource.type),
  })
}

/** The thing, or what it was when it is gone behind our back. */
function standIn(world: World, stack: Stack, resource: StackResource): LiveObject {
  return (
    liveOf(world, stack, resource) ?? {
      type: resource.type,
      physicalId: resource.physicalId,
      properties: resource.properties,
      attributes: {},
    }
  )
}
