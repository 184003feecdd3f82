import type { Operation } from '../../api/record.ts'
import type { DriftedProperty } from '../../api/status.ts'
import { applied } from './applied.ts'
import { act, isAnswered, isRecent, newOperation, wait, type Context, type StackDecision } from './context.ts'
import { createChangeSet } from './create-change-set.ts'

/** Begins a look for changes made by hand. */
export function beginDetection(context: Context, stackId: string): StackDecision {
  return detect(context, newOperation(context, 'drift'), stackId)
}

function detect(
  context: Context,
  operation: Operation,
  stackId: string,
  data: Record<string, string> = {},
): StackDecision {
  return act(context, operation, { type: 'detect-drift', stack: stackId }, 'looking for drift', data)
}

/** Follows a look for drift to its end. One whose id was lost is begun again: it changes nothing. */
export function continueDetection(context: Context, operation: Operation, stackId: string): StackDecision {
  const { drift } = context.observation
  const refusal = operation.data['refused']
  if (refusal !== undefined) {
    const known = context.record.status.drift?.properties ?? []
    return {
      type: 'drift',
      properties: known,
      isFinal: true,
      message: `drift could not be looked for: ${refusal}`,
    }
  }
  if (drift === undefined) {
    return isAnswered(operation) && isRecent(context, operation)
      ? wait(context, 'DetectingDrift', 'looking for drift')
      : detect(context, operation, stackId)
  }
  if (drift.status === 'running') return wait(context, 'DetectingDrift', 'looking for drift')
  const unclear =
    drift.status === 'failed' ? `; not everything could be checked: ${drift.reason ?? 'no reason given'}` : ''
  return {
    type: 'drift',
    properties: drift.properties,
    message: `${driftText(drift.properties)}${unclear}`,
  }
}

/** Begins to put back what was changed by hand, by a change set that compares with the live resources. */
export function beginCorrection(context: Context): StackDecision {
  const data = { mode: 'revert-drift', content: context.content }
  return createChangeSet(context, newOperation(context, 'apply', data))
}

/**
 * The end of a correction. A change set that was executed is not believed: another look for drift says whether it is
 * gone (immutable properties and some types are left as they are).
 */
export function settleCorrection(context: Context, operation: Operation): StackDecision {
  const { stack, observation, record } = context
  const before = record.status.drift?.properties ?? []
  const refusal = operation.data['refused']
  if (refusal !== undefined) return uncorrectable(before, `CloudFormation refused to revert it: ${refusal}`)
  if (operation.data['executed'] === undefined)
    return uncorrectable(before, 'CloudFormation found nothing that it can revert')
  if (stack === undefined) return uncorrectable(before, 'the stack is gone')

  const { drift } = observation
  if (operation.data['verifying'] === undefined)
    return detect(context, operation, stack.id, { verifying: 'true' })
  if (drift === undefined) return continueDetection(context, operation, stack.id)
  if (drift.status === 'running') return wait(context, 'DetectingDrift', 'checking that the drift is gone')
  if (drift.properties.length === 0) return applied(context, operation, 'DriftCorrected')
  return uncorrectable(drift.properties, 'it is left after a change set that reverts drift')
}

/** Drift that could not be put back: said, and not tried again before the next look finds it. */
export function uncorrectable(properties: DriftedProperty[], why: string): StackDecision {
  return {
    type: 'drift',
    properties,
    isFinal: true,
    message: `${driftText(properties)}; it could not be put back: ${why}`,
  }
}

/** Drift for people: `SecurityGroup: /Ingress/0/CidrIp is 0.0.0.0/0, git says 10.0.0.0/16`. */
function driftText(properties: DriftedProperty[]): string {
  if (properties.length === 0) return 'no drift'
  const shown = properties.slice(0, 3).map(({ resource, path, expected, actual }) => {
    if (path === '') return `${resource} was deleted`
    return `${resource}: ${path} is ${actual ?? 'absent'}, git says ${expected ?? 'it should be absent'}`
  })
  const more = properties.length - shown.length
  return more > 0 ? `${shown.join('; ')}; and ${more} more` : shown.join('; ')
}
