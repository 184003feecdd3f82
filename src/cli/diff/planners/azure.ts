import { azureEndpoint, azureTokens } from '../../../compose/targets.ts'
import { createSecretResolver } from '../../../secret/index.ts'
import { createAzurePlanner, createAzureTarget } from '../../../target/azure/index.ts'
import type { PlanPorts, Planner } from './planner.ts'

/** Plans deployments: by ARM's what-if; offline by evaluating both templates. */
export async function createDeploymentPlanner(ports: PlanPorts): Promise<Planner> {
  const { io, env, settings, blobs, isOffline } = ports
  const bodies = new Map<string, Uint8Array>()
  const templateBody = async (sha256: string) =>
    bodies.get(sha256) ?? (await blobs.get(sha256)) ?? new Uint8Array()
  const options = {
    controllerId: settings.controllerId,
    clock: io.clock,
    tokens: await azureTokens(settings, createSecretResolver({ clock: io.clock, env })),
    endpoint: azureEndpoint(settings),
    templateBody,
  }
  const planOnline = createAzurePlanner(options)
  return {
    target: createAzureTarget(options),
    async plan({ before, files }, after) {
      for (const [sha256, bytes] of files) bodies.set(sha256, bytes)
      if (!isOffline) return { cloud: 'azure', ...(await planOnline(after)) }
      const { planOffline } = await import('../../../target/azure/plan-offline.ts')
      return { cloud: 'azure', ...(await planOffline(before, after, { templateBody })) }
    },
  }
}
