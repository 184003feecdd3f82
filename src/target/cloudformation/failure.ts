import { cleanText } from '../clean-text.ts'
import type { StackEvent } from '@aws-sdk/client-cloudformation'
import type { CloudFormationApi } from './api.ts'
import type { FirstCause } from './observation.ts'

/** Which events belong to an operation: those that carry its token, else those since it began. */
export interface OperationWindow {
  token: string
  /** Milliseconds since the epoch. */
  startedAt: number
}

/** Clocks differ: events this much older still count as the operation's when tokens do not tell. */
const skewMs = 60_000
const maxPages = 50
const maxDepth = 5

/** What is cancelled because something else failed is a consequence, never a cause. */
const cancellations = /^Resource (creation|update|deletion|import) cancelled/i
const rollbacks: ReadonlySet<string | undefined> = new Set([
  'ROLLBACK_IN_PROGRESS',
  'UPDATE_ROLLBACK_IN_PROGRESS',
  'IMPORT_ROLLBACK_IN_PROGRESS',
])
/** What a rollback says for no reason of its own: the end of every reason, and all of it when a person asked for it. */
const rollbackWords = /^User Initiated$|\s*Rollback requested by user\.?$/i
const nestedType = 'AWS::CloudFormation::Stack'

/**
 * The earliest failed event of a resource that is no cancellation; of the stack itself only when no resource failed: a
 * missing export, an output that cannot be worked out, an alarm and a time limit are told with the stack's rollback
 * alone. `events` in any order. Pure.
 */
export function firstFailure(
  events: readonly StackEvent[],
  window?: OperationWindow,
): StackEvent | undefined {
  const mine = window === undefined ? events : eventsOf(events, window)
  const failed = mine
    .filter((event) => event.ResourceStatus?.endsWith('_FAILED') === true)
    .filter((event) => !cancellations.test(event.ResourceStatusReason ?? ''))
    .toSorted((a, b) => timeOf(a) - timeOf(b))
  return failed.find((event) => event.PhysicalResourceId !== event.StackId) ?? failed[0] ?? rollback(mine)
}

/** The earliest event of a stack that rolls back and says why. */
function rollback(events: readonly StackEvent[]): StackEvent | undefined {
  return events
    .filter((event) => event.PhysicalResourceId === event.StackId && rollbacks.has(event.ResourceStatus))
    .filter((event) => reasonOf(event) !== undefined)
    .toSorted((a, b) => timeOf(a) - timeOf(b))[0]
}

function reasonOf(event: StackEvent): string | undefined {
  const reason = event.ResourceStatusReason?.trim().replace(rollbackWords, '')
  return reason === '' ? undefined : reason
}

function eventsOf(events: readonly StackEvent[], window: OperationWindow): StackEvent[] {
  const tokened = events.filter((event) => event.ClientRequestToken === window.token)
  if (tokened.length > 0) return tokened
  return events.filter((event) => timeOf(event) >= window.startedAt - skewMs)
}

function timeOf(event: StackEvent): number {
  return event.Timestamp?.getTime() ?? 0
}

/** Finds the first cause of an operation's failure, into nested stacks; undefined when the events tell of none. */
export async function findFirstCause(
  api: Pick<CloudFormationApi, 'describeStackEvents'>,
  stackId: string,
  window: OperationWindow,
): Promise<FirstCause | undefined> {
  const path: string[] = []
  let stack = stackId
  let found: StackEvent | undefined
  for (let depth = 0; depth < maxDepth; depth++) {
    const events = await readEvents(api, stack, window.startedAt - skewMs)
    // A nested stack's events carry its own token, or its parent's: only the time tells.
    const failure = firstFailure(events, depth === 0 ? window : { ...window, token: '' })
    if (failure === undefined) break
    found = failure
    path.push(failure.LogicalResourceId ?? '?')
    const nested = failure.PhysicalResourceId ?? ''
    const isNested = failure.ResourceType === nestedType && nested.startsWith('arn:') && nested !== stack
    if (!isNested) break
    stack = nested
  }
  if (found === undefined) return undefined
  return {
    path,
    resourceType: found.ResourceType ?? 'unknown type',
    reason: cleanText(reasonOf(found) ?? 'no reason given'),
  }
}

/** Events since a time, newest first as CloudFormation gives them; pages older than that are not read. */
async function readEvents(
  api: Pick<CloudFormationApi, 'describeStackEvents'>,
  stackId: string,
  since: number,
): Promise<StackEvent[]> {
  const all: StackEvent[] = []
  let token: string | undefined
  for (let page = 0; page < maxPages; page++) {
    const input = token === undefined ? { StackName: stackId } : { StackName: stackId, NextToken: token }
    const { StackEvents = [], NextToken } = await api.describeStackEvents(input)
    all.push(...StackEvents)
    const oldest = StackEvents.at(-1)
    const isPast = oldest !== undefined && timeOf(oldest) < since
    if (isPast || NextToken === undefined || NextToken === '') return all
    token = NextToken
  }
  return all
}

/** Why a change set failed, where its reason only points to validation results: `Resources/Queue/Properties: …`. */
export async function validationText(
  api: Pick<CloudFormationApi, 'describeEvents'>,
  changeSetId: string,
): Promise<string | undefined> {
  const { OperationEvents = [] } = await api.describeEvents({
    ChangeSetName: changeSetId,
    Filters: { FailedEvents: true },
  })
  const lines = OperationEvents.filter((event) => event.EventType === 'VALIDATION_ERROR').map((event) => {
    const where = event.ValidationPath ?? event.LogicalResourceId ?? 'template'
    return `${where}: ${event.ValidationStatusReason ?? event.ValidationName ?? 'invalid'}`
  })
  return lines.length === 0 ? undefined : cleanText(lines.join('; '))
}
