/**
 * What is true of an object now, after kstatus: `Ready` always exists; `Reconciling`, `Stalled` and `Drifted` are
 * abnormal and exist only while True.
 */
export interface Condition {
  type: ConditionType
  status: 'True' | 'False' | 'Unknown'
  /** PascalCase, Flux's where Flux has one: `ReconciliationSucceeded`, `DependencyNotReady`. */
  reason: string
  message: string
  observedGeneration: number
  /** RFC 3339; moves only when `status` changes. */
  lastTransitionTime: string
}

/** The types of conditions we set. */
export type ConditionType = 'Ready' | 'Reconciling' | 'Stalled' | 'Drifted'

/** A condition before it is written: time and generation are added by `setCondition`. */
export type NewCondition = Pick<Condition, 'type' | 'status' | 'reason' | 'message'>

/** The conditions with one set; an abnormal type set to anything but True is removed. Pure. */
export function setCondition(
  conditions: readonly Condition[],
  next: NewCondition,
  at: { now: number; generation: number },
): Condition[] {
  const previous = conditions.find((condition) => condition.type === next.type)
  const others = conditions.filter((condition) => condition.type !== next.type)
  if (next.type !== 'Ready' && next.status !== 'True') return others
  const lastTransitionTime =
    previous?.status === next.status ? previous.lastTransitionTime : new Date(at.now).toISOString()
  const written: Condition = { ...next, observedGeneration: at.generation, lastTransitionTime }
  return next.type === 'Ready' ? [written, ...others] : [...others, written]
}

/** The condition of a type, if it exists. */
export function findCondition(conditions: readonly Condition[], type: ConditionType): Condition | undefined {
  return conditions.find((condition) => condition.type === type)
}
