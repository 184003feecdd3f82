import { DefaultAzureCredential, ManagedIdentityCredential } from '@azure/identity'
import type { AzureTokenCredential } from '../api/azure-storage.ts'

/** The identity of a function app; of a user-assigned one by its client id. Imported by name, so that a bundle holds no other. */
export function managedIdentity(clientId: string | undefined): AzureTokenCredential {
  return new ManagedIdentityCredential(clientId === undefined ? {} : { clientId })
}

/** What a laptop has: `az login` and its kin. */
export function laptopIdentity(): AzureTokenCredential {
  return new DefaultAzureCredential()
}
