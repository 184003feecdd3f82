import { parameterTexts, type ParameterValue } from '../../../api/parameters.ts'
import type { ObjectRecord } from '../../../api/record.ts'
import { createCloudFormationTarget } from '../../../target/cloudformation/index.ts'
import { createCloudFormationPlanner } from '../../../target/cloudformation/planner.ts'
import type { PlanPorts, Planner } from './planner.ts'

/** Plans stacks: by change sets that are never executed; offline by comparing templates alone. */
export function createStackPlanner(ports: PlanPorts): Planner {
  const { io, settings, blobs } = ports
  const bodies = new Map<string, Uint8Array>()
  const options = {
    controllerId: settings.controllerId,
    ...(settings.region === undefined ? {} : { defaultRegion: settings.region }),
    clock: io.clock,
    templateBody: async (sha256: string) =>
      bodies.get(sha256) ?? (await blobs.get(sha256)) ?? new Uint8Array(),
    templateUrl: (sha256: string) => blobs.url(sha256),
  }
  const planOnline = createCloudFormationPlanner(options)
  return {
    target: createCloudFormationTarget(options),
    async plan(candidate, after) {
      if (ports.isOffline) return { cloud: 'aws', ...(await planOffline(ports, candidate, after)) }
      for (const [sha256, bytes] of candidate.files) {
        bodies.set(sha256, bytes)
        // CloudFormation reads a large template by its url, so it has to lie there.
        if (blobs.url(sha256) !== undefined) await blobs.put(bytes)
      }
      return { cloud: 'aws', ...(await planOnline(after)) }
    },
  }
}

async function planOffline(
  { blobs }: PlanPorts,
  { before, files }: Parameters<Planner['plan']>[0],
  after: ObjectRecord,
) {
  const { planOffline: compare } = await import('../../../target/cloudformation/plan-offline.ts')
  const old = before?.inputs?.files['template']
  const oldBytes = old === undefined ? undefined : await blobs.get(old.sha256)
  const next = after.inputs?.files['template']
  const nextBytes = next === undefined ? undefined : files.get(next.sha256)
  const was = oldBytes === undefined || before === undefined ? undefined : sideOf(oldBytes, before)
  return compare(was, sideOf(nextBytes ?? new Uint8Array(), after))
}

function sideOf(template: Uint8Array, { spec }: ObjectRecord) {
  const parameters = parameterTexts((spec['parameters'] ?? {}) as Record<string, ParameterValue>)
  return { template: new TextDecoder().decode(template), parameters }
}
