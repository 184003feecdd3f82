import type { Subject } from '../target.ts'
import { contextOf, identityOf, type AzureDecision, type Settings } from './context.ts'
import { decideAbsent } from './decide-absent.ts'
import { decidePresent } from './decide-present.ts'
import type { Observation } from './observation.ts'

/**
 * What to do next with one deployment or stack. Pure, and total over every provisioning state in any letter case, the
 * unknown ones too, what is wanted and how far we are.
 */
export function decide(
  settings: Settings,
  subject: Subject,
  observation: Observation,
  now: number,
): AzureDecision {
  const context = contextOf(settings, subject, observation, now)
  const decision = subject.wish === 'absent' ? decideAbsent(context) : decidePresent(context)
  // An operation that is given up takes its knowledge of what is ours with it, unless that is kept.
  const isLost = decision.type === 'blocked' && subject.record.operation !== undefined
  return isLost ? { ...decision, identity: identityOf(context) } : decision
}
