import { lookupOf, reasonOf } from '../operations/deployment.ts'
import type { Stack } from '../model.ts'
import { liveOf } from '../resources/cloud.ts'
import { secretsOf } from '../secrets.ts'
import { type PreparedUpdate, hasChanges, sameTags } from '../stacks/update.ts'
import { TransformError } from '../templates/process.ts'
import type { Process } from '../../../timeline.ts'
import type { Call } from '../world.ts'
import { type DiffRequest, diff } from './diff.ts'
import { importProblem, markImports } from './imports.ts'
import type { ChangeSet } from './model.ts'
import { nestedChangeSets } from './nested-sets.ts'
import { revertDiff } from './revert.ts'

const NO_CHANGES =
  "The submitted information didn't contain changes. Submit different information to create a change set."

/** Works out what a set changes: CREATE_PENDING, CREATE_IN_PROGRESS, CREATE_COMPLETE or FAILED. */
export function* computeChanges(
  call: Pick<Call, 'world' | 'place'>,
  set: ChangeSet,
  prepared: PreparedUpdate | TransformError,
): Process {
  const { world, place } = call
  yield world.pause(500)
  if (set.status !== 'CREATE_PENDING') return
  set.status = 'CREATE_IN_PROGRESS'
  yield world.pause(2500)
  const stack = place.stacks.get(set.stackId)
  if (set.status !== 'CREATE_IN_PROGRESS' || stack === undefined) return
  if (prepared instanceof TransformError) return fail(set, prepared.message)
  const problem = importProblem(call, set, stack, prepared.blueprint)
  if (problem !== undefined) return fail(set, problem)
  try {
    compare(call, set, stack, prepared)
  } catch (error) {
    return fail(set, reasonOf(error))
  }
  if (set.includeNestedStacks) yield* nestedChangeSets(call, set, stack, prepared.blueprint)
  if (!changing(call, set, stack, prepared)) {
    set.changes = []
    set.changesWithValues = []
    const transformed = prepared.configuration.template.transforms.length > 0
    return fail(set, transformed ? 'No updates are to be performed.' : NO_CHANGES)
  }
  set.status = 'CREATE_COMPLETE'
  set.executionStatus = 'AVAILABLE'
}

function compare(
  { world }: Pick<Call, 'world'>,
  set: ChangeSet,
  stack: Stack,
  prepared: PreparedUpdate,
): void {
  const request: Omit<DiffRequest, 'withValues'> = {
    facts: world.facts,
    resources: stack.resources,
    parameters: stack.configuration?.parameters ?? [],
    tagsChanged: stack.configuration !== undefined && !sameTags(stack.configuration, prepared.configuration),
    blueprint: prepared.blueprint,
    current: lookupOf(world, stack),
    secrets: {
      before: secretsOf(stack.configuration?.parameters ?? []),
      after: secretsOf(set.parameters),
    },
  }
  if (set.deploymentMode !== 'REVERT_DRIFT') {
    set.changes = markImports(world, set, prepared.blueprint, diff({ ...request, withValues: false }))
    set.changesWithValues = markImports(
      world,
      set,
      prepared.blueprint,
      diff({ ...request, withValues: true }),
    )
    return
  }
  const revert = {
    ...request,
    live: (resource: Parameters<typeof liveOf>[2]) => liveOf(world, stack, resource),
    nowMs: world.timeline.now(),
  }
  const { changes, stackDriftStatus } = revertDiff({ ...revert, withValues: false })
  set.changes = changes
  set.changesWithValues = revertDiff({ ...revert, withValues: true }).changes
  set.stackDriftStatus = stackDriftStatus
}

function changing(
  { world }: Pick<Call, 'world'>,
  set: ChangeSet,
  stack: Stack,
  prepared: PreparedUpdate,
): boolean {
  if (set.type !== 'UPDATE') return true
  if (set.deploymentMode === 'REVERT_DRIFT' && set.changes.length > 0) return true
  return hasChanges(world, stack, prepared)
}

function fail(set: ChangeSet, reason: string): void {
  set.status = 'FAILED'
  set.statusReason = reason
}
