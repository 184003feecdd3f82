import type { StackResource } from '../model.ts'
import { liveKey, makeLive } from '../resources/cloud.ts'
import { durationsOf } from '../resources/durations.ts'
import type { Process } from '../../../timeline.ts'
import { type Run, resourceStatus } from './run.ts'

/**
 * Takes over a thing that exists, under its own physical id:
 *
 *   IMPORT_IN_PROGRESS ── IMPORT_COMPLETE ── UPDATE_IN_PROGRESS [Apply stack-level tags …] ── UPDATE_COMPLETE
 *
 * The sandbox knows only what its stacks made; any other identifier is believed to exist.
 */
export function* importResource(run: Run, resource: StackResource, physicalId: string): Process<boolean> {
  const { world, stack } = run
  resource.physicalId = physicalId
  resourceStatus(run, resource, 'IMPORT_IN_PROGRESS', { reason: 'Resource import started.' })
  yield world.pause(durationsOf(resource.type).updateMs)
  const live = world.place(stack).live.get(liveKey(resource.type, physicalId))
  const fault = world.faults.failure(stack, resource.logicalId, 'create')
  const taken = live?.owner !== undefined && live.owner !== stack.id
  if (fault !== undefined || taken) {
    const reason = fault ?? `Resource ${physicalId} already exists in stack ${live?.owner ?? ''}`
    resourceStatus(run, resource, 'IMPORT_FAILED', { reason })
    return false
  }
  if (live === undefined) makeLive(world, stack, resource)
  else live.owner = stack.id
  resourceStatus(run, resource, 'IMPORT_COMPLETE', { reason: 'Resource import completed.' })
  resourceStatus(run, resource, 'UPDATE_IN_PROGRESS', {
    reason: 'Apply stack-level tags to imported resource if applicable.',
  })
  yield world.pause(durationsOf(resource.type).updateMs)
  resourceStatus(run, resource, 'UPDATE_COMPLETE')
  return true
}
