import { awsLocationOf } from '../api/aws-client.ts'
import type { AwsLocation } from '../api/aws-client.ts'
import { HeadwaterError, stalled } from '../api/errors.ts'
import { chooseByScheme } from '../api/scheme.ts'
import type { SchemedUrl } from '../api/scheme.ts'
import type { SecretPorts, SecretResolver } from './secret.ts'

type ReadSecret = (parts: SchemedUrl, reference: string, ports: SecretPorts) => Promise<string>

/** The drivers by their reference's scheme; each loads its own code when it is asked. */
export const secretDrivers: Readonly<Record<string, ReadSecret>> = {
  env: async ({ rest }, reference, { env }) => {
    const { readEnvSecret } = await import('./env.ts')
    return readEnvSecret(env, reference, rest)
  },
  file: async ({ rest }, reference) => {
    const { readFileSecret } = await import('./file.ts')
    return readFileSecret(reference, rest)
  },
  'aws-sm': async (parts, reference) => {
    const { readSecretsManagerSecret } = await import('./aws-secrets-manager.ts')
    return readSecretsManagerSecret(reference, { id: parts.rest, ...keyAndLocation(parts) })
  },
  'aws-ssm': async (parts, reference) => {
    const { readParameterStoreSecret } = await import('./aws-ssm.ts')
    return readParameterStoreSecret(reference, { name: parts.rest, ...keyAndLocation(parts) })
  },
  'azure-kv': async ({ rest, fragment }, reference, { clock, azureCredential: credential }) => {
    if (credential === undefined)
      throw stalled('InvalidSetting', `"${reference}": no identity for Azure is set up here`)
    const { readKeyVaultSecret } = await import('./azure-key-vault.ts')
    return readKeyVaultSecret(
      reference,
      { path: rest, ...(fragment ? { key: fragment } : {}) },
      { clock, credential },
    )
  },
}

function keyAndLocation({ fragment, query }: SchemedUrl): { key?: string } & AwsLocation {
  return { ...(fragment ? { key: fragment } : {}), ...awsLocationOf(query) }
}

/** How long a value is used again without asking, in milliseconds: a rotated secret is in force within a minute. */
export const secretCacheMs = 60_000

/** More references than any installation has; the oldest leave first. */
const maxCached = 1_000

/**
 * Resolves references of every kind. A value is kept for a minute, so that a tick over many stacks asks once, and
 * whoever asks meanwhile waits for the same answer; a failure is never kept.
 */
export function createSecretResolver(ports: SecretPorts): SecretResolver {
  const cached = new Map<string, { until: number; value: Promise<string> }>()
  return {
    resolve: (reference) => {
      const now = ports.clock.now()
      const known = cached.get(reference)
      if (known !== undefined && now < known.until) return known.value
      const value = readSecret(reference, ports)
      cached.delete(reference)
      cached.set(reference, { until: now + secretCacheMs, value })
      for (const oldest of cached.keys()) {
        if (cached.size <= maxCached) break
        cached.delete(oldest)
      }
      value.catch(() => {
        if (cached.get(reference)?.value === value) cached.delete(reference)
      })
      return value
    },
  }
}

async function readSecret(reference: string, ports: SecretPorts): Promise<string> {
  let chosen
  try {
    chosen = chooseByScheme(reference, secretDrivers)
  } catch (error) {
    // A value pasted where a reference belongs must not come back in a message, so the text is not quoted.
    const known = Object.keys(secretDrivers).map((scheme) => `${scheme}://`)
    if (error instanceof HeadwaterError)
      throw stalled('InvalidReference', `the reference to a secret does not begin with ${known.join(', ')}`)
    throw error
  }
  return chosen.entry(chosen.parts, reference, ports)
}
