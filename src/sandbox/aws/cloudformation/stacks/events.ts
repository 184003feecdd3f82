import { validationError } from '../errors.ts'
import { type Input, flag, given, structure, text } from '../input.ts'
import type { Operation, Stack, StackEvent } from '../model.ts'
import { page } from '../paging.ts'
import type { Call } from '../world.ts'
import { noStack, stackOf } from './lookup.ts'

/** How many events one answer holds. */
const PAGE = 100

/** DescribeStackEvents: newest first. */
export function describeStackEvents(call: Call, input: Input): Record<string, unknown> {
  const stack = stackOf(call, input, noStack)
  const { items, ...more } = page(input, stack.events.toReversed(), PAGE)
  return { StackEvents: items.map((event) => describeEvent(stack, event)), ...more }
}

function describeEvent(stack: Stack, event: StackEvent): Record<string, unknown> {
  return {
    StackId: stack.id,
    EventId: event.id,
    StackName: stack.name,
    LogicalResourceId: event.logicalId,
    PhysicalResourceId: event.physicalId,
    ResourceType: event.type,
    Timestamp: new Date(event.atMs),
    ResourceStatus: event.status,
    ResourceStatusReason: event.reason,
    ResourceProperties: event.properties,
    ClientRequestToken: event.token,
  }
}

/** DescribeEvents: the same events by operation, with the operations themselves. */
export function describeEvents(call: Call, input: Input): Record<string, unknown> {
  const operationId = text(input, 'OperationId')
  const setName = text(input, 'ChangeSetName')
  if (!given(input, 'StackName') && setName === undefined && operationId === undefined)
    throw validationError('Either StackName, ChangeSetName or OperationId must be specified.')
  const stack = eventStackOf(call, input, setName, operationId)
  const failedOnly = flag(structure(input, 'Filters') ?? {}, 'FailedEvents')
  const events = stack.operations
    .filter((operation) => operationId === undefined || operation.id === operationId)
    .flatMap((operation) => operationEvents(stack, operation))
    .filter(
      (event) =>
        !failedOnly || String(event['ResourceStatus'] ?? event['OperationStatus']).endsWith('FAILED'),
    )
  const { items, ...more } = page(input, events, PAGE)
  return { OperationEvents: items, ...more }
}

function eventStackOf(
  call: Call,
  input: Input,
  setName: string | undefined,
  operationId: string | undefined,
): Stack {
  if (given(input, 'StackName')) return stackOf(call, input, noStack)
  for (const stack of call.place.stacks.values())
    if (stack.operations.some((operation) => operation.id === operationId)) return stack
  const set = setName === undefined ? undefined : call.place.changeSets.get(setName)
  const stack = set === undefined ? undefined : call.place.stacks.get(set.stackId)
  if (stack === undefined) throw noStack(setName ?? operationId ?? '')
  return stack
}

/** Newest first: the end of the operation, its resources' events, its beginning. */
function operationEvents(stack: Stack, operation: Operation): Record<string, unknown>[] {
  const shared = {
    StackId: stack.id,
    OperationId: operation.id,
    OperationType: operation.type,
    ClientRequestToken: operation.token,
  }
  const own = stack.events
    .filter((event) => event.operationId === operation.id)
    .toReversed()
    .map((event) => ({
      ...shared,
      EventId: event.id,
      EventType:
        event.status.endsWith('FAILED') && event.physicalId !== stack.id
          ? 'PROVISIONING_ERROR'
          : 'STACK_EVENT',
      LogicalResourceId: event.logicalId,
      PhysicalResourceId: event.physicalId,
      ResourceType: event.type,
      Timestamp: new Date(event.atMs),
      ResourceStatus: event.status,
      ResourceStatusReason: event.reason,
      ResourceProperties: event.properties,
    }))
  const begun = {
    ...shared,
    EventId: `${operation.id}-begin`,
    EventType: 'STACK_EVENT',
    OperationStatus: 'IN_PROGRESS',
    Timestamp: new Date(operation.startedAtMs),
    StartTime: new Date(operation.startedAtMs),
  }
  if (operation.endedAtMs === undefined) return [...own, begun]
  const ended = {
    ...shared,
    EventId: `${operation.id}-end`,
    EventType: 'STACK_EVENT',
    OperationStatus: operation.failed === true ? 'FAILED' : 'SUCCEEDED',
    Timestamp: new Date(operation.endedAtMs),
    StartTime: new Date(operation.startedAtMs),
    EndTime: new Date(operation.endedAtMs),
  }
  return [ended, ...own, begun]
}
