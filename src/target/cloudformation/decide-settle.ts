import type { Operation } from '../../api/record.ts'
import { applied } from './applied.ts'
import { act, type Context, type StackDecision } from './context.ts'
import { correctionMode } from './correction.ts'
import { settleCorrection } from './decide-drift.ts'
import { policyDigest } from './digest.ts'

/** Whether the declared stack policy is still to be set: it was not by this operation, and what was seen differs or was not looked at. */
export function wantsPolicy(context: Context, operation: Operation | undefined): boolean {
  const { spec, observation } = context
  if (spec.stackPolicy === undefined) return false
  const wanted = policyDigest(spec.stackPolicy)
  return operation?.data['policy'] !== wanted && observation.policy !== wanted
}

/** Whether the declared termination protection is still to be set. */
export function wantsProtection(context: Context, operation: Operation | undefined): boolean {
  const { spec, stack } = context
  if (spec.terminationProtection === undefined || stack === undefined) return false
  if (operation?.data['protection'] === String(spec.terminationProtection)) return false
  return stack.terminationProtection !== spec.terminationProtection
}

/** Sets what is kept beside the stack's content, one call after the other; undefined: it is as declared. */
export function keepBeside(context: Context, operation: Operation): StackDecision | undefined {
  const { stack, spec } = context
  if (stack === undefined) return undefined
  if (wantsPolicy(context, operation)) {
    const action = { type: 'set-stack-policy', stack: stack.id } as const
    return act(context, operation, action, 'setting the stack policy', { held: 'true' })
  }
  if (wantsProtection(context, operation)) {
    const enabled = spec.terminationProtection === true
    const action = { type: 'set-termination-protection', stack: stack.id, enabled } as const
    const message = `turning termination protection ${enabled ? 'on' : 'off'}`
    return act(context, operation, action, message, { held: 'true' })
  }
  return undefined
}

/** The stack's content is as declared: what is kept beside it follows, then the operation is over. `executed`: a change set was. */
export function settle(context: Context, operation: Operation, executed: boolean): StackDecision {
  const wasExecuted = executed || operation.data['executed'] !== undefined
  const marked = wasExecuted ? { ...operation, data: { ...operation.data, executed: 'true' } } : operation
  if (correctionMode(operation) !== undefined) return settleCorrection(context, marked)
  return keepBeside(context, marked) ?? applied(context, marked)
}
