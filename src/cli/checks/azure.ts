import { openSecrets } from '../../compose/azure-ports.ts'
import type { Settings } from '../../compose/settings.ts'
import { azureEndpoint, azureTokens } from '../../compose/targets.ts'
import type { Io } from '../io.ts'
import type { Finding } from './finding.ts'

/** Asks Azure who the controller is there, if it is in use. */
export async function checkAzure(io: Io, settings: Settings, isInUse: boolean): Promise<Finding> {
  const what = 'azure'
  try {
    if (!isInUse)
      return { what, outcome: 'skipped', message: 'not in use: no HEADWATER_AZURE_… setting, no deployment' }
    const { askWho } = await import('../../target/azure/who.ts')
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
