import type { Gate, Process } from '../../../timeline.ts'
import { START_MS, settleOutputs } from './create-stack.ts'
import { deletionPolicyOf, replacePolicyOf } from './delete-resource.ts'
import { policyDenial } from './policy.ts'
import { leftBehind, rollbackUpdate } from './rollback-update.ts'
import { endOperation, failedTo, resourceStatus, stackStatus } from './run.ts'
import { type Doomed, cleanUp } from './teardown.ts'
import { type Update, updateResource } from './update-resource.ts'
import { walk } from './walk.ts'

/** How an update ends. */
export interface UpdateOptions {
  /** Leaves a failed update as it is. */
  disableRollback: boolean
  /** The stack policy that holds during this update. */
  policy?: string | undefined
  /** A nested stack's update does not clean up before its parent says that it stands. */
  verdict?: { ready(): void; gate: Gate; of(): 'commit' | 'rollback' }
}

/** Brings a stack to a blueprint; it is UPDATE_IN_PROGRESS when it begins. True when it came to UPDATE_COMPLETE. */
export function* updateStack(run: Update, options: UpdateOptions): Process<boolean> {
  const { world, stack, blueprint } = run
  yield world.pause(START_MS)
  const reason = yield* changeAll(run)
  if (reason !== undefined) return yield* updateFailed(run, reason, options)
  stack.imports = blueprint.imports
  if (options.verdict !== undefined) {
    stackStatus(run, 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS')
    options.verdict.ready()
    yield { gate: options.verdict.gate }
    if (options.verdict.of() === 'rollback') {
      yield* rollbackUpdate(run, { reason: undefined, skip: [] })
      return false
    }
  } else stackStatus(run, 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS')
  const left = yield* removeLeftovers(run)
  delete stack.previous
  delete stack.unfinished
  stackStatus(
    run,
    'UPDATE_COMPLETE',
    left ? 'Update successful. One or more resources could not be deleted.' : undefined,
  )
  endOperation(run, 'succeeded')
  return true
}

/** Changes what is to be changed and settles the outputs; a text says why that failed. */
function* changeAll(run: Update): Process<string | undefined> {
  const { world, stack, blueprint, operation, journal } = run
  const place = world.place(stack)
  const missing = blueprint.imports.find((name) => !place.exports.has(name))
  if (missing !== undefined) return `No export named ${missing} found.`
  if (operation.cancelled !== undefined) return operation.cancelled
  const kept = keptByPolicy(run)
  if (kept.length > 0) return failedTo('update', kept)
  let interruption: string | undefined
  const steps = [...blueprint.resources.keys()].map((id) => ({
    id,
    after: blueprint.dependencies.get(id) ?? [],
    run: () => updateResource(run, id),
  }))
  const outcome = yield* walk(world.timeline, steps, {
    onFailure: 'stop',
    cancelled: (id) => cancelUpdate(run, id),
    arm(stop) {
      operation.interrupt = (why) => {
        interruption = why
        stop()
      }
    },
  })
  delete operation.interrupt
  if (interruption !== undefined) return interruption
  const failed = [...outcome.failed, ...outcome.cancelled]
  if (failed.length > 0) {
    const created = failed.filter((id) => journal.created.has(id))
    const updated = failed.filter((id) => !journal.created.has(id))
    return failedTo('create', created) + failedTo('update', updated)
  }
  return settleOutputs(run)
}

/** Resources that would be removed and that the stack policy keeps; they fail before anything is changed. */
function keptByPolicy(run: Update): string[] {
  const kept: string[] = []
  for (const resource of run.stack.resources.values()) {
    if (run.blueprint.resources.has(resource.logicalId)) continue
    const denial = policyDenial(run.policy, 'Update:Delete', resource)
    if (denial === undefined) continue
    run.journal.before.set(resource.logicalId, { ...resource })
    resourceStatus(run, resource, 'UPDATE_FAILED', { reason: denial })
    kept.push(resource.logicalId)
  }
  return kept
}

/** What was running when another resource failed. */
function cancelUpdate(run: Update, logicalId: string): void {
  const resource = run.stack.resources.get(logicalId)
  if (resource === undefined) return
  run.world.nested.cancel(run, resource)
  delete resource.signals
  const created = run.journal.created.has(logicalId)
  resourceStatus(run, resource, created ? 'CREATE_FAILED' : 'UPDATE_FAILED', {
    reason: created ? 'Resource creation cancelled' : 'Resource update cancelled',
  })
}

/** Removed resources and replaced physical ones go; true if some would not. */
function* removeLeftovers(run: Update): Process<boolean> {
  const { stack, blueprint, journal } = run
  const removed = [...stack.resources.values()].filter(
    (resource) => !blueprint.resources.has(resource.logicalId),
  )
  const doomed: Doomed[] = [
    ...removed.map((resource) => ({ resource, options: { policy: deletionPolicyOf(resource) } })),
    ...leftBehind(stack, [...journal.replaced, ...(stack.unfinished?.replaced ?? [])]).map((resource) => ({
      resource,
      options: { policy: replacePolicyOf(resource) },
    })),
  ]
  for (const decide of journal.nested.values()) yield { gate: decide('commit') }
  const failed = yield* cleanUp(run, doomed)
  for (const resource of removed) stack.resources.delete(resource.logicalId)
  return failed.length > 0
}

function* updateFailed(run: Update, reason: string, options: UpdateOptions): Process<boolean> {
  const { stack, journal } = run
  if (options.disableRollback) {
    stack.unfinished = mergeJournals(stack.unfinished, journal)
    for (const decide of journal.nested.values()) yield { gate: decide('commit') }
    stackStatus(run, 'UPDATE_FAILED', reason)
    endOperation(run, 'failed')
    return false
  }
  if (stack.unfinished !== undefined) run.journal = mergeJournals(stack.unfinished, journal)
  yield* rollbackUpdate(run, { reason, skip: [] })
  return false
}

/** Two failed updates in a row: what was before the first counts. */
export function mergeJournals(
  first: Update['journal'] | undefined,
  second: Update['journal'],
): Update['journal'] {
  if (first === undefined) return second
  return {
    before: new Map([...second.before, ...first.before]),
    created: new Set([...first.created, ...second.created]),
    replaced: [...first.replaced, ...second.replaced],
    nested: second.nested,
  }
}
