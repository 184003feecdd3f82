import type { StackResource } from '../model.ts'
import { dropLive, releaseLive } from '../resources/cloud.ts'
import { durationsOf } from '../resources/durations.ts'
import { serviceRefusal } from '../resources/quirks.ts'
import type { Process } from '../../../timeline.ts'
import { type Run, resourceStatus } from './run.ts'

/** How a resource is deleted. */
export interface DeletionOptions {
  /** Of a clean-up after an update. */
  cleanup?: boolean
  /** The resource was never finished, so its policy does not count. */
  unfinished?: boolean
  /** The policy that counts: DeletionPolicy, or UpdateReplacePolicy for what was replaced. */
  policy: string | undefined
}

/** Deletes a resource, or lets it be where its policy says so. True unless it failed. */
export function* deleteResource(
  run: Run,
  resource: StackResource,
  options: DeletionOptions,
): Process<boolean> {
  const { world, stack } = run
  const place = world.place(stack)
  const cleanup = options.cleanup === true ? { cleanup: true } : {}
  if (resource.physicalId === '') {
    resourceStatus(run, resource, 'DELETE_COMPLETE', cleanup)
    return true
  }
  if (options.policy === 'Retain' && options.unfinished !== true) {
    releaseLive(place, resource.type, resource.physicalId)
    resourceStatus(run, resource, 'DELETE_SKIPPED', cleanup)
    return true
  }
  resourceStatus(run, resource, 'DELETE_IN_PROGRESS', cleanup)
  if (resource.type === 'AWS::CloudFormation::Stack')
    return yield* world.nested.delete(run, resource, cleanup)
  const delayMs = world.faults.delayOf(stack, resource.logicalId)
  yield delayMs === undefined
    ? world.pause(durationsOf(resource.type).deleteMs * (0.75 + world.random.next() / 2))
    : { sleepMs: delayMs }
  const reason =
    world.faults.failure(stack, resource.logicalId, 'delete') ??
    serviceRefusal(resource) ??
    dropLive(world, place, resource.type, resource.physicalId)
  if (reason !== undefined) {
    resourceStatus(run, resource, 'DELETE_FAILED', { ...cleanup, reason })
    return false
  }
  resourceStatus(run, resource, 'DELETE_COMPLETE', cleanup)
  return true
}

/** The DeletionPolicy of a resource, in an operation that may just have made it. */
export function deletionPolicyOf(resource: StackResource, madeByThisCreation = false): string | undefined {
  const policy = resource.definition['DeletionPolicy']
  if (policy === 'RetainExceptOnCreate') return madeByThisCreation ? 'Delete' : 'Retain'
  return typeof policy === 'string' ? policy : undefined
}

/** The UpdateReplacePolicy of a resource. */
export function replacePolicyOf(resource: StackResource): string | undefined {
  const policy = resource.definition['UpdateReplacePolicy']
  return typeof policy === 'string' ? policy : undefined
}
