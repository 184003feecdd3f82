import type { StackStatus } from '../model.ts'
import { releaseLive } from '../resources/cloud.ts'
import type { Process } from '../../../timeline.ts'
import { START_MS, finishDeletion } from './create-stack.ts'
import { deletionPolicyOf, replacePolicyOf } from './delete-resource.ts'
import { exportInUse } from './exports.ts'
import { leftBehind } from './rollback-update.ts'
import { endOperation, resourceStatus, type Run, stackStatus } from './run.ts'
import { cleanUp, tearDown } from './teardown.ts'

/** How a stack is deleted. */
export interface StackDeletion {
  /** Logical ids that are let go instead of deleted. */
  retain: readonly string[]
  /** FORCE_DELETE_STACK: what cannot be deleted is let go. */
  force: boolean
  /** What the stack was before; it is that again when its exports are in use. */
  former: StackStatus
}

/** Deletes a stack; it is DELETE_IN_PROGRESS when it begins. True when it came to DELETE_COMPLETE. */
export function* deleteStack(run: Run, deletion: StackDeletion): Process<boolean> {
  const { world, stack } = run
  const place = world.place(stack)
  yield world.pause(START_MS)
  const inUse = exportInUse(place, stack)
  if (inUse !== undefined) {
    stackStatus(run, deletion.former, inUse)
    endOperation(run, 'failed')
    return false
  }
  const left = [...stack.resources.values()].filter(
    (resource) => resource.status !== 'DELETE_COMPLETE' && resource.status !== 'DELETE_SKIPPED',
  )
  const doomed = left.map((resource) => ({
    resource,
    options: {
      policy: deletion.retain.includes(resource.logicalId) ? 'Retain' : deletionPolicyOf(resource),
      unfinished: resource.status === 'CREATE_FAILED' && !deletion.retain.includes(resource.logicalId),
    },
  }))
  const failed = yield* tearDown(run, doomed)
  const leftovers = leftBehind(stack, stack.unfinished?.replaced ?? [])
  yield* cleanUp(
    run,
    leftovers.map((resource) => ({ resource, options: { policy: replacePolicyOf(resource) } })),
  )
  if (!deletion.force) return finishDeletion(run, failed)
  for (const logicalId of failed) {
    const resource = stack.resources.get(logicalId)
    if (resource === undefined) continue
    releaseLive(place, resource.type, resource.physicalId)
    resourceStatus(run, resource, 'DELETE_SKIPPED')
  }
  return finishDeletion(run, [])
}
