import { HeadwaterError } from '../../api/errors.ts'
import type { ObjectRecord } from '../../api/record.ts'
import { parseKey } from '../../api/reference.ts'
import type { Candidate } from './candidate.ts'
import type { CloudPlan, Planner } from './planners/index.ts'

/** What would happen to one object, or why that cannot be told. */
export type Planned =
  | { type: 'planned'; candidate: Candidate; plan: CloudPlan }
  | { type: 'leaves'; candidate: Candidate; isDeleted: boolean }
  /** Not an error where it only has to wait for another change of the same diff. */
  | { type: 'unknown'; candidate: Candidate; why: string; isWaiting: boolean }

/** Plans at once; a change set or a what-if takes seconds, the clouds' own limits are some a second. */
const plansAtOnce = 4

/** Plans every candidate, in their order. */
export async function planAll(
  candidates: readonly Candidate[],
  planners: ReadonlyMap<string, Planner>,
): Promise<Planned[]> {
  const changing = new Set(candidates.map(({ key }) => key))
  const planned: Planned[] = []
  for (let index = 0; index < candidates.length; index += plansAtOnce) {
    const some = candidates.slice(index, index + plansAtOnce)
    planned.push(...(await Promise.all(some.map((candidate) => planOne(candidate, planners, changing)))))
  }
  return planned
}

async function planOne(
  candidate: Candidate,
  planners: ReadonlyMap<string, Planner>,
  changing: ReadonlySet<string>,
): Promise<Planned> {
  const { after, before, key } = candidate
  if (after === undefined)
    return { type: 'leaves', candidate, isDeleted: before?.spec['deletionPolicy'] === 'Delete' }
  try {
    const planner = planners.get(parseKey(key).kind)
    if (planner === undefined) throw new Error(`nothing plans ${key}`)
    return { type: 'planned', candidate, plan: await planner.plan(candidate, after) }
  } catch (error) {
    if (!(error instanceof HeadwaterError)) throw error
    return { type: 'unknown', candidate, why: error.message, isWaiting: await waits(error, after, changing) }
  }
}

/** A new stack may import what another new one is yet to export. */
async function waits(
  error: HeadwaterError,
  after: ObjectRecord,
  changing: ReadonlySet<string>,
): Promise<boolean> {
  const { dependencyKeys } = await import('../../reconcile/dependencies.ts')
  return error.class === 'stalled' && dependencyKeys(after).some((key) => changing.has(key))
}
