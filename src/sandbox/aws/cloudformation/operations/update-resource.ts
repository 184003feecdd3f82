import { isDeepStrictEqual } from 'node:util'
import { onlySet } from '../drift/compare.ts'
import type { StackResource, UpdateJournal } from '../model.ts'
import { liveOf } from '../resources/cloud.ts'
import { durationsOf } from '../resources/durations.ts'
import { customName } from '../resources/naming.ts'
import { replacementOf } from '../resources/replacement.ts'
import { setLive } from './set-live.ts'
import { hasMacros, propertyProblem } from '../resources/validation.ts'
import type { Process } from '../../../timeline.ts'
import { createResource, makePhysical } from './create-resource.ts'
import { deleteResource } from './delete-resource.ts'
import { type Deployment, deployedLookupOf, reasonOf } from './deployment.ts'
import { policyDenial } from './policy.ts'
import { resourceStatus } from './run.ts'
import { tagsFor } from './tags.ts'

/** An empty journal. */
export function createJournal(): UpdateJournal {
  return { before: new Map(), created: new Set(), replaced: [], nested: new Map() }
}

/** An update of a stack in flight. */
export interface Update extends Deployment {
  journal: UpdateJournal
  /** `REVERT_DRIFT`: what is really there counts, not what was deployed. */
  revertDrift: boolean
  /** The stack policy that holds. */
  policy: string | undefined
}

/** Brings one resource to what the blueprint says: makes it, changes it, replaces it, or leaves it alone. */
export function* updateResource(run: Update, logicalId: string): Process<boolean> {
  const { world, stack, blueprint, journal } = run
  const resource = stack.resources.get(logicalId)
  const declaration = blueprint.resources.get(logicalId)
  if (declaration === undefined) return true
  if (resource === undefined || resource.physicalId === '' || gone(resource)) {
    journal.created.add(logicalId)
    // What an earlier creation left half made goes before it is made anew, possibly under the same name.
    if (resource?.status === 'CREATE_FAILED' && resource.physicalId !== '') {
      const gone = yield* deleteResource(run, resource, { policy: undefined, unfinished: true })
      if (!gone) return false
    }
    return yield* createResource(run, logicalId)
  }
  const before: StackResource = { ...resource }
  resource.dependsOn = blueprint.dependencies.get(logicalId) ?? []
  let properties
  let metadata
  try {
    properties = blueprint.properties(logicalId, deployedLookupOf(world, stack))
    metadata = blueprint.member(logicalId, 'Metadata', deployedLookupOf(world, stack))
  } catch (error) {
    journal.before.set(logicalId, before)
    resourceStatus(run, resource, 'UPDATE_FAILED', { reason: reasonOf(error) })
    return false
  }
  const tags = tagsFor(run, resource.type)
  const live = liveOf(world, stack, resource)
  const base =
    run.revertDrift && live !== undefined
      ? onlySet(live.properties, { ...resource.properties, ...properties })
      : resource.properties
  const lost = run.revertDrift && live === undefined && resource.type !== 'AWS::CloudFormation::Stack'
  const nested = resource.type === 'AWS::CloudFormation::Stack'
  const propertiesChanged = !isDeepStrictEqual(base, properties)
  const changed =
    propertiesChanged ||
    lost ||
    !isDeepStrictEqual(resource.tags, tags) ||
    !isDeepStrictEqual(resource.metadata, metadata) ||
    failed(resource)
  const former = resource.definition
  resource.definition = declaration.definition
  resource.metadata = metadata
  if (!changed && !nested) {
    resource.properties = properties
    return true
  }
  journal.before.set(logicalId, { ...before, definition: former })
  const facts = world.facts.typeFacts(resource.type)
  const replaced = lost || (propertiesChanged && replacementOf(facts, base, properties) === 'True')
  resource.properties = properties
  resource.tags = tags
  delete resource.drift
  const denial = policyDenial(run.policy, replaced ? 'Update:Replace' : 'Update:Modify', resource)
  if (denial !== undefined) {
    resourceStatus(run, resource, 'UPDATE_FAILED', { reason: denial })
    return false
  }
  if (nested) return yield* world.nested.update(run, resource, changed, journal)
  if (!replaced) return yield* change(run, resource)
  const name = customName(resource.type, facts, properties)
  resourceStatus(run, resource, 'UPDATE_IN_PROGRESS', {
    reason: 'Requested update requires the creation of a new physical resource; hence creating one.',
  })
  if (name !== undefined && !lost && name === customName(resource.type, facts, before.properties)) {
    resourceStatus(run, resource, 'UPDATE_FAILED', {
      reason: `CloudFormation cannot update a stack when a custom-named resource requires replacing. Rename ${name} and update the stack again.`,
    })
    return false
  }
  // Before it is made: whoever stops this halfway leaves two, and only one of them is the stack's.
  if (!lost) journal.replaced.push(before)
  return yield* makePhysical(run, resource, {
    running: 'UPDATE_IN_PROGRESS',
    done: 'UPDATE_COMPLETE',
    failed: 'UPDATE_FAILED',
    phase: 'update',
  })
}

function* change(run: Update, resource: StackResource): Process<boolean> {
  const { world, stack } = run
  const durations = durationsOf(resource.type)
  resourceStatus(run, resource, 'UPDATE_IN_PROGRESS')
  const problem = propertyProblem(resource, world.facts.typeFacts(resource.type), {
    macros: hasMacros(stack),
  })
  const delayMs = world.faults.delayOf(stack, resource.logicalId)
  yield delayMs === undefined
    ? world.pause(durations.updateMs * (0.75 + world.random.next() / 2))
    : { sleepMs: delayMs }
  const reason =
    problem ?? world.faults.failure(stack, resource.logicalId, 'update') ?? setLive(run, resource)
  if (reason !== undefined) {
    resourceStatus(run, resource, 'UPDATE_FAILED', { reason })
    return false
  }
  resourceStatus(run, resource, 'UPDATE_COMPLETE')
  return true
}

function gone(resource: StackResource): boolean {
  return resource.status === 'DELETE_COMPLETE' || resource.status === 'CREATE_FAILED'
}

function failed(resource: StackResource): boolean {
  return resource.status === 'UPDATE_FAILED'
}
