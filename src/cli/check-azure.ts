import { openSecrets } from '../compose/azure-ports.ts'
import type { Settings } from '../compose/settings.ts'
import { azureEndpoint, azureTokens } from '../compose/targets.ts'
import type { Finding } from './checks.ts'
import type { Io } from './io.ts'
import { withStore } from './open.ts'
import { listRecords } from './select.ts'

/** Asks Azure who the controller is there, when the settings speak of Azure or the store holds a deployment. */
export async function checkAzure(io: Io, settings: Settings): Promise<Finding> {
  const what = 'azure'
  try {
    if (!(await isInUse(io, settings)))
      return { what, outcome: 'skipped', message: 'not in use: no HEADWATER_AZURE_… setting, no deployment' }
    const { askWho } = await import('../target/azure/who.ts')
    const endpoint = azureEndpoint(settings)
    const tokens = await azureTokens(settings, openSecrets(settings, io).secrets)
    const { tenantId, clientId, subscriptions } = await askWho({ clock: io.clock, endpoint, tokens })
    const who = clientId === undefined ? 'an identity' : `client ${clientId}`
    const where = tenantId === undefined ? '' : ` of tenant ${tenantId}`
    const seen = `${subscriptions} ${subscriptions === 1 ? 'subscription' : 'subscriptions'} visible`
    const advice = subscriptions === 0 ? '; give it a role where it shall deploy' : ''
    return { what, outcome: 'good', message: `${who}${where} at ${endpoint}, ${seen}${advice}` }
  } catch (error) {
    return { what, outcome: 'bad', message: error instanceof Error ? error.message : String(error) }
  }
}

async function isInUse(io: Io, settings: Settings): Promise<boolean> {
  if (settings.azure !== undefined) return true
  return withStore(io, { store: settings.store }, async (store) => {
    const deployments = await listRecords(store, 'AzureDeployment')
    return deployments.length > 0
  })
}
