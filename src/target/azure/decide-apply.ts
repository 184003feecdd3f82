import type { Operation } from '../../api/record.ts'
import { applied } from './applied.ts'
import { isRecent, isSuperseded, wait } from '../operation.ts'
import {
  act,
  describePlace,
  identityOf,
  isOf,
  isOurs,
  mayStillShow,
  newOperation,
  type AzureDecision,
  type Context,
} from './context.ts'
import { settleCorrection, uncorrectable } from './decide-drift.ts'
import { afterWhatIf } from './decide-foreseen.ts'
import { follow, put } from './decide-steps.ts'
import { causeText, deployingText, isCorrection, whatNext } from './words.ts'

/** The operation has nothing more to do and nothing to report: what is wanted is to be begun anew. */
export type Over = 'over'

/** How often the same inputs are deployed again after a failure that may pass, and how long after, in milliseconds. */
const maxRetries = 3
const retryPauseMs = 30_000
/** ARM lists a deployment's operations some seconds late: so often is asked again which of them failed, and how long after. */
const maxVagueLooks = 3
const vaguePauseMs = 3_000

/** Begins to bring what is declared into the cloud. */
export function beginApply(context: Context): AzureDecision {
  return proceed(context, newOperation(context, 'apply', { content: context.content }))
}

/**
 * Carries on with a deployment:
 *
 *     (resource group) ─▶ (validate) ─▶ (what-if, held for a yes) ─▶ put ─▶ watched ─▶ settled
 *
 * A call that was intended and not answered is looked for by the operation's tag before it is made again.
 */
export function continueApply(context: Context, operation: Operation): AzureDecision | Over {
  if (operation.data['refused'] !== undefined) return refused(context, operation)
  if (operation.data['put'] !== undefined) return judge(context, operation)
  // Nothing was deployed yet.
  if (isSuperseded(context, operation)) return 'over'
  switch (operation.phase) {
    case 'validate':
      return validated(context, operation)
    case 'what-if':
      return foreseen(context, operation)
    default:
      return proceed(context, operation)
  }
}

/** The next call that the document asks for. */
function proceed(context: Context, operation: Operation): AzureDecision {
  const { spec, place } = context
  if (spec.validate && operation.data['validated'] === undefined)
    return act(context, operation, { type: 'validate' }, `having ${describePlace(place)} validated`)
  if (spec.whatIf !== 'never' && operation.data['foreseen'] === undefined)
    return act(context, operation, { type: 'what-if' }, `asking what ${describePlace(place)} would change`)
  return put(context, operation)
}

function validated(context: Context, operation: Operation): AzureDecision | Over {
  const { place, observation } = context
  if (operation.data['validated'] !== undefined) return proceed(context, operation)
  const look = observation.validation
  if (look?.status === 'done')
    return proceed(context, { ...operation, data: { ...operation.data, validated: 'true' } })
  if (look?.status === 'failed')
    return {
      type: 'failed',
      reason: 'ValidationFailed',
      message: `${describePlace(place)} is not valid: ${look.message}; ${whatNext(context)}`,
      identity: identityOf(context),
    }
  return follow(context, operation, look, `having ${describePlace(place)} validated`)
}

function foreseen(context: Context, operation: Operation): AzureDecision | Over {
  const { place, observation } = context
  const look = observation.whatIf
  if (look?.status === 'done') return afterWhatIf(context, operation, look.result)
  if (look?.status === 'failed')
    return {
      type: 'failed',
      reason: 'WhatIfFailed',
      message: `the what-if failed: ${look.message}; ${whatNext(context)}`,
      identity: identityOf(context),
    }
  return follow(context, operation, look, `asking what ${describePlace(place)} would change`)
}

/** The deployment was asked for: did that call land, and how did it end? */
function judge(context: Context, operation: Operation): AzureDecision | Over {
  const { view, situation, place } = context
  if (!isOf(view, operation)) return notThere(context, operation)
  switch (situation) {
    case 'succeeded':
      return isCorrection(operation) ? settleCorrection(context, operation) : applied(context, operation)
    case 'failed':
      return failed(context, operation)
    case 'canceled':
      return canceled(context, operation)
    default:
      return wait(context, 'Progressing', `${describePlace(place)} is ${view?.state ?? 'not to be seen'}`)
  }
}

/** What is to be seen is not of our call: it was never made, does not show yet, or was overwritten. */
function notThere(context: Context, operation: Operation): AzureDecision | Over {
  const isSent = operation.data['sent'] !== undefined
  const mayShow = isSent ? isRecent(context, operation) : mayStillShow(context, operation)
  if (mayShow) return wait(context, 'Progressing', `${deployingText(context)}, which does not show yet`)
  if (isSent || isSuperseded(context, operation)) return 'over'
  return put(context, operation)
}

/** ARM would not take a call. */
function refused(context: Context, operation: Operation): AzureDecision {
  const refusal = operation.data['refused'] ?? ''
  if (isCorrection(operation)) return uncorrectable(context, operation, `ARM refused: ${refusal}`)
  return {
    type: 'failed',
    reason: operation.data['refusal'] ?? 'CallRefused',
    message: `ARM refused: ${refusal}; ${whatNext(context)}`,
    identity: identityOf(context),
  }
}

/** The deployment failed. What may pass, a right that does not show yet, is tried again a few times first. */
function failed(context: Context, operation: Operation): AzureDecision | Over {
  const { observation, place, now } = context
  const { cause } = observation
  const looks = Number(operation.data['vague'] ?? '0')
  if ((cause === undefined || cause.isVague === true) && looks < maxVagueLooks) {
    const data = { ...operation.data, vague: String(looks + 1) }
    return wait(context, 'Progressing', `${describePlace(place)} failed; asking which resource is to blame`, {
      operation: { ...operation, data },
      atLeastMs: vaguePauseMs,
    })
  }
  const why = cause === undefined ? 'ARM tells no cause' : causeText(cause)
  const retries = Number(operation.data['retries'] ?? '0')
  if (cause?.isPassing === true && retries < maxRetries) {
    if (isSuperseded(context, operation)) return 'over'
    const failedAt = Number(operation.data['failedAt'] ?? now)
    const leftMs = failedAt + retryPauseMs * 2 ** retries - now
    if (leftMs > 0) {
      const data = { ...operation.data, failedAt: String(failedAt) }
      return wait(
        context,
        'ProgressingWithRetry',
        `${why}; that may pass: try ${retries + 1} of ${maxRetries} in ${Math.ceil(leftMs / 1000)}s`,
        {
          operation: { ...operation, data },
          atLeastMs: leftMs,
        },
      )
    }
    return put(context, again(context, operation, retries + 1))
  }
  if (isCorrection(operation)) return uncorrectable(context, operation, `the deployment failed: ${why}`)
  const noun = place.means === 'stack' ? 'stack' : 'deployment'
  return {
    type: 'failed',
    reason: 'DeploymentFailed',
    message: `${noun} failed: ${why}; ${whatNext(context)}`,
    identity: pinned(context),
  }
}

function again(context: Context, operation: Operation, retries: number): Operation {
  const { content = '', mode } = operation.data
  const kept = { content, ...(mode === undefined ? {} : { mode }) }
  const next = newOperation(context, 'apply', {
    ...kept,
    retries: String(retries),
    validated: 'true',
    foreseen: 'true',
  })
  return { ...next, startedAt: operation.startedAt }
}

function canceled(context: Context, operation: Operation): AzureDecision {
  const { place, spec } = context
  const isByUs = operation.data['cancelled'] !== undefined
  const who = isByUs
    ? `ran for longer than its timeout of ${spec.timeout} and was cancelled, as declared`
    : 'was cancelled by somebody'
  if (isCorrection(operation)) return uncorrectable(context, operation, `the deployment ${who}`)
  return {
    type: 'failed',
    reason: isByUs ? 'TimedOut' : 'Canceled',
    message: `${describePlace(place)} ${who}; what it had made by then stays; ${whatNext(context)}`,
    identity: pinned(context),
  }
}

/** A stack that failed may manage something already, so it is remembered; a deployment that failed manages nothing. */
function pinned(context: Context): Record<string, string> {
  const { place, view } = context
  const isStack = place.means === 'stack' && view !== undefined && isOurs(context, view)
  const before = context.record.status.identity ?? {}
  return isStack ? { id: view.id, ...before } : before
}
