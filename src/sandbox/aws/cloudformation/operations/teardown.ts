import type { StackResource } from '../model.ts'
import type { Process } from '../../../timeline.ts'
import { type DeletionOptions, deleteResource } from './delete-resource.ts'
import type { Run } from './run.ts'
import { walk } from './walk.ts'

/** What is deleted, and how. */
export interface Doomed {
  resource: StackResource
  options: DeletionOptions
}

/** Deletes resources side by side, each after all that need it. The answer is the logical ids that failed. */
export function* tearDown(run: Run, doomed: readonly Doomed[]): Process<string[]> {
  const dependants = new Map<string, string[]>()
  for (const { resource } of doomed)
    for (const needed of resource.dependsOn)
      dependants.set(needed, [...(dependants.get(needed) ?? []), resource.logicalId])
  const steps = doomed.toReversed().map(({ resource, options }) => ({
    id: resource.logicalId,
    after: dependants.get(resource.logicalId) ?? [],
    run: () => deleteResource(run, resource, options),
  }))
  const outcome = yield* walk(run.world.timeline, steps, { onFailure: 'continue' })
  return outcome.failed
}

/** Deletes resources one after the other, those that need others first: the clean-up after an update. */
export function* cleanUp(run: Run, doomed: readonly Doomed[]): Process<string[]> {
  const failed: string[] = []
  for (const { resource, options } of dependantsFirst(doomed)) {
    const good = yield* deleteResource(run, resource, { ...options, cleanup: true })
    if (!good) failed.push(resource.logicalId)
  }
  return failed
}

function dependantsFirst(doomed: readonly Doomed[]): Doomed[] {
  const sorted: Doomed[] = []
  const left = new Set(doomed.toReversed())
  while (left.size > 0) {
    const free = [...left].filter(
      (one) =>
        ![...left].some(
          (other) => other !== one && other.resource.dependsOn.includes(one.resource.logicalId),
        ),
    )
    for (const one of free.length > 0 ? free : left) {
      sorted.push(one)
      left.delete(one)
    }
  }
  return sorted
}
