import { findCondition, type ConditionType } from '../api/condition.ts'
import type { ObjectRecord } from '../api/record.ts'
import { isSuspended } from '../reconcile/suspend.ts'
import { usageError } from './exit.ts'

/** Picks objects by a condition, as Flux's `--status-selector`. */
export interface StatusSelector {
  text: string
  matches(record: ObjectRecord, now: number): boolean
}

const types: Record<string, ConditionType> = {
  ready: 'Ready',
  reconciling: 'Reconciling',
  stalled: 'Stalled',
  drifted: 'Drifted',
}

/** Reads `ready=false`, `Drifted=True`, `suspended=true`; undefined stands for everything. */
export function parseSelector(text: string | undefined): StatusSelector | undefined {
  if (text === undefined) return undefined
  const [word = '', value = '', ...rest] = text.toLowerCase().split('=')
  const type = types[word]
  const isKnown = rest.length === 0 && ['true', 'false', 'unknown'].includes(value)
  if (!isKnown || (type === undefined && word !== 'suspended')) {
    const known = [...Object.keys(types), 'suspended'].join(', ')
    throw usageError(`--status-selector: "${text}" is not CONDITION=true|false|unknown with one of ${known}`)
  }
  return {
    text,
    matches(record, now) {
      if (type === undefined) return String(isSuspended(record, now)) === value
      // The abnormal conditions exist only while True.
      const absent = type === 'Ready' ? 'unknown' : 'false'
      return (findCondition(record.status.conditions, type)?.status.toLowerCase() ?? absent) === value
    },
  }
}
