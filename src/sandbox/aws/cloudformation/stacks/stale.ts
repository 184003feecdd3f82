import type { Stack } from '../model.ts'
import type { World } from '../world.ts'

/** A stack as a stale read sees it, while that fault lasts; undefined when it was not there yet. */
export function staleView(world: World, stack: Stack): Stack | undefined {
  const nowMs = world.timeline.now()
  const lagMs = world.faults.lagOf(stack.name, nowMs)
  if (lagMs === 0) return stack
  const asOfMs = nowMs - lagMs
  const event = stack.events.findLast((event) => event.physicalId === stack.id && event.atMs <= asOfMs)
  if (event === undefined) return stack.createdAtMs <= asOfMs ? stack : undefined
  const { reason: _reason, deletedAtMs, ...rest } = stack
  const status = event.status as Stack['status']
  return {
    ...rest,
    status,
    outputs: status.startsWith('CREATE_') && status !== 'CREATE_COMPLETE' ? [] : stack.outputs,
    ...(event.reason === undefined ? {} : { reason: event.reason }),
    ...(deletedAtMs === undefined || deletedAtMs > asOfMs ? {} : { deletedAtMs }),
  }
}
