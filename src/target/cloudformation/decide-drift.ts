import type { Operation } from '../../api/record.ts'
import type { DriftedProperty } from '../../api/status.ts'
import { applied } from './applied.ts'
import { isAnswered, isRecent, wait } from '../operation.ts'
import { act, newOperation, type Context, type StackDecision } from './context.ts'
import { correctionMode, type CorrectionMode } from './correction.ts'
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

/** Begins to put back what was changed by hand. */
export function beginCorrection(context: Context): StackDecision {
  return begin(context, 'revert-drift')
}

function begin(context: Context, mode: CorrectionMode): StackDecision {
  return createChangeSet(context, newOperation(context, 'apply', { mode, content: context.content }))
}

/**
 * The end of a correction's change set. One that was executed is not believed: another look for drift says whether it
 * is gone (immutable properties and some types are left as they are).
 */
export function settleCorrection(context: Context, operation: Operation): StackDecision {
  const { stack, observation, record } = context
  const before = record.status.drift?.properties ?? []
  const refusal = operation.data['refused']
  if (refusal !== undefined)
    return notCorrected(context, operation, before, `CloudFormation refused: ${refusal}`)
  if (stack === undefined) return uncorrectable(before, 'the stack is gone')
  const isPutBack = correctionMode(operation) === 'put-back'
  if (operation.data['executed'] === undefined && !isPutBack)
    return notCorrected(context, operation, before, 'CloudFormation found nothing that it can revert')
  if (correctionMode(operation) === 'accept-drift') return begin(context, 'put-back')

  const { drift } = observation
  if (operation.data['verifying'] === undefined)
    return detect(context, operation, stack.id, { verifying: 'true' })
  if (drift === undefined) return continueDetection(context, operation, stack.id)
  if (drift.status === 'running') return wait(context, 'DetectingDrift', 'checking that the drift is gone')
  if (drift.properties.length === 0) return applied(context, operation, 'DriftCorrected')
  return notCorrected(context, operation, drift.properties, 'it is still there after the correction')
}

/** A drift-aware change set did not do it: the longer way is tried once, for what is still there to be updated. */
function notCorrected(
  context: Context,
  operation: Operation,
  properties: DriftedProperty[],
  why: string,
): StackDecision {
  const isFirstWay = correctionMode(operation) === 'revert-drift'
  const hasUpdatable = properties.some(({ path }) => path !== '')
  return isFirstWay && hasUpdatable ? begin(context, 'accept-drift') : uncorrectable(properties, why)
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
