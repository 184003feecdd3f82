import type { StackResource, UpdateJournal } from '../model.ts'
import { liveOf, makeLive } from '../resources/cloud.ts'
import { durationsOf } from '../resources/durations.ts'
import type { Process } from '../timeline.ts'
import { START_MS } from './create-stack.ts'
import { setExports } from './exports.ts'
import { type Run, endOperation, failedTo, resourceStatus, stackStatus } from './run.ts'
import { type Doomed, cleanUp } from './teardown.ts'
import { walk } from './walk.ts'

/** A run that knows what was before. */
export interface Rollback extends Run {
  journal: UpdateJournal
}

/** How a rollback goes. */
export interface RollbackOptions {
  /** Why; undefined when a parent or a person asked for it. */
  reason: string | undefined
  /** Logical ids that ContinueUpdateRollback leaves as they are. */
  skip: readonly string[]
}

/**
 * Puts a stack back to what it was before its update.
 *
 *   UPDATE_ROLLBACK_IN_PROGRESS ── resources back ── …_COMPLETE_CLEANUP_IN_PROGRESS ── new ones deleted ── …_COMPLETE
 *                                        └── UPDATE_ROLLBACK_FAILED (ContinueUpdateRollback goes on from here)
 */
export function* rollbackUpdate(run: Rollback, options: RollbackOptions): Process<boolean> {
  const { world, stack, journal } = run
  stackStatus(run, 'UPDATE_ROLLBACK_IN_PROGRESS', options.reason)
  const { previous } = stack
  if (previous !== undefined) {
    const { outputs, ...configuration } = previous
    stack.configuration = configuration
    stack.outputs = outputs
    setExports(world.place(stack), stack, outputs)
  }
  yield world.pause(START_MS)
  for (const [logicalId, decide] of journal.nested) {
    const resource = stack.resources.get(logicalId)
    if (resource !== undefined) resourceStatus(run, resource, 'UPDATE_IN_PROGRESS')
    yield { gate: decide('rollback') }
    journal.nested.delete(logicalId)
  }
  const superseded: StackResource[] = []
  const steps = [...journal.before].map(([id, before]) => ({
    id,
    after: before.dependsOn,
    run: () => putBack(run, id, before, superseded, options.skip),
  }))
  const outcome = yield* walk(world.timeline, steps, { onFailure: 'continue' })
  if (outcome.failed.length > 0) {
    stack.unfinished = {
      ...journal,
      before: new Map([...journal.before].filter(([id]) => !outcome.done.includes(id))),
      replaced: superseded,
    }
    stackStatus(run, 'UPDATE_ROLLBACK_FAILED', failedTo('update', outcome.failed))
    endOperation(run, 'failed')
    return false
  }
  stackStatus(run, 'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS')
  const created = [...journal.created]
    .map((id) => stack.resources.get(id))
    .filter((resource) => resource !== undefined)
  const doomed: Doomed[] = [...created, ...superseded].map((resource) => ({
    resource,
    options: { policy: undefined, unfinished: true },
  }))
  yield* cleanUp(run, doomed)
  for (const id of journal.created) stack.resources.delete(id)
  delete stack.previous
  delete stack.unfinished
  stackStatus(run, 'UPDATE_ROLLBACK_COMPLETE')
  endOperation(run, 'failed')
  return true
}

/** One resource back to what it was; a replacement's new physical resource is left to the clean-up. */
function* putBack(
  run: Rollback,
  logicalId: string,
  before: StackResource,
  superseded: StackResource[],
  skip: readonly string[],
): Process<boolean> {
  const { world, stack } = run
  const current = stack.resources.get(logicalId)
  if (current === undefined) return true
  if (skip.includes(logicalId)) {
    resourceStatus(run, current, 'UPDATE_COMPLETE')
    return true
  }
  if (current.type === 'AWS::CloudFormation::Stack') {
    resourceStatus(run, current, 'UPDATE_IN_PROGRESS')
    const nestedSkips = skip
      .filter((id) => id.startsWith(`${logicalId}.`))
      .map((id) => id.slice(logicalId.length + 1))
    const good = yield* world.nested.resume(run, current, nestedSkips)
    if (good) {
      current.definition = before.definition
      current.properties = before.properties
      current.tags = before.tags
    }
    resourceStatus(run, current, good ? 'UPDATE_COMPLETE' : 'UPDATE_FAILED')
    return good
  }
  const replaced = current.physicalId !== before.physicalId && current.physicalId !== ''
  if (replaced) superseded.push({ ...current })
  current.physicalId = before.physicalId
  resourceStatus(run, current, 'UPDATE_IN_PROGRESS')
  const delayMs = world.faults.delayOf(stack, logicalId)
  yield delayMs === undefined
    ? world.pause(durationsOf(current.type).updateMs * (0.75 + world.random.next() / 2))
    : { sleepMs: delayMs }
  const reason = world.faults.failure(stack, logicalId, 'rollback')
  if (reason !== undefined) {
    resourceStatus(run, current, 'UPDATE_FAILED', { reason })
    return false
  }
  current.properties = before.properties
  current.definition = before.definition
  current.metadata = before.metadata
  current.tags = before.tags
  current.dependsOn = before.dependsOn
  const live = liveOf(world, stack, current)
  if (live === undefined) makeLive(world, stack, current)
  else live.properties = structuredClone(before.properties)
  resourceStatus(run, current, 'UPDATE_COMPLETE')
  return true
}
