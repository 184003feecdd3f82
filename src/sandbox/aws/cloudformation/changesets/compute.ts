import { reasonOf, lookupOf } from '../operations/deployment.ts'
import { type PreparedUpdate, hasChanges, sameTags } from '../stacks/update.ts'
import { TransformError } from '../templates/process.ts'
import type { Process } from '../timeline.ts'
import type { Call } from '../world.ts'
import { diff } from './diff.ts'
import type { ChangeSet } from './model.ts'

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
  if (set.status !== 'CREATE_IN_PROGRESS') return
  const stack = place.stacks.get(set.stackId)
  if (stack === undefined) return
  if (prepared instanceof TransformError) return fail(set, prepared.message)
  try {
    const request = {
      facts: world.facts,
      resources: stack.resources,
      parameters: stack.configuration?.parameters ?? [],
      tagsChanged:
        stack.configuration !== undefined && !sameTags(stack.configuration, prepared.configuration),
      blueprint: prepared.blueprint,
      current: lookupOf(world, stack),
      secrets: secretsOf(set),
    }
    set.changes = diff({ ...request, withValues: false })
    set.changesWithValues = diff({ ...request, withValues: true })
  } catch (error) {
    return fail(set, reasonOf(error))
  }
  const changing = set.type !== 'UPDATE' || hasChanges(world, stack, prepared)
  if (!changing) {
    set.changes = []
    set.changesWithValues = []
    return fail(
      set,
      prepared.configuration.template.transforms.length > 0 ? 'No updates are to be performed.' : NO_CHANGES,
    )
  }
  set.status = 'CREATE_COMPLETE'
  set.executionStatus = 'AVAILABLE'
}

function fail(set: ChangeSet, reason: string): void {
  set.status = 'FAILED'
  set.statusReason = reason
}

/** Values of NoEcho parameters, the longest first. */
export function secretsOf({ parameters }: Pick<ChangeSet, 'parameters'>): string[] {
  return parameters
    .filter((parameter) => parameter.noEcho && parameter.value !== '')
    .map((parameter) => parameter.value)
    .toSorted((a, b) => b.length - a.length)
}
