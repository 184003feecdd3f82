import type { Subject } from '../target.ts'
import { contextOf, pinOf, type Settings, type StackDecision } from './context.ts'
import { decideAbsent } from './decide-absent.ts'
import { decidePresent } from './decide-present.ts'
import type { Observation } from './observation.ts'

/**
 * What to do next with one stack. Pure, and total over every stack status, every change set's status and execution
 * status, what is wanted and how far we are.
 */
export function decide(
  settings: Settings,
  subject: Subject,
  observation: Observation,
  now: number,
): StackDecision {
  const context = contextOf(settings, subject, observation, now)
  const decision = subject.wish === 'absent' ? decideAbsent(context) : decidePresent(context)
  // An operation that is given up takes its knowledge of which stack is ours with it, unless that is kept.
  const isLost = decision.type === 'blocked' && subject.record.operation !== undefined
  return isLost ? { ...decision, identity: pinOf(subject.record) } : decision
}
