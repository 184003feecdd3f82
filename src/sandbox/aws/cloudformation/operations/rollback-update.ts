import type { Stack, StackResource, UpdateJournal } from '../model.ts'
import { durationsOf } from '../resources/durations.ts'
import type { Process } from '../../../timeline.ts'
import { START_MS } from './create-stack.ts'
import { setExports } from './exports.ts'
import { type Run, endOperation, failedTo, resourceStatus, stackStatus } from './run.ts'
import { setLive } from './set-live.ts'
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
      replaced: [...journal.replaced, ...superseded],
    }
    stackStatus(run, 'UPDATE_ROLLBACK_FAILED', failedTo('update', outcome.failed))
    endOperation(run, 'failed')
    return false
  }
  stackStatus(run, 'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS')
  const created = [...journal.created]
    .map((id) => stack.resources.get(id))
    .filter((resource) => resource !== undefined)
  const doomed: Doomed[] = [...created, ...leftBehind(stack, [...superseded, ...journal.replaced])].map(
    (resource) => ({
      resource,
      options: { policy: undefined, unfinished: true },
    }),
  )
  yield* cleanUp(run, doomed)
  for (const id of journal.created) stack.resources.delete(id)
  delete stack.previous
  delete stack.unfinished
  stackStatus(run, 'UPDATE_ROLLBACK_COMPLETE')
  endOperation(run, 'failed')
  return true
}

/** Physical resources of former replacements that the stack does not hold any more, each once. */
export function leftBehind(stack: Stack, replaced: readonly StackResource[]): StackResource[] {
  return replaced
    .filter(
      (old, index) =>
        old.physicalId !== stack.resources.get(old.logicalId)?.physicalId &&
        replaced.findIndex((other) => other.type === old.type && other.physicalId === old.physicalId) ===
          index,
    )
    .map((old) => ({ ...old }))
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
  if (current.type === 'AWS::CloudFormation::Stack') return yield* putNestedBack(run, current, before, skip)
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
  const refusal = setLive(run, current)
  if (refusal !== undefined) {
    resourceStatus(run, current, 'UPDATE_FAILED', { reason: refusal })
    return false
  }
  resourceStatus(run, current, 'UPDATE_COMPLETE')
  return true
}

/** A nested stack is told to take its update back; one whose rollback got stuck goes on. */
function* putNestedBack(
  run: Rollback,
  current: StackResource,
  before: StackResource,
  skip: readonly string[],
): Process<boolean> {
  const { world, journal } = run
  const { logicalId } = current
  resourceStatus(run, current, 'UPDATE_IN_PROGRESS')
  const decide = journal.nested.get(logicalId)
  let good: boolean
  if (decide === undefined) {
    const inside = skip
      .filter((id) => id.startsWith(`${logicalId}.`))
      .map((id) => id.slice(logicalId.length + 1))
    good = yield* world.nested.resume(run, current, inside)
  } else {
    journal.nested.delete(logicalId)
    yield { gate: decide('rollback') }
    good = yield* world.nested.settle(run, current)
  }
  if (good) {
    current.definition = before.definition
    current.properties = before.properties
    current.tags = before.tags
  }
  resourceStatus(run, current, good ? 'UPDATE_COMPLETE' : 'UPDATE_FAILED')
  return good
}
