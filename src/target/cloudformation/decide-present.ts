import { beginApply } from './create-change-set.ts'
import { applied } from './applied.ts'
import { blocked, wait } from '../operation.ts'
import { identityOf, newOperation, isOurs, withStack, type Context, type StackDecision } from './context.ts'
import { continueChangeSet } from './decide-change-set.ts'
import { beginCorrection, beginDetection, continueDetection } from './decide-drift.ts'
import {
  beginContinuedRollback,
  beginRecreation,
  beginRollback,
  continueRecovery,
} from './decide-recovery.ts'
import { keepBeside } from './decide-settle.ts'
import { refuseForeign } from './ownership.ts'
import type { StackView } from './observation.ts'
import { whatNext } from './words.ts'

/** What to do for an object that shall be there. */
export function decidePresent(seen: Context): StackDecision {
  const context = recognise(seen)
  const refusal = refuseForeign(context)
  if (refusal !== undefined) return refusal
  if (context.record.inputs === undefined) return blocked('NoInputs', 'the inputs were not packaged yet')
  if (context.situation === 'busy') return decideBusy(context)
  return refuseRole(context) ?? continueOperation(context) ?? begin(context)
}

/** A stack that took the place of a deleted one is ours if our own change set made it, or if the spec takes over. */
function recognise(context: Context): Context {
  const { stack, observation, spec } = context
  const { stranger, changeSet } = observation
  if (stack !== undefined || stranger === undefined) return context
  const isMadeByUs = changeSet?.stackId === stranger.id || observation.reviewOwner === context.mark
  return isMadeByUs || spec.adopt ? withStack(context, stranger) : context
}

/** An operation runs: ours is watched, another's is waited for, neither is ever cancelled. */
function decideBusy(context: Context): StackDecision {
  const { stack, operation, observation, stackName } = context
  const status = stack?.status ?? ''
  const ran = operation?.data['executing'] !== undefined || operation?.type === 'recover'
  const executed = operation?.data['changeSetId']
  const isOther = stack?.changeSetId !== undefined && executed !== undefined && stack.changeSetId !== executed
  const isOurOwn = ran && !(operation.type === 'apply' && isOther)
  if (isOurOwn) {
    const { progress } = observation
    const current = progress?.current === undefined ? '' : `: ${progress.current}`
    return wait(context, 'Progressing', `${status}${current}`, { progress })
  }
  return wait(
    context,
    'OperationInProgress',
    `somebody else's operation runs on stack ${stackName} (${status}${stack?.updatedAt === undefined ? '' : `, since ${stack.updatedAt}`}); looking again`,
    { atLeastMs: 15_000 },
  )
}

/** CloudFormation's service role sticks to a stack: another one than declared is never silently used. */
function refuseRole({ stack, situation, spec }: Context): StackDecision | undefined {
  const actual = stack?.roleArn
  if (actual === undefined || situation === 'review' || actual === spec.roleArn) return undefined
  return blocked(
    'RoleMismatch',
    `stack ${stack?.name ?? ''} works with the service role ${actual}, the document says ${spec.roleArn ?? 'none'}; a stack keeps its role: declare that one in spec.roleArn, or change the role of the stack by hand`,
  )
}

/** Carries on with the operation in flight; undefined: there is none, or it is over and has nothing to report. */
function continueOperation(context: Context): StackDecision | undefined {
  const { operation, stack, situation } = context
  let decision: StackDecision | 'over'
  switch (operation?.type) {
    case undefined:
    case 'delete':
      return undefined
    case 'apply':
      decision = continueChangeSet(context, operation)
      break
    case 'recover':
      decision = continueRecovery(context, operation)
      break
    case 'drift': {
      const canLook = stack !== undefined && (situation === 'stable' || situation === 'rolled-back')
      decision = canLook ? continueDetection(context, operation, stack.id) : 'over'
      break
    }
  }
  return decision === 'over' ? undefined : decision
}

/** Starts what the stack's situation asks for. */
function begin(context: Context): StackDecision {
  const { stack, situation, spec } = context
  if (isSpent(context)) {
    return {
      type: 'failed',
      reason: 'NotRetried',
      message: `these inputs failed before (stack ${context.stackName} is ${stack?.status ?? 'not there'}); ${whatNext(context)}`,
      identity: identityOf(context),
    }
  }
  if (stack === undefined) return beginApply(context)
  switch (situation) {
    case 'missing':
    case 'review':
      return beginApply(context)
    case 'stable':
    case 'rolled-back':
      return beginSettled(context, stack)
    case 'never-stable':
      return beginRecreation(context, stack.id)
    case 'update-failed':
      return spec.onFailure === 'keep' ? beginApply(context) : beginRollback(context, stack.id)
    case 'rollback-stuck':
      return beginContinuedRollback(context, stack.id)
    case 'busy':
      return decideBusy(context)
    case 'delete-failed':
      return blocked(
        'DeleteFailed',
        `stack ${stack.name} is DELETE_FAILED: ${stack.statusReason?.trim() ?? 'no reason given'}; delete it by hand, it is made anew then`,
      )
    default:
      return blocked(
        'Stuck',
        `stack ${stack.name} is ${stack.status}, which a person has to mend: ${stack.statusReason?.trim() ?? 'no reason given'}; nothing is changed`,
      )
  }
}

/** The same inputs ended in a failure before and nobody asked for another try. An operation under way was asked for. */
function isSpent({ record, subject, digest, operation }: Context): boolean {
  const isFresh = operation === undefined || operation.type === 'drift' || operation.type === 'delete'
  return isFresh && record.status.failedDigest === digest && !subject.force
}

/** A stack in working order: bring its content, then what is kept beside it, then look for drift. */
function beginSettled(context: Context, stack: StackView): StackDecision {
  const { subject, spec, record, observation } = context
  if (subject.force || !isHeld(context, stack)) return beginApply(context)

  const isNew = record.status.lastAppliedDigest !== context.digest
  const mustLook = isNew || observation.policy !== undefined
  const operation = newOperation(context, 'apply', { content: context.content })
  const beside = keepBeside(mustLook ? context : withoutPolicy(context), operation)
  if (beside !== undefined) return beside

  const drift = record.status.drift
  const mustCorrect = spec.drift === 'correct' && drift !== undefined && drift.properties.length > 0
  if (mustCorrect && drift.isFinal !== true && !isNew) return beginCorrection(context)
  if (subject.driftDue && spec.drift !== 'ignore' && !isNew) return beginDetection(context, stack.id)
  return applied(context)
}

/** Whether the stack still holds what we last put there, and that is what is wanted. */
function isHeld(context: Context, stack: StackView): boolean {
  const { identity } = context.record.status
  const isUnderWay = context.operation?.type === 'apply' || context.operation?.type === 'recover'
  return (
    !isUnderWay &&
    context.situation === 'stable' &&
    isOurs(context, stack) &&
    identity?.['stackId'] === stack.id &&
    identity['content'] === context.content &&
    identity['updatedAt'] === stack.updatedAt
  )
}

/** A policy that nobody looked at, of a stack whose inputs are unchanged, is taken to be as it was set. */
function withoutPolicy(context: Context): Context {
  const { stackPolicy: _, ...spec } = context.spec
  return { ...context, spec }
}
