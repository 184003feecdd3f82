import { stalled, type HeadwaterError } from '../api/errors.ts'
import { isLoopback } from '../api/loopback.ts'
import { credentialKinds, type CredentialKind } from '../target/azure/credential-kinds.ts'

/** Who the controller is to Azure, and where Azure is. What is absent is the public cloud's. */
export interface AzureSettings {
  credential: CredentialKind
  tenantId?: string
  clientId?: string
  /** Reference to the secret, for `client-secret`. */
  clientSecret?: string
  /** Where tokens come from. */
  authority?: string
  /** Origin of ARM. */
  endpoint?: string
}

/** The role in AWS that the controller takes when it runs in Azure, in exchange for a token of its managed identity. */
export interface AwsFederationSettings {
  roleArn: string
  /** What the token is for: what the identity provider in AWS was made with. */
  audience: string
}

/** What was read of the settings about Azure. */
export interface AzureValues {
  credential: string | undefined
  tenantId: string | undefined
  clientId: string | undefined
  clientSecret: string | undefined
  authority: string | undefined
  endpoint: string | undefined
}

type Environment = Readonly<Record<string, string | undefined>>

/**
 * Puts what was read together; undefined where nothing was said and this is a person's machine. In a function exactly one
 * credential is tried: the managed identity in Azure, AWS's word in AWS, unless another is named. `default` is refused
 * there. Throws what is wrong, in words to be put as they are. Pure.
 */
export function azureSettings(env: Environment, values: AzureValues): AzureSettings | undefined {
  const { credential: named, ...rest } = values
  const platform = platformOf(env)
  if (named === 'default' && platform !== undefined)
    throw stalled(
      'InvalidSetting',
      'HEADWATER_AZURE_CREDENTIAL: "default" tries one credential after another, which is for a person\'s machine; name one here, like managed-identity',
    )
  const known = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined))
  const credential = (named ?? platform ?? 'default') as CredentialKind
  const isSaid = named !== undefined || Object.keys(known).length > 0 || platform !== undefined
  return isSaid ? { credential, ...known } : undefined
}

/** The credential of the platform that a function runs on; undefined elsewhere. */
function platformOf(env: Environment): CredentialKind | undefined {
  if (isSet(env['FUNCTIONS_WORKER_RUNTIME'])) return 'managed-identity'
  return isSet(env['AWS_LAMBDA_FUNCTION_NAME']) ? 'aws-federation' : undefined
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== ''
}

/** The role to take in AWS. Throws what is wrong. Pure. */
export function awsFederation(values: {
  federation: string | undefined
  roleArn: string | undefined
  audience: string | undefined
}): AwsFederationSettings | undefined {
  const { federation, roleArn, audience } = values
  if (federation === undefined) return undefined
  if (roleArn === undefined)
    throw stalled(
      'InvalidSetting',
      'HEADWATER_AWS_FEDERATION: needs HEADWATER_AWS_ROLE_ARN, the role to take',
    )
  return { roleArn, audience: audience ?? 'api://AzureADTokenExchange' }
}

/** One of the credentials. */
export function credential(value: string): string {
  if (!credentialKinds.some((kind) => kind === value))
    throw invalid(value, `is not known; allowed: ${credentialKinds.join(', ')}`)
  return value
}

/** The one cloud that AWS may be asked to trust. */
export function federation(value: string): string {
  if (value !== 'azure') throw invalid(value, 'is not known; allowed: azure')
  return value
}

/** A tenant or client id. */
export function guid(value: string): string {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value)) throw invalid(value, 'is no GUID')
  return value
}

/** A role in AWS. */
export function roleArn(value: string): string {
  if (!/^arn:[^:]+:iam::\d{12}:role\/.+$/.test(value))
    throw invalid(value, 'is no role; write it like arn:aws:iam::123456789012:role/headwater')
  return value
}

/** What a token is for: an application id URI or a client id. */
export function audience(value: string): string {
  if (value === '' || /\s/.test(value))
    throw invalid(value, 'is no audience; write it like api://AzureADTokenExchange')
  return value
}

/** Where Entra is: never over plain http, as secrets go there. */
export function authority(value: string): string {
  return originOf(value, false)
}

/** Where ARM is. Plain http is for a pretend one on this machine. */
export function endpoint(value: string): string {
  return originOf(value, true)
}

function originOf(value: string, mayBeLocal: boolean): string {
  const url = URL.canParse(value) ? new URL(value) : undefined
  const isLocal = mayBeLocal && url?.protocol === 'http:' && isLoopback(value)
  const isSafe = url?.protocol === 'https:' || isLocal
  const isBare =
    url !== undefined && (url.pathname === '/' || url.pathname === '') && url.search === '' && url.hash === ''
  if (url === undefined || !isSafe || !isBare || url.username !== '' || url.password !== '') {
    const plain = mayBeLocal ? '; http only on this machine' : ''
    throw invalid(value.replace(/\/\/[^/]*@/, '//…@'), `is no origin; write it like https://host${plain}`)
  }
  return url.origin
}

function invalid(value: string, what: string): HeadwaterError {
  return stalled('InvalidSetting', `"${value}" ${what}`)
}
