import type { AzurePorts } from '../api/azure-storage.ts'
import type { Clock } from '../api/clock.ts'
import { createSecretResolver } from '../secret/index.ts'
import type { SecretResolver } from '../secret/secret.ts'
import type { Settings } from './settings.ts'
import { credentialOptions } from './targets.ts'

/** What secrets are resolved by, and what is opened in Azure. */
export interface OpenedSecrets {
  secrets: SecretResolver
  azure: AzurePorts
}

/**
 * The resolver of secrets, and the ports of the drivers for Azure, by what the settings say. The identity is made once,
 * when it is first asked for: nothing of Azure is loaded without.
 */
export function openSecrets(
  settings: Settings,
  { clock, env }: { clock: Clock; env: Readonly<Record<string, string | undefined>> },
): OpenedSecrets {
  let made: ReturnType<AzurePorts['credential']> | undefined
  const credential: AzurePorts['credential'] = () => {
    made ??= import('../target/azure/credential.ts')
      .then(({ createCredential }) => createCredential(credentialOptions(settings, secrets)))
      .catch((error: unknown) => {
        // One that could not be made is made anew when it is asked for again.
        made = undefined
        throw error
      })
    return made
  }
  const secrets: SecretResolver = createSecretResolver({ clock, env, azureCredential: credential })
  return { secrets, azure: { credential, secret: (reference) => secrets.resolve(reference) } }
}
