import { setCondition } from '../api/condition.ts'
import type { ObjectRecord } from '../api/record.ts'
import type { ObjectStatus } from '../api/status.ts'

/** What a person is told of an object, before it becomes conditions. */
export interface Verdict {
  ready: 'True' | 'False' | 'Unknown'
  reason: string
  message: string
  /** Work is under way. */
  reconciling?: boolean
  /** Nothing will change until something changes in git or a person acts. */
  stalled?: boolean
  /** It says nothing about what is declared: which generation was observed stays as it is. */
  isAside?: boolean
}

/** The status with a verdict written as conditions: kstatus' rules in one place. Pure. */
export function withVerdict(
  record: ObjectRecord,
  status: ObjectStatus,
  verdict: Verdict,
  now: number,
): ObjectStatus {
  const { reason, message } = verdict
  const at = { now, generation: record.generation }
  let conditions = setCondition(
    status.conditions,
    { type: 'Ready', status: verdict.ready, reason, message },
    at,
  )
  const reconciling = verdict.reconciling ? 'True' : 'False'
  conditions = setCondition(conditions, { type: 'Reconciling', status: reconciling, reason, message }, at)
  const stalled = verdict.stalled ? 'True' : 'False'
  conditions = setCondition(conditions, { type: 'Stalled', status: stalled, reason, message }, at)
  const observedGeneration = verdict.isAside ? status.observedGeneration : record.generation
  return { ...status, conditions, observedGeneration }
}

/** The status without the named fields: `exactOptionalPropertyTypes` knows no undefined. */
export function without(status: ObjectStatus, ...keys: (keyof ObjectStatus)[]): ObjectStatus {
  const next = { ...status }
  for (const key of keys) delete next[key]
  return next
}
