/**
 * What is used of `@azure/identity`, by name: a bundle that loads this file lazily leaves out the rest of the library,
 * which it could not if the library itself were loaded so.
 */
export {
  ClientAssertionCredential,
  ClientSecretCredential,
  DefaultAzureCredential,
  ManagedIdentityCredential,
  WorkloadIdentityCredential,
} from '@azure/identity'
