import { HeadwaterError } from '../../api/errors.ts'
import { parameterTexts, type ParameterValue } from '../../api/parameters.ts'
import type { ObjectRecord } from '../../api/record.ts'
import type { BlobStore } from '../../blob/blob.ts'
import type { Settings } from '../../compose/settings.ts'
import type { StackPlan } from '../../target/cloudformation/plan.ts'
import type { Io } from '../io.ts'
import type { Candidate } from './compare.ts'

/** What would happen to one stack, or why that cannot be told. */
export type Planned =
  | { type: 'planned'; candidate: Candidate; plan: StackPlan }
  | { type: 'leaves'; candidate: Candidate; isDeleted: boolean }
  /** Not an error where it only has to wait for another change of the same diff. */
  | { type: 'unknown'; candidate: Candidate; why: string; isWaiting: boolean }

/** Plans at once; a change set takes seconds, CloudFormation's own limits are some a second. */
const plansAtOnce = 4

/** How plans are made. */
export interface PlanPorts {
  io: Io
  settings: Settings
  blobs: BlobStore
  isOffline: boolean
}

/** Plans every candidate, in their order. */
export async function planAll(candidates: readonly Candidate[], ports: PlanPorts): Promise<Planned[]> {
  const changing = new Set(candidates.map(({ key }) => key))
  const plan = ports.isOffline ? offlinePlanner(ports) : await onlinePlanner(ports)
  const planned: Planned[] = []
  for (let index = 0; index < candidates.length; index += plansAtOnce) {
    const some = candidates.slice(index, index + plansAtOnce)
    planned.push(...(await Promise.all(some.map((candidate) => planOne(candidate, plan, changing)))))
  }
  return planned
}

type Plan = (candidate: Candidate, after: ObjectRecord) => Promise<StackPlan>

async function planOne(candidate: Candidate, plan: Plan, changing: ReadonlySet<string>): Promise<Planned> {
  const { after, before } = candidate
  if (after === undefined)
    return { type: 'leaves', candidate, isDeleted: before?.spec['deletionPolicy'] === 'Delete' }
  try {
    return { type: 'planned', candidate, plan: await plan(candidate, after) }
  } catch (error) {
    if (!(error instanceof HeadwaterError)) throw error
    const { dependencyKeys } = await import('../../reconcile/dependencies.ts')
    // A new stack may import what another new one is yet to export.
    const isWaiting = error.class === 'stalled' && dependencyKeys(after).some((key) => changing.has(key))
    return { type: 'unknown', candidate, why: error.message, isWaiting }
  }
}

/** By change sets that are never executed. */
async function onlinePlanner({ io, settings, blobs }: PlanPorts): Promise<Plan> {
  const { createCloudFormationPlanner } = await import('../../target/cloudformation/index.ts')
  const bodies = new Map<string, Uint8Array>()
  const plan = createCloudFormationPlanner({
    controllerId: settings.controllerId,
    ...(settings.region === undefined ? {} : { defaultRegion: settings.region }),
    clock: io.clock,
    templateBody: async (sha256) => bodies.get(sha256) ?? (await blobs.get(sha256)) ?? new Uint8Array(),
    templateUrl: (sha256) => blobs.url(sha256),
  })
  return async ({ files }, after) => {
    for (const [sha256, bytes] of files) {
      bodies.set(sha256, bytes)
      // CloudFormation reads a large template by its url, so it has to lie there.
      if (blobs.url(sha256) !== undefined) await blobs.put(bytes)
    }
    return plan(after)
  }
}

/** By comparing templates alone. */
function offlinePlanner({ blobs }: PlanPorts): Plan {
  return async ({ before, files }, after) => {
    const { planOffline } = await import('../../target/cloudformation/plan-offline.ts')
    const old = before?.inputs?.files['template']
    const oldBytes = old === undefined ? undefined : await blobs.get(old.sha256)
    const next = after.inputs?.files['template']
    const nextBytes = next === undefined ? undefined : files.get(next.sha256)
    const was = oldBytes === undefined || before === undefined ? undefined : sideOf(oldBytes, before)
    return planOffline(was, sideOf(nextBytes ?? new Uint8Array(), after))
  }
}

function sideOf(template: Uint8Array, { spec }: ObjectRecord) {
  const parameters = parameterTexts((spec['parameters'] ?? {}) as Record<string, ParameterValue>)
  return { template: new TextDecoder().decode(template), parameters }
}
