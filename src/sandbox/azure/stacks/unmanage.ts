import { removal } from '../deployments/complete-mode.ts'
import type { Process } from '../../timeline.ts'
import type { ErrorDetail } from '../errors.ts'
import type { Attempt } from '../guards.ts'
import { groupType, isBelow, keyOf, parseResourceId } from '../ids.ts'
import type { World } from '../world.ts'
import type { StackSettings, UnmanageAction } from './model.ts'

type Actions = StackSettings['actionOnUnmanage']

/** What becomes of a resource that a stack no longer has. */
export function actionFor(id: string, actions: Actions): UnmanageAction {
  const type = parseResourceId(id)?.type.toLowerCase()
  if (type === groupType.toLowerCase()) return actions.resourceGroups
  if (type === 'microsoft.management/managementgroups') return actions.managementGroups
  return actions.resources
}

/** How letting go of resources went. */
export interface Unmanaged {
  detached: string[]
  deleted: string[]
  failed: { id: string; error: ErrorDetail }[]
}

/** Lets go of resources: detached at once, deleted over time, children first and groups last. */
export function* letGo(
  world: World,
  ids: readonly string[],
  actions: Actions,
  by: Pick<Attempt, 'caller' | 'stackId'>,
): Process<Unmanaged> {
  const result: Unmanaged = { detached: [], deleted: [], failed: [] }
  const toDelete = ids.filter((id) => actionFor(id, actions) === 'delete')
  result.detached.push(...ids.filter((id) => actionFor(id, actions) === 'detach'))
  for (const batch of inOrder(toDelete)) {
    const gates = batch.map((id) => {
      const gate = world.timeline.gate()
      world.timeline.start(deleteOne(world, id, by, result, gate))
      return gate
    })
    for (const gate of gates) yield { gate }
  }
  return result
}

function* deleteOne(
  world: World,
  id: string,
  by: Pick<Attempt, 'caller' | 'stackId'>,
  result: Unmanaged,
  gate: { open(): void },
): Process {
  const error = yield* removal(world, id, by)
  if (error === undefined) result.deleted.push(id)
  else result.failed.push({ id, error: deletionFailed(error.detail) })
  gate.open()
}

function deletionFailed(reason: ErrorDetail): ErrorDetail {
  return {
    code: 'DeletionFailed',
    message: `Resource could not be deleted. ${reason.message}`,
    details: [reason],
  }
}

/** Extensions and children before what they belong to, groups after all resources; one batch is deleted side by side. */
function inOrder(ids: readonly string[]): string[][] {
  const depths = new Map<number, string[]>()
  for (const id of ids) {
    const isGroup = parseResourceId(id)?.type === groupType
    const depth = isGroup
      ? -1
      : ids.filter((other) => keyOf(other) !== keyOf(id) && isBelow(id, other)).length + countOf(id)
    depths.set(depth, [...(depths.get(depth) ?? []), id])
  }
  return [...depths].toSorted(([one], [other]) => other - one).map(([, batch]) => batch)
}

function countOf(id: string): number {
  return parseResourceId(id)?.name.split('/').length ?? 0
}
