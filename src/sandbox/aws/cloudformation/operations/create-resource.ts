import type { ResourceDeclaration } from '../../../../template/cloudformation/template.ts'
import type { StackResource } from '../model.ts'
import { liveKey, makeLive } from '../resources/cloud.ts'
import { durationsOf } from '../resources/durations.ts'
import { newPhysicalId } from '../resources/naming.ts'
import { serviceRefusal } from '../resources/quirks.ts'
import { withSecrets } from '../resources/secret-values.ts'
import { awaitSignals } from '../resources/signals.ts'
import { hasMacros, propertyProblem } from '../resources/validation.ts'
import type { Process } from '../../../timeline.ts'
import { importResource } from './import-resource.ts'
import type { Making } from './nested-stacks.ts'
import { type Deployment, deployedLookupOf, reasonOf } from './deployment.ts'
import { resourceStatus } from './run.ts'
import { tagsFor } from './tags.ts'

/**
 * Makes a resource, with its events:
 *
 *   CREATE_IN_PROGRESS ── CREATE_IN_PROGRESS [Resource creation Initiated] ── CREATE_COMPLETE
 *            │                                                      └──────── CREATE_FAILED (physical id known)
 *            └── CREATE_FAILED (refused before there was a physical id)
 */
export function* createResource(run: Deployment, logicalId: string): Process<boolean> {
  const { world, stack, blueprint } = run
  const declaration = blueprint.resources.get(logicalId)
  if (declaration === undefined) return true
  const resource = newResource(run, logicalId, declaration)
  stack.resources.set(logicalId, resource)
  try {
    resource.properties = blueprint.properties(logicalId, deployedLookupOf(world, stack))
    resource.metadata = blueprint.member(logicalId, 'Metadata', deployedLookupOf(world, stack))
  } catch (error) {
    resourceStatus(run, resource, 'CREATE_IN_PROGRESS')
    resourceStatus(run, resource, 'CREATE_FAILED', { reason: reasonOf(error) })
    return false
  }
  const existing = run.imports?.get(logicalId)
  if (existing !== undefined) return yield* importResource(run, resource, existing)
  resourceStatus(run, resource, 'CREATE_IN_PROGRESS')
  return yield* makePhysical(run, resource, {
    running: 'CREATE_IN_PROGRESS',
    done: 'CREATE_COMPLETE',
    failed: 'CREATE_FAILED',
    phase: 'create',
  })
}

/** From the first event on: a new physical resource behind a logical one whose properties are settled. */
export function* makePhysical(run: Deployment, resource: StackResource, making: Making): Process<boolean> {
  const { world, stack } = run
  if (resource.type === 'AWS::CloudFormation::Stack') return yield* world.nested.create(run, resource, making)
  const facts = world.facts.typeFacts(resource.type)
  const durations = durationsOf(resource.type)
  const fail = (reason: string): false => {
    resourceStatus(run, resource, making.failed, { reason })
    return false
  }
  yield world.pause(durations.initiateMs * (0.75 + world.random.next() / 2))
  const problem = propertyProblem(resource, facts, { macros: hasMacros(stack) })
  if (problem !== undefined) return fail(problem)
  let properties
  try {
    properties = withSecrets(world, world.place(stack), resource.properties)
  } catch (error) {
    return fail(reasonOf(error))
  }
  const physicalId = newPhysicalId({
    random: world.random,
    place: stack,
    stackName: stack.name,
    logicalId: resource.logicalId,
    type: resource.type,
    facts,
    properties,
  })
  if (world.place(stack).live.has(liveKey(resource.type, physicalId)) && unique(resource.type))
    return fail(alreadyExists(resource.type, physicalId, world.random.uuid()))
  resource.physicalId = physicalId
  makeLive(world, stack, { type: resource.type, physicalId, properties })
  resourceStatus(run, resource, making.running, { reason: 'Resource creation Initiated' })
  const delayMs = world.faults.delayOf(stack, resource.logicalId)
  yield delayMs === undefined
    ? world.pause(durations.createMs * (0.75 + world.random.next() / 2))
    : { sleepMs: delayMs }
  const fault = world.faults.failure(stack, resource.logicalId, making.phase) ?? serviceRefusal(resource)
  if (fault !== undefined) return fail(fault)
  const unsignalled = yield* awaitSignals(run, resource)
  if (unsignalled !== undefined) return fail(unsignalled)
  resourceStatus(run, resource, making.done)
  return true
}

/** A resource that has nothing yet but its place in the template. */
export function newResource(
  run: Deployment,
  logicalId: string,
  declaration: ResourceDeclaration,
): StackResource {
  return {
    logicalId,
    type: declaration.type,
    physicalId: '',
    status: 'CREATE_IN_PROGRESS',
    atMs: run.world.timeline.now(),
    properties: {},
    definition: declaration.definition,
    tags: tagsFor(run, declaration.type),
    dependsOn: run.blueprint.dependencies.get(logicalId) ?? [],
  }
}

/** Policies and attachments may share their identifier; names of things may not. */
function unique(type: string): boolean {
  return !/(?:Policy|Permission|Attachment|Association|RecordSet|Url)$/.test(type)
}

function alreadyExists(type: string, physicalId: string, token: string): string {
  if (type === 'AWS::S3::Bucket') return `${physicalId} already exists`
  return `Resource of type '${type}' with identifier '${physicalId}' already exists. (RequestToken: ${token}, HandlerErrorCode: AlreadyExists)`
}
