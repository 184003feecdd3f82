import type { ObjectRecord } from '../../../api/record.ts'
import { azureEndpoint, azureTokens } from '../../../compose/targets.ts'
import { createAzureTarget } from '../../../target/azure/index.ts'
import { createAzurePlanner } from '../../../target/azure/planner.ts'
import type { OfflineSide } from '../../../target/azure/plan-offline.ts'
import type { PlanPorts, Planner } from './planner.ts'

/** Plans deployments: by ARM's what-if; offline by evaluating both templates. */
export async function createDeploymentPlanner(ports: PlanPorts): Promise<Planner> {
  const { io, secrets, settings, blobs, isOffline } = ports
  const bodies = new Map<string, Uint8Array>()
  const bodyOf = async (sha256: string) => bodies.get(sha256) ?? (await blobs.get(sha256))
  const options = {
    controllerId: settings.controllerId,
    clock: io.clock,
    tokens: await azureTokens(settings, secrets),
    endpoint: azureEndpoint(settings),
    templateBody: async (sha256: string) => (await bodyOf(sha256)) ?? new Uint8Array(),
  }
  const planOnline = createAzurePlanner(options)
  return {
    target: createAzureTarget(options),
    async plan({ before, files }, after) {
      for (const [sha256, bytes] of files) bodies.set(sha256, bytes)
      if (!isOffline) return { cloud: 'azure', ...(await planOnline(after)) }
      const { planOffline } = await import('../../../target/azure/plan-offline.ts')
      const was = before === undefined ? undefined : await sideOf(before, bodyOf)
      const is = await sideOf(after, bodyOf)
      return { cloud: 'azure', ...planOffline(was, is ?? { record: after, template: '', parameters: '{}' }) }
    },
  }
}

/** What an object deploys; undefined when its template is not at hand here. */
async function sideOf(
  record: ObjectRecord,
  bodyOf: (sha256: string) => Promise<Uint8Array | undefined>,
): Promise<OfflineSide | undefined> {
  const { template, parameters } = record.inputs?.files ?? {}
  const text = async (file: typeof template) => {
    const bytes = file === undefined ? undefined : await bodyOf(file.sha256)
    return bytes === undefined ? undefined : new TextDecoder().decode(bytes)
  }
  const templateText = await text(template)
  if (templateText === undefined) return undefined
  return { record, template: templateText, parameters: (await text(parameters)) ?? '{}' }
}
