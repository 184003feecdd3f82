import { formatDuration } from '../../api/duration.ts'
import type { Operation } from '../../api/record.ts'
import { correctionMode } from './correction.ts'
import type { Context } from './context.ts'
import type { ChangeSetView, FirstCause } from './observation.ts'

/** The reason that a change set without changes gives; the second comes with transforms. */
const noChanges = ["The submitted information didn't contain changes.", 'No updates are to be performed.']

/** Whether a change set failed only because there is nothing to change, which is a success. */
export function isEmptyChangeSet(changeSet: Pick<ChangeSetView, 'status' | 'statusReason'>): boolean {
  const reason = changeSet.statusReason ?? ''
  return changeSet.status === 'FAILED' && noChanges.some((text) => reason.startsWith(text))
}

/** A cause for people: `Service (AWS::ECS::Service): "desired count 12 exceeds quota 10"`. */
export function causeText(cause: FirstCause): string {
  return `${cause.path.join('/')} (${cause.resourceType}): "${cause.reason}"`
}

/** What a change set does, for people: `modify Service, replace Database, 3 more`. */
export function changesText(changes: ChangeSetView['changes']): string {
  if (changes.length === 0) return 'no resource changes'
  const shown = changes.slice(0, 3).map(({ action, resource, replacement }) => {
    const verb = replacement ? 'replace' : action === 'SyncWithActual' ? 'sync' : action.toLowerCase()
    return `${verb} ${resource}`
  })
  const more = changes.length - shown.length
  return more > 0 ? `${shown.join(', ')}, ${more} more` : shown.join(', ')
}

/** What an operation does to its stack, as a noun: `create`, `update`, `drift correction`. */
export function operationNoun(operation: Operation): string {
  if (correctionMode(operation) !== undefined) return 'drift correction'
  return operation.data['changeSetType'] === 'CREATE' ? 'create' : 'update'
}

/** How an operation that went well is reported: `update complete in 48s (change set headwater-4f1c-2)`. */
export function completeText(operation: Operation, now: number): string {
  const span = formatDuration(now - operation.startedAt)
  return `${operationNoun(operation)} complete in ${span} (change set ${operation.id})`
}

/** What happens next after a failure that trying again would not mend, and what a person can do. */
export function whatNext({ record, spec }: Context): string {
  const command = `headwater reconcile stack ${record.name} -n ${record.namespace} --force`
  const retry = spec.retryInterval === undefined ? '' : `in ${spec.retryInterval}, `
  return `retries ${retry}when its inputs change, or: ${command}`
}
