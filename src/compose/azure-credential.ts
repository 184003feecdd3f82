import type { AzurePorts } from '../api/azure-storage.ts'
import { stalled } from '../api/errors.ts'

type Environment = Readonly<Record<string, string | undefined>>

/**
 * The identity that Azure is called with, as `HEADWATER_AZURE_CREDENTIAL` says it: `managed-identity` in a function app
 * (with `HEADWATER_AZURE_CLIENT_ID` for a user-assigned one), and without it what a laptop has (`az login`). Made once,
 * when it is first asked for.
 */
export function azureCredentialFrom(env: Environment): AzurePorts['credential'] {
  let made: ReturnType<AzurePorts['credential']> | undefined
  return () => {
    made ??= make(env)
    return made
  }
}

async function make(env: Environment): ReturnType<AzurePorts['credential']> {
  const kind = env['HEADWATER_AZURE_CREDENTIAL']
  const clientId = env['HEADWATER_AZURE_CLIENT_ID']
  const { laptopIdentity, managedIdentity } = await import('./azure-identity.ts')
  if (!kind) return laptopIdentity()
  if (kind === 'managed-identity') return managedIdentity(clientId || undefined)
  throw stalled(
    'InvalidSetting',
    `HEADWATER_AZURE_CREDENTIAL: "${kind}" is not known; allowed: managed-identity`,
  )
}
