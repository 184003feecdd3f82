import type { AzurePorts } from '../api/azure-storage.ts'
import type { Clock } from '../api/clock.ts'

/** Resolves references to secrets (`env://NAME`, `file:///path`, `aws-sm://id#key`, `aws-ssm:///name`, `azure-kv://vault/name`). */
export interface SecretResolver {
  /**
   * The secret's value. Throws `stalled` (`SecretNotFound`, `InvalidReference`, `AccessDenied`) or `backoff` errors
   * that name the reference, never the value.
   */
  resolve(reference: string): Promise<string>
}

/** What the drivers need of the outside world. */
export interface SecretPorts {
  clock: Clock
  /** The environment that `env://` reads. */
  env: Readonly<Record<string, string | undefined>>
  /** The identity that Key Vault is asked with; absent: it cannot be asked. */
  azureCredential?: AzurePorts['credential']
}
