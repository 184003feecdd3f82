import { isDeepStrictEqual } from 'node:util'
import type { CausesReplacement, ResourceTypeFacts } from '../../../../template/cloudformation/facts.ts'
import { isObject } from '../input.ts'
import type { JsonObject } from '../model.ts'

/** One place where two property values differ. */
export interface Difference {
  /** Keys and indexes from the properties down. */
  path: readonly (string | number)[]
  before: unknown
  after: unknown
}

/** Where two sets of properties differ, as deep as the structures are alike on both sides. */
export function differencesOf(
  before: unknown,
  after: unknown,
  path: readonly (string | number)[] = [],
): Difference[] {
  if (isDeepStrictEqual(before, after)) return []
  if (isObject(before) && isObject(after)) {
    const names = new Set([...Object.keys(before), ...Object.keys(after)])
    return [...names].flatMap((name) => differencesOf(before[name], after[name], [...path, name]))
  }
  if (Array.isArray(before) && Array.isArray(after)) {
    const length = Math.max(before.length, after.length)
    return Array.from({ length }).flatMap((_, index) =>
      differencesOf(before[index], after[index], [...path, index]),
    )
  }
  return [{ path, before, after }]
}

/** Whether a change at a path replaces the resource, by the type's schema. */
export function causesReplacement(
  facts: ResourceTypeFacts | undefined,
  path: readonly (string | number)[],
): CausesReplacement {
  return facts?.causesReplacement(path.filter((step) => typeof step === 'string')) ?? 'no'
}

/** Whether going from one set of properties to another replaces the resource. */
export function replacementOf(
  facts: ResourceTypeFacts | undefined,
  before: JsonObject,
  after: JsonObject,
): 'True' | 'False' | 'Conditional' {
  const words = differencesOf(before, after).map(({ path }) => causesReplacement(facts, path))
  if (words.includes('yes')) return 'True'
  return words.includes('maybe') ? 'Conditional' : 'False'
}
