import type { TokenCredential } from '@azure/identity'
import { HeadwaterError, stalled, transient } from '../../api/errors.ts'
import { isLoopback } from '../../api/loopback.ts'
import { cleanText } from '../clean-text.ts'
import type { AzureIdentity, TokenSource } from './connections.ts'
import type { CredentialKind } from './credential-kinds.ts'

/** What the settings say about identity. */
export interface CredentialOptions {
  kind: CredentialKind
  tenantId?: string
  /** Of the application, or of a user-assigned managed identity. */
  clientId?: string
  /** For `client-secret`: resolves the reference to it. */
  clientSecret?: () => Promise<string>
  /** Where tokens come from; default: the public cloud's. Always https. */
  authority?: string
  /** Origin of ARM: tokens are for it. */
  endpoint: string
  /** For `aws-federation`, and `deployAs` when run on AWS: a token of AWS's that says who we are there. */
  awsToken: (audience: string) => Promise<string>
}

/** What a token is for when it is exchanged for one of another identity. Source: Entra's workload identity federation. */
export const exchangeAudience = 'api://AzureADTokenExchange'

/** Entra's public authority, and those that its library knows without asking. */
const publicAuthority = 'https://login.microsoftonline.com'
const knownAuthorities = new Set([
  publicAuthority,
  'https://login.microsoftonline.us',
  'https://login.chinacloudapi.cn',
  'https://login.partner.microsoftonline.cn',
])
const requestTimeoutMs = 15_000

/** Tokens by @azure/identity, which is loaded with the first; `scope` says for whom, by default for ARM. */
export function createTokenSource(
  options: CredentialOptions,
  scope = `${audienceOf(options.endpoint)}/.default`,
): TokenSource {
  const open = new Map<string, Promise<TokenCredential>>()

  return {
    async token(as, isStale) {
      const name = as === undefined ? 'own' : `${as.tenantId} ${as.clientId}`
      // The library keeps tokens in the credential: another one is had by another credential.
      if (isStale) open.delete(name)
      const known = open.get(name) ?? (as === undefined ? createCredential(options) : federated(options, as))
      open.set(name, known)
      try {
        return await tokenOf(await known, scope)
      } catch (error) {
        // A credential that could not be made is made anew at the next call.
        open.delete(name)
        throw identityError(as, error)
      }
    },
  }
}

/**
 * A token that says who the controller is, for somebody outside of Azure: what AWS takes in exchange for a role. Needs a
 * managed or workload identity.
 */
export async function identityToken(options: CredentialOptions, audience: string): Promise<string> {
  try {
    return await ownAssertion(options, audience)
  } catch (error) {
    throw identityError(undefined, error)
  }
}

/** ARM of every cloud is its own audience; a pretend one on this machine takes the public one's. */
function audienceOf(endpoint: string): string {
  return isLoopback(endpoint) ? 'https://management.azure.com' : new URL(endpoint).origin
}

async function tokenOf(credential: TokenCredential, scope: string): Promise<string> {
  const answer = await credential.getToken(scope, { requestOptions: { timeout: requestTimeoutMs } })
  if (answer === null) throw stalled('AuthenticationFailed', 'the credential gave no token')
  return answer.token
}

function common({ authority = publicAuthority }: CredentialOptions) {
  return {
    authorityHost: authority,
    ...(knownAuthorities.has(authority) ? {} : { disableInstanceDiscovery: true }),
    // When to try again is decided by the loop.
    retryOptions: { maxRetries: 0 },
  }
}

/** The controller's own credential, for whatever Azure is asked. The library is loaded with the first. */
export async function createCredential(options: CredentialOptions): Promise<TokenCredential> {
  const identity = await import('./identity-library.ts')
  const { kind, tenantId, clientId } = options
  switch (kind) {
    case 'managed-identity':
      return managedIdentity(options)
    case 'workload-identity':
      return new identity.WorkloadIdentityCredential({
        ...common(options),
        ...(tenantId === undefined ? {} : { tenantId }),
        ...(clientId === undefined ? {} : { clientId }),
      })
    case 'client-secret': {
      const named = required(options)
      const { clientSecret } = options
      if (clientSecret === undefined)
        throw stalled(
          'CredentialsMissing',
          'client-secret needs HEADWATER_AZURE_CLIENT_SECRET, a reference to the secret',
        )
      return new identity.ClientSecretCredential(
        named.tenantId,
        named.clientId,
        await clientSecret(),
        common(options),
      )
    }
    case 'aws-federation': {
      const named = required(options)
      const assertion = async () => options.awsToken(exchangeAudience)
      return new identity.ClientAssertionCredential(
        named.tenantId,
        named.clientId,
        assertion,
        common(options),
      )
    }
    case 'default':
      return new identity.DefaultAzureCredential({
        authorityHost: common(options).authorityHost,
        ...(tenantId === undefined ? {} : { tenantId }),
      })
    default:
      throw new Error(`unknown credential ${String(kind satisfies never)}`)
  }
}

async function managedIdentity(options: CredentialOptions): Promise<TokenCredential> {
  const { ManagedIdentityCredential } = await import('./identity-library.ts')
  const { clientId } = options
  const settings = { retryOptions: { maxRetries: 1 } }
  return clientId === undefined
    ? new ManagedIdentityCredential(settings)
    : new ManagedIdentityCredential({ clientId, ...settings })
}

function required({ kind, tenantId, clientId }: CredentialOptions): AzureIdentity {
  if (tenantId === undefined || clientId === undefined)
    throw stalled(
      'CredentialsMissing',
      `${kind} needs HEADWATER_AZURE_TENANT_ID and HEADWATER_AZURE_CLIENT_ID`,
    )
  return { tenantId, clientId }
}

/** Another identity that trusts the controller's own: no key of it is stored anywhere. */
async function federated(options: CredentialOptions, as: AzureIdentity): Promise<TokenCredential> {
  // Told here: the library would tell of an assertion that failed as of a sign-in that did.
  if (options.kind === 'client-secret' || options.kind === 'default') throw unfit(options.kind)
  const { ClientAssertionCredential } = await import('./identity-library.ts')
  const assertion = async () => ownAssertion(options, exchangeAudience)
  return new ClientAssertionCredential(as.tenantId, as.clientId, assertion, common(options))
}

function unfit(kind: CredentialKind): HeadwaterError {
  return stalled(
    'CredentialsUnfit',
    `nobody can trust the credential "${kind}" by federation; set HEADWATER_AZURE_CREDENTIAL to managed-identity, workload-identity or aws-federation`,
  )
}

/** What proves the controller's own identity to somebody else. */
async function ownAssertion(options: CredentialOptions, audience: string): Promise<string> {
  switch (options.kind) {
    case 'managed-identity':
      return tokenOf(await managedIdentity(options), `${audience}/.default`)
    case 'aws-federation':
      return options.awsToken(audience)
    case 'workload-identity':
      return tokenOf(await createCredential(options), `${audience}/.default`)
    case 'client-secret':
    case 'default':
      throw unfit(options.kind)
    default:
      throw new Error(`unknown credential ${String(options.kind satisfies never)}`)
  }
}

/** An error of the identity library as one of ours. It names who was asked for, never what was presented. */
function identityError(as: AzureIdentity | undefined, error: unknown): HeadwaterError {
  if (error instanceof HeadwaterError) return error
  const name = error instanceof Error ? error.name : 'unknown error'
  const text = cleanText(error instanceof Error ? error.message : String(error))
  const whose =
    as === undefined ? "the controller's own identity" : `client ${as.clientId} of tenant ${as.tenantId}`
  const said = `no token for ${whose}: ${text}`
  if (name === 'CredentialUnavailableError')
    return transient('CredentialsUnavailable', `${said}; see HEADWATER_AZURE_CREDENTIAL`, error, 10_000)
  return transient('AuthenticationFailed', said, error, 10_000)
}
