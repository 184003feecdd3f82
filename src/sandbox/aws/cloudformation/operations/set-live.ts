import type { StackResource } from '../model.ts'
import { liveOf, makeLive } from '../resources/cloud.ts'
import { withSecrets } from '../resources/secret-values.ts'
import { reasonOf } from './deployment.ts'
import type { Run } from './run.ts'

/** Makes the thing behind a resource what the resource says; a text says why that cannot be. */
export function setLive({ world, stack }: Run, resource: StackResource): string | undefined {
  let properties
  try {
    properties = withSecrets(world, world.place(stack), resource.properties)
  } catch (error) {
    return reasonOf(error)
  }
  const { type, physicalId } = resource
  const live = liveOf(world, stack, resource)
  if (live === undefined) makeLive(world, stack, { type, physicalId, properties })
  else live.properties = structuredClone(properties)
  return undefined
}
