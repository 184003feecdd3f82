import { validationError } from '../errors.ts'
import { type Input, requiredText, texts } from '../input.ts'
import type { Stack, StackResource } from '../model.ts'
import { page } from '../paging.ts'
import { liveOf } from '../resources/cloud.ts'
import { livingStackOf, noStack } from '../stacks/lookup.ts'
import type { Process } from '../../../timeline.ts'
import type { Call, World } from '../world.ts'
import { compareDrift, describeDrift } from './compare.ts'
import type { DriftDetection } from './model.ts'

const DETECTABLE = [
  'CREATE_COMPLETE',
  'UPDATE_COMPLETE',
  'UPDATE_ROLLBACK_COMPLETE',
  'UPDATE_ROLLBACK_FAILED',
  'IMPORT_COMPLETE',
  'IMPORT_ROLLBACK_COMPLETE',
  'IMPORT_ROLLBACK_FAILED',
]

/** DetectStackDrift: it looks at once and tells later. */
export function detectStackDrift(call: Call, input: Input): Record<string, unknown> {
  const { world, place } = call
  const stack = livingStackOf(call, input, noStack)
  checkDetectable(stack)
  for (const other of place.driftDetections.values())
    if (other.stackId === stack.id && other.status === 'DETECTION_IN_PROGRESS')
      throw validationError(`Drift detection is already in progress for stack [${stack.id}]`)
  const detection: DriftDetection = {
    id: world.random.uuid(),
    stackId: stack.id,
    startedAtMs: world.timeline.now(),
    status: 'DETECTION_IN_PROGRESS',
  }
  place.driftDetections.set(detection.id, detection)
  world.timeline.start(detect(world, stack, detection, texts(input, 'LogicalResourceIds')))
  return { StackDriftDetectionId: detection.id }
}

function checkDetectable(stack: Stack): void {
  if (!DETECTABLE.includes(stack.status))
    throw validationError(
      `Drift detection cannot be performed on stack [${stack.id}] while in [${stack.status}] state.`,
    )
}

function* detect(
  world: World,
  stack: Stack,
  detection: DriftDetection,
  wanted: readonly string[] | undefined,
): Process {
  yield world.pause(3000 + 500 * stack.resources.size)
  const checked = [...stack.resources.values()].filter(
    (resource) => wanted === undefined || wanted.length === 0 || wanted.includes(resource.logicalId),
  )
  for (const resource of checked) checkResource(world, stack, resource)
  settleStack(world, stack)
  const drifted = checked.filter((resource) => isDrifted(resource))
  detection.status = 'DETECTION_COMPLETE'
  detection.driftedCount = drifted.length
  detection.driftStatus = stack.driftStatus === 'NOT_CHECKED' ? 'IN_SYNC' : stack.driftStatus
}

function checkResource(world: World, stack: Stack, resource: StackResource): void {
  const drift = compareDrift(
    resource,
    liveOf(world, stack, resource),
    world.facts.typeFacts(resource.type),
    world.timeline.now(),
  )
  if (drift.status === 'NOT_CHECKED') delete resource.drift
  else resource.drift = drift
}

function settleStack(world: World, stack: Stack): void {
  stack.driftStatus = [...stack.resources.values()].some(isDrifted) ? 'DRIFTED' : 'IN_SYNC'
  stack.driftCheckedAtMs = world.timeline.now()
}

function isDrifted({ drift }: StackResource): boolean {
  return drift?.status === 'MODIFIED' || drift?.status === 'DELETED'
}

/** DescribeStackDriftDetectionStatus. */
export function describeStackDriftDetectionStatus(call: Call, input: Input): Record<string, unknown> {
  const id = requiredText(input, 'StackDriftDetectionId')
  const detection = call.place.driftDetections.get(id)
  if (detection === undefined) throw validationError(`Drift detection with id ${id} does not exist`)
  return {
    StackId: detection.stackId,
    StackDriftDetectionId: detection.id,
    StackDriftStatus: detection.driftStatus,
    DetectionStatus: detection.status,
    DetectionStatusReason: detection.reason,
    DriftedStackResourceCount: detection.driftedCount,
    Timestamp: new Date(detection.startedAtMs),
  }
}

/** DescribeStackResourceDrifts: the resources that were checked. */
export function describeStackResourceDrifts(call: Call, input: Input): Record<string, unknown> {
  const stack = livingStackOf(call, input, noStack)
  const wanted = texts(input, 'StackResourceDriftStatusFilters') ?? []
  const drifts = [...stack.resources.values()]
    .toSorted((a, b) => (a.logicalId < b.logicalId ? -1 : 1))
    .flatMap((resource) =>
      resource.drift === undefined || (wanted.length > 0 && !wanted.includes(resource.drift.status))
        ? []
        : [describeDrift(stack.id, resource, resource.drift)],
    )
  const { items, ...more } = page(input, drifts, 100)
  return { StackResourceDrifts: items, ...more }
}

/** DetectStackResourceDrift: one resource, at once. */
export function detectStackResourceDrift(call: Call, input: Input): Record<string, unknown> {
  const { world } = call
  const stack = livingStackOf(call, input, noStack)
  checkDetectable(stack)
  const logicalId = requiredText(input, 'LogicalResourceId')
  const resource = stack.resources.get(logicalId)
  if (resource === undefined)
    throw validationError(`Resource ${logicalId} does not exist for stack ${stack.name}`)
  checkResource(world, stack, resource)
  if (resource.drift === undefined)
    throw validationError(`Drift detection is not supported for resource type ${resource.type}`)
  if (isDrifted(resource)) {
    stack.driftStatus = 'DRIFTED'
    stack.driftCheckedAtMs = world.timeline.now()
  }
  return { StackResourceDrift: describeDrift(stack.id, resource, resource.drift) }
}
