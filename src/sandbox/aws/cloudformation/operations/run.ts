import type {
  Operation,
  OperationType,
  ResourceStatus,
  Stack,
  StackEvent,
  StackResource,
  StackStatus,
} from '../model.ts'
import { masked, secretsOf } from '../secrets.ts'
import type { World } from '../world.ts'

/** One operation on one stack, as the processes that carry it see it. */
export interface Run {
  world: World
  stack: Stack
  operation: Operation
}

/** The type of a stack in its own events. */
export const STACK_TYPE = 'AWS::CloudFormation::Stack'

/** Starts an operation on a stack: from now on the stack is busy until `endOperation`. */
export function beginOperation(
  world: World,
  stack: Stack,
  type: OperationType,
  token: string | undefined,
): Run {
  const operation: Operation = {
    id: world.random.uuid(),
    type,
    startedAtMs: world.timeline.now(),
    ended: world.timeline.gate(),
    ...(token === undefined ? {} : { token }),
  }
  stack.operation = operation
  stack.operations.unshift(operation)
  if (token !== undefined) stack.tokens.set(token, type)
  return { world, stack, operation }
}

/** The operation is over; whoever waits for the stack goes on. */
export function endOperation(run: Run, outcome: 'succeeded' | 'failed'): void {
  run.operation.endedAtMs = run.world.timeline.now()
  run.operation.failed = outcome === 'failed'
  if (run.stack.operation === run.operation) run.stack.operation = undefined
  run.operation.ended.open()
}

/** Puts a stack into a status and writes the event of it. */
export function stackStatus(run: Run, status: StackStatus, reason?: string): void {
  const { stack } = run
  stack.status = status
  if (reason === undefined) delete stack.reason
  else stack.reason = reason
  write(run, {
    id: run.world.random.uuid(),
    logicalId: stack.name,
    physicalId: stack.id,
    type: STACK_TYPE,
    status,
    ...(reason === undefined ? {} : { reason }),
  })
}

/** What else a resource's event says. */
export interface ResourceEventOptions {
  reason?: string
  /** An event of the clean-up after an update: another kind of id, and no properties. */
  cleanup?: boolean
}

/** Puts a resource into a status and writes the event of it. */
export function resourceStatus(
  run: Run,
  resource: StackResource,
  status: ResourceStatus,
  options: ResourceEventOptions = {},
): void {
  const { world } = run
  resource.status = status
  resource.atMs = world.timeline.now()
  if (options.reason === undefined) delete resource.reason
  else resource.reason = options.reason
  const secrets = secretsOf(run.stack.configuration?.parameters ?? [])
  const suffix =
    options.cleanup === true
      ? world.random.uuid()
      : `${status}-${new Date(world.timeline.now()).toISOString()}`
  write(run, {
    id: `${resource.logicalId}-${suffix}`,
    logicalId: resource.logicalId,
    physicalId: resource.physicalId,
    type: resource.type,
    status,
    ...(options.reason === undefined ? {} : { reason: options.reason }),
    ...(options.cleanup === true ? {} : { properties: JSON.stringify(masked(resource.properties, secrets)) }),
  })
}

function write({ world, stack, operation }: Run, event: Omit<StackEvent, 'atMs'>): void {
  stack.events.push({
    ...event,
    atMs: world.timeline.now(),
    operationId: operation.id,
    ...(operation.token === undefined ? {} : { token: operation.token }),
  })
}

/** `The following resource(s) failed to create: [A, B]. ` with AWS's trailing space; empty for none. */
export function failedTo(
  verb: 'create' | 'update' | 'delete' | 'import',
  logicalIds: readonly string[],
): string {
  return logicalIds.length === 0
    ? ''
    : `The following resource(s) failed to ${verb}: [${logicalIds.join(', ')}]. `
}
