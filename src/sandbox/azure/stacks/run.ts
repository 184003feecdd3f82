import type { DeploymentEngine } from '../deployments/engine.ts'
import type { Deployment, DeploymentRequest } from '../deployments/model.ts'
import type { DeploymentPlan } from '../deployments/plan.ts'
import { outputResourcesOf } from '../deployments/run.ts'
import type { Process } from '../../timeline.ts'
import type { ErrorDetail } from '../errors.ts'
import { groupType, keyOf, parseResourceId } from '../ids.ts'
import type { StackBook } from './book.ts'
import type { DenySettings, ManagedResource, Stack } from './model.ts'
import type { Unmanaged } from './unmanage.ts'
import { actionFor, letGo } from './unmanage.ts'

/** What the course of a stack needs. */
export interface StackEngine {
  deployments: DeploymentEngine
  book: StackBook
}

const initializingMs = 2000
const validatingMs = 3000
const cancelingMs = 2000
const denyingMs = 4000
const settlingMs = 1000

/**
 * The course of a stack's PUT; its lists are empty until the end.
 *
 *   initializing ─▶ creating | validating ─▶ deploying ─▶ deletingResources ─▶ updatingDenyAssignments ─▶ succeeded
 *                                               ├─ failed ─▶ failed        only where there is something to do
 *                                               └─ canceled ─▶ canceling ─▶ canceled
 */
export function* runStack(
  engine: StackEngine,
  stack: Stack,
  deploymentRequest: DeploymentRequest,
  plan: DeploymentPlan,
): Process {
  const { world } = engine.deployments
  const startedAtMs = world.now()
  const before = { managed: stack.managed, denied: stack.denied }
  yield world.pause(initializingMs)
  enter(engine, stack, before.managed.length === 0 ? 'creating' : 'validating')
  yield world.pause(validatingMs)
  if (stack.stopped) return
  const { deployment, error } = yield* deploy(engine, stack, deploymentRequest, plan)
  if (stack.stopped) return
  const deployed = outputResourcesOf(engine.deployments, deployment).filter(
    (id) => world.graph.get(id) !== undefined,
  )
  if (error !== undefined) {
    stack.managed = union(before.managed, deployed)
    if (error.code === 'DeploymentCanceled') yield* endCanceled(engine, stack)
    else endFailed(engine, stack, [error], 'update')
  } else {
    if (deployment.progress.outputs !== undefined) stack.outputs = deployment.progress.outputs
    const dropped = before.managed.filter((id) => !includes(deployed, id))
    const outcome = yield* drop(engine, stack, dropped)
    stack.managed = union(
      deployed,
      outcome.failed.map(({ id }) => id),
    )
    yield* renewDenials(engine, stack, before.denied)
    yield world.pause(settlingMs)
    showOutcome(stack, outcome)
    if (outcome.failed.length > 0) endFailed(engine, stack, [deleteResourcesFailed], 'update')
    else {
      stack.outOfSync = false
      enter(engine, stack, 'succeeded')
    }
  }
  stack.durationMs = world.now() - startedAtMs
  engine.book.note(stack)
}

function* deploy(
  engine: StackEngine,
  stack: Stack,
  request: DeploymentRequest,
  plan: DeploymentPlan,
): Process<{ deployment: Deployment; error: ErrorDetail | undefined }> {
  const { deployments } = engine
  const deployment = deployments.enter(request, plan)
  stack.deploymentId = deployment.id
  enter(engine, stack, 'deploying')
  const gate = deployments.world.timeline.gate()
  const box: { error?: ErrorDetail | undefined } = {}
  deployments.begin(deployment, (error) => {
    box.error = error
    gate.open()
  })
  yield { gate }
  return { deployment, error: box.error }
}

function* drop(engine: StackEngine, stack: Stack, dropped: readonly string[]): Process<Unmanaged> {
  const { world } = engine.deployments
  const actions = stack.request.settings.actionOnUnmanage
  if (dropped.some((id) => actionFor(id, actions) === 'delete')) enter(engine, stack, 'deletingResources')
  return yield* letGo(world, dropped, actions, { caller: stack.request.caller, stackId: stack.id })
}

function* renewDenials(engine: StackEngine, stack: Stack, before: DenySettings): Process {
  const { denySettings } = stack.request.settings
  const { world } = engine.deployments
  if (denySettings.mode !== 'none' || before.mode !== 'none') {
    stack.lists = { ...stack.lists, resources: managedResources(stack.managed, undefined) }
    enter(engine, stack, 'updatingDenyAssignments')
    yield world.pause(denyingMs)
  }
  stack.denied = denySettings
}

function showOutcome(stack: Stack, { detached, deleted, failed }: Unmanaged): void {
  const isFailed = new Set(failed.map(({ id }) => keyOf(id)))
  stack.lists = {
    resources: managedResources(stack.managed, stack.denied).map((resource) =>
      isFailed.has(keyOf(resource.id)) ? { ...resource, status: 'deleteFailed' } : resource,
    ),
    detachedResources: detached,
    deletedResources: deleted,
    failedResources: failed,
  }
}

/** The resources as a stack lists them, sorted. */
export function managedResources(
  ids: readonly string[],
  denied: DenySettings | undefined,
): ManagedResource[] {
  return ids
    .toSorted((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1))
    .map((id) => ({ id, status: 'managed', denyStatus: denyStatusOf(id, denied) }))
}

/** How far a stack's deny settings hold for a resource. */
export function denyStatusOf(id: string, denied: DenySettings | undefined): string {
  if (denied === undefined || denied.mode === 'none') return 'none'
  return parseResourceId(id)?.type === groupType ? 'inapplicable' : denied.mode
}

/** What a stack's error says of resources that could not be deleted. */
export const deleteResourcesFailed: ErrorDetail = {
  code: 'DeploymentStackDeleteResourcesFailed',
  message:
    'An error occurred while deleting resources. These resources are still present in the stack but can be deleted manually. Please see the FailedResources property for specific error information. Deletion failures that are known limitations are documented here: https://aka.ms/DeploymentStacksKnownLimitations',
}

/** Ends an operation of a stack as failed. */
export function endFailed(
  engine: StackEngine,
  stack: Stack,
  details: ErrorDetail[],
  what: 'update' | 'deletion',
): void {
  if (stack.lists.resources.length === 0) {
    stack.lists = { ...stack.lists, resources: managedResources(stack.managed, stack.denied) }
  }
  stack.error = {
    code: what === 'update' ? 'DeploymentStackUpdateFailed' : 'DeploymentStackDeleteFailed',
    message: `One or more stages of deploymentStack ${what} failed. Correlation id: '${stack.request.correlationId}'.`,
    details,
  }
  stack.operation.error = stack.error
  enter(engine, stack, 'failed')
}

function* endCanceled(engine: StackEngine, stack: Stack): Process {
  enter(engine, stack, 'canceling')
  yield engine.deployments.world.pause(cancelingMs)
  stack.lists = { ...stack.lists, resources: managedResources(stack.managed, stack.denied) }
  enter(engine, stack, 'canceled')
}

/** Moves a stack and its operation on. */
export function enter(engine: StackEngine, stack: Stack, state: string): void {
  stack.state = state
  stack.operation.state = state
  engine.book.note(stack)
}

function union(one: readonly string[], other: readonly string[]): string[] {
  return [...new Map([...one, ...other].map((id) => [keyOf(id), id])).values()]
}

function includes(ids: readonly string[], id: string): boolean {
  return ids.some((each) => keyOf(each) === keyOf(id))
}
