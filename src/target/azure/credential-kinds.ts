/** How the controller proves who it is to Azure. One is chosen; none is tried after another, but for `default`. */
export const credentialKinds = [
  'managed-identity',
  'workload-identity',
  'client-secret',
  'aws-federation',
  'default',
] as const

/** One of them. */
export type CredentialKind = (typeof credentialKinds)[number]
