import { asHeadwaterError, isConflict } from '../../api/errors.ts'
import type { HeadwaterError } from '../../api/errors.ts'
import { findCondition } from '../../api/condition.ts'
import type { ObjectRecord } from '../../api/record.ts'
import type { AnyTarget, Subject } from '../../target/target.ts'
import { withVerdict } from '../conditions.ts'
import { findBlocker, waitingMessage } from '../dependencies.ts'
import { waitToLeave } from '../farewell.ts'
import type { Outcome } from '../outcome.ts'
import { handled } from '../outcome.ts'
import { outcomeOf, outcomeOfError } from '../outcome-of.ts'
import type { ControllerPorts } from '../ports.ts'
import { blockedRetryMs } from '../retry.ts'
import { isDriftDue, settledDueAt } from '../schedule.ts'
import type { At } from '../schedule.ts'
import type { Step } from '../step.ts'
import { isSuspended, suspendedOutcome } from '../suspend.ts'

/** Looks and calls in one step before it goes back to the queue: enough for a change set to be made, not for a rollout. */
const maxRounds = 6

/**
 * One step of anything that a cloud deploys: observe, decide, store the intent, act, store the outcome; again while
 * there is nothing to wait for.
 */
export async function reconcileDeployable(
  ports: ControllerPorts,
  step: Step,
  target: AnyTarget,
): Promise<Outcome> {
  const held = await gate(ports, step)
  if (held !== undefined) return held

  for (let round = 1; ; round++) {
    const record = step.record()
    const subject = subjectOf(record, ports.clock.now())
    let isActing = false
    try {
      const observation: unknown = await target.observe(subject)
      const now = ports.clock.now()
      const decision = target.decide(subject, observation, now)
      const outcome = outcomeOf(record, decision, { now, random: ports.random })
      if (decision.type !== 'act') return outcome

      for (const event of outcome.events) step.event(event)
      await step.write({ status: outcome.status, operation: decision.operation })
      isActing = true
      const result = await target.act(subject, decision.operation, decision.action)
      const written = step.record()
      const operation = { ...decision.operation, data: { ...decision.operation.data, ...result.data } }
      const isAgain = result.requeueAfterMs === undefined && round < maxRounds
      if (!isAgain) {
        const dueAt = ports.clock.now() + (result.requeueAfterMs ?? 0)
        return { status: written.status, operation, dueAt, events: [], wake: false }
      }
      if (result.data !== undefined) await step.write({ status: written.status, operation })
    } catch (error) {
      if (isConflict(error)) throw error
      const classed = asHeadwaterError(error)
      const at = { now: ports.clock.now(), random: ports.random }
      return isActing ? afterRefusal(step, classed, at) : outcomeOfError(step.record(), classed, at)
    }
  }
}

/** What makes a step of this object needless, forbidden or too early, without a call to the cloud; undefined: go on. */
async function gate(ports: ControllerPorts, step: Step): Promise<Outcome | undefined> {
  const record = step.record()
  const { clock, random } = ports
  const now = clock.now()
  const { operation, inputs, status } = record
  const quiet = { events: [], wake: false }

  // What runs already is watched to its end, whatever else is said.
  if (operation !== undefined) return undefined

  if (isSuspended(record, now)) return suspendedOutcome(record, now)
  if (record.deletion !== undefined) return waitToLeave(ports, record)
  if (inputs === undefined) {
    const message = 'waiting for its inputs to be packaged from the source'
    const verdict = { ready: 'Unknown', reason: 'Progressing', message, reconciling: true } as const
    return { ...quiet, status: withVerdict(record, status, verdict, now), dueAt: undefined }
  }

  const subject = subjectOf(record, now)
  const isRequested = record.request !== undefined && record.request.token !== status.lastHandledReconcileAt
  const isApplied = status.lastAppliedDigest === inputs.digest
  const hasFailed = status.failedDigest === inputs.digest
  const hasDrift = (status.drift?.properties.length ?? 0) > 0
  const mustCorrect = record.spec['drift'] === 'correct' && hasDrift && status.drift?.isFinal !== true

  if (hasFailed && !subject.force) {
    const seen = { ...handled(record, status), observedGeneration: record.generation }
    return { ...quiet, status: seen, dueAt: status.nextAttemptAt }
  }
  // A plan that was shown to a person waits for that person, and costs nothing meanwhile.
  const isHeld = status.held !== undefined && status.lastAttemptedDigest === inputs.digest
  if (isHeld && record.approval?.token !== status.held?.token && !isRequested)
    return { ...quiet, status: { ...status, observedGeneration: record.generation }, dueAt: undefined }
  const blocker = isApplied ? undefined : await findBlocker(ports, record, inputs.revision)
  if (blocker !== undefined) {
    const verdict = {
      ready: 'False',
      reason: 'DependencyNotReady',
      message: waitingMessage(blocker),
      reconciling: true,
    } as const
    const waiting = withVerdict(record, { ...status, blockedBy: [blocker.key] }, verdict, now)
    const since = findCondition(waiting.conditions, 'Ready')?.lastTransitionTime ?? ''
    return { ...quiet, status: waiting, dueAt: now + blockedRetryMs(now - Date.parse(since), random) }
  }
  const isReady = findCondition(status.conditions, 'Ready')?.status === 'True'
  if (isApplied && isReady && !isRequested && !subject.driftDue && !mustCorrect) {
    const message = `no changes since ${status.lastAttemptedRevision ?? inputs.revision}`
    const applied = { ...status, lastAppliedRevision: inputs.revision }
    const verdict = { ready: 'True', reason: 'ReconciliationSucceeded', message } as const
    const next = withVerdict(record, applied, verdict, now)
    return { status: next, dueAt: settledDueAt(record, next, { now, random }), events: [], wake: true }
  }
  return undefined
}

/** What this step is about. Pure. */
export function subjectOf(record: ObjectRecord, now: number): Subject {
  const { status, request, inputs } = record
  const isForced = request?.force === true && request.token !== status.lastHandledReconcileAt
  const hasFailed = inputs !== undefined && status.failedDigest === inputs.digest
  const isRetryTime = hasFailed && status.nextAttemptAt !== undefined && status.nextAttemptAt <= now
  return {
    record,
    wish: record.deletion === undefined ? 'present' : 'absent',
    force: isForced || isRetryTime,
    driftDue: isDriftDue(record, now),
  }
}

/** A call that was refused for what was asked ends the attempt; whatever else goes wrong is looked at again. */
function afterRefusal(step: Step, error: HeadwaterError, at: At): Outcome {
  const record = step.record()
  if (error.class !== 'stalled') return outcomeOfError(record, error, at)
  return outcomeOf(record, { type: 'failed', reason: error.reason, message: error.message }, at)
}
