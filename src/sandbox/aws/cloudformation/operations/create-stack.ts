import type { Stack } from '../model.ts'
import type { Process } from '../../../timeline.ts'
import { createResource } from './create-resource.ts'
import { deletionPolicyOf } from './delete-resource.ts'
import { type Deployment, deployedLookupOf, reasonOf } from './deployment.ts'
import { exportProblem, setExports } from './exports.ts'
import { endOperation, failedTo, resourceStatus, type Run, stackStatus } from './run.ts'
import { tearDown } from './teardown.ts'
import { type WalkOutcome, walk } from './walk.ts'

/** How long a stack thinks before it begins with its resources, in AWS's milliseconds. */
export const START_MS = 1500

/** Creates all of a stack; the stack is CREATE_IN_PROGRESS when it begins. True when it came to CREATE_COMPLETE. */
export function* createStack(run: Deployment): Process<boolean> {
  const { world, stack, blueprint } = run
  const place = world.place(stack)
  yield world.pause(START_MS)
  const { cancelled } = run.operation
  if (cancelled !== undefined) return yield* failCreation(run, cancelled)
  const missing = blueprint.imports.find((name) => !place.exports.has(name))
  if (missing !== undefined) return yield* failCreation(run, `No export named ${missing} found. `)
  stack.imports = blueprint.imports
  const outcome = yield* makeAll(run)
  if (outcome.reason !== undefined) return yield* failCreation(run, outcome.reason)
  if (outcome.failed.length > 0)
    return yield* failCreation(run, failedTo('create', [...outcome.failed, ...outcome.cancelled]))
  const problem = settleOutputs(run)
  if (problem !== undefined) return yield* failCreation(run, `${problem} `)
  stackStatus(run, 'CREATE_COMPLETE')
  endOperation(run, 'succeeded')
  return true
}

/** A walk that may have been stopped from outside, with the reason. */
interface MakingOutcome extends WalkOutcome {
  reason?: string
}

function* makeAll(run: Deployment): Process<MakingOutcome> {
  const { world, stack, blueprint, operation } = run
  let reason: string | undefined
  const steps = [...blueprint.resources.keys()].map((id) => ({
    id,
    after: blueprint.dependencies.get(id) ?? [],
    run: () => createResource(run, id),
  }))
  const timer =
    stack.timeoutMinutes === undefined
      ? undefined
      : world.timeline.start(timeOut(run, stack.timeoutMinutes * 60_000))
  const outcome = yield* walk(world.timeline, steps, {
    onFailure: 'stop',
    cancelled: (id) => cancelCreation(run, id),
    arm(stop) {
      operation.interrupt = (why) => {
        reason = why
        stop()
      }
    },
  })
  timer?.stop()
  delete operation.interrupt
  return reason === undefined ? outcome : { ...outcome, reason }
}

function* timeOut(run: Run, ms: number): Process {
  yield run.world.pause(ms)
  run.operation.interrupt?.('Stack creation time exceeded the specified timeout. ')
}

/** A creation that was running when another resource failed. */
export function cancelCreation(run: Run, logicalId: string): void {
  const resource = run.stack.resources.get(logicalId)
  if (resource === undefined) return
  run.world.nested.cancel(run, resource)
  delete resource.signals
  resourceStatus(run, resource, 'CREATE_FAILED', { reason: 'Resource creation cancelled' })
}

/** Works the outputs out and registers the exports; a text says why it cannot be. */
export function settleOutputs(run: Deployment): string | undefined {
  const { world, stack, blueprint } = run
  const place = world.place(stack)
  try {
    const outputs = blueprint.outputs(deployedLookupOf(world, stack))
    const problem = exportProblem(place, stack, outputs)
    if (problem !== undefined) return problem
    setExports(place, stack, outputs)
    stack.outputs = outputs
    return undefined
  } catch (error) {
    return reasonOf(error)
  }
}

/** The end of a creation that cannot go on: what happens next is up to the stack's settings. False. */
export function* failCreation(run: Run, reason: string): Process<boolean> {
  const { stack } = run
  if (stack.disableRollback || stack.onFailure === 'DO_NOTHING') {
    stackStatus(run, 'CREATE_FAILED', reason)
    endOperation(run, 'failed')
    return false
  }
  if (stack.onFailure === 'DELETE') {
    stackStatus(run, 'DELETE_IN_PROGRESS', `${reason}Delete requested by user.`)
    const failed = yield* removeAll(run)
    finishDeletion(run, failed)
    return false
  }
  stackStatus(run, 'ROLLBACK_IN_PROGRESS', `${reason}Rollback requested by user.`)
  yield* rollbackCreation(run)
  return false
}

/** Takes a failed creation back; the stack is ROLLBACK_IN_PROGRESS when it begins. */
export function* rollbackCreation(run: Run): Process {
  const { stack, world } = run
  yield world.pause(START_MS)
  setExports(world.place(stack), stack, [])
  stack.outputs = []
  const failed = yield* removeAll(run)
  if (failed.length > 0) {
    stack.deletedAtMs = world.timeline.now()
    stackStatus(run, 'ROLLBACK_FAILED', failedTo('delete', failed))
    endOperation(run, 'failed')
    return
  }
  stack.imports = []
  stack.deletedAtMs = world.timeline.now()
  stackStatus(run, 'ROLLBACK_COMPLETE')
  endOperation(run, 'failed')
}

/** Deletes all that a creation made. The answer is what failed. */
function* removeAll(run: Run): Process<string[]> {
  const doomed = [...run.stack.resources.values()]
    .filter((resource) => resource.status !== 'DELETE_COMPLETE' && resource.status !== 'DELETE_SKIPPED')
    .map((resource) => ({
      resource,
      options: {
        policy: deletionPolicyOf(resource, true),
        unfinished: resource.status === 'CREATE_FAILED' || run.stack.retainExceptOnCreate,
      },
    }))
  return yield* tearDown(run, doomed)
}

/** The end of a deletion, good or bad. */
export function finishDeletion(run: Run, failed: readonly string[]): boolean {
  const { stack, world } = run
  stack.deletedAtMs = world.timeline.now()
  if (failed.length > 0) {
    stackStatus(run, 'DELETE_FAILED', failedTo('delete', failed))
    endOperation(run, 'failed')
    return false
  }
  forget(world.place(stack), stack)
  stackStatus(run, 'DELETE_COMPLETE')
  delete stack.changeSetId
  endOperation(run, 'succeeded')
  return true
}

/** A deleted stack holds neither its name nor its exports any more. */
function forget(place: ReturnType<Run['world']['place']>, stack: Stack): void {
  if (place.named.get(stack.name) === stack) place.named.delete(stack.name)
  setExports(place, stack, [])
  stack.imports = []
}
