import type { Clock } from '../api/clock.ts'
import { stalled } from '../api/errors.ts'
import { isLoopback } from '../api/loopback.ts'
import type { BlobStore } from '../blob/blob.ts'
import type { SecretResolver } from '../secret/secret.ts'
import type { CredentialOptions } from '../target/azure/credential.ts'
import type { TokenSource } from '../target/azure/connections.ts'
import type { CloudFormationOptions } from '../target/cloudformation/index.ts'
import type { AnyTarget } from '../target/target.ts'
import type { Settings } from './settings.ts'

/** What targets need of the rest. */
export interface TargetPorts {
  blobs: BlobStore
  clock: Clock
  /** Resolves the reference to an application's secret. */
  secrets: SecretResolver
  /** Shortest time between two looks at something in flight, in milliseconds; default: the driver's. */
  pollFloorMs?: number
}

type Create = (settings: Settings, ports: TargetPorts) => Promise<AnyTarget>

/** The drivers by the kind they deploy; each loads its own code and SDK when an object of that kind is met. */
const drivers: Readonly<Record<string, Create>> = {
  CloudFormationStack: async (settings, { blobs, clock, secrets, pollFloorMs }) => {
    const { createCloudFormationTarget } = await import('../target/cloudformation/index.ts')
    return createCloudFormationTarget({
      controllerId: settings.controllerId,
      ...(settings.region === undefined ? {} : { defaultRegion: settings.region }),
      clock,
      ...(pollFloorMs === undefined ? {} : { pollFloorMs }),
      templateBody: (sha256) => templateBody(blobs, sha256),
      templateUrl: (sha256) => blobs.url(sha256),
      ...(await webIdentity(settings, secrets)),
    })
  },
  AzureDeployment: async (settings, { blobs, clock, secrets, pollFloorMs }) => {
    const { createAzureTarget } = await import('../target/azure/index.ts')
    return createAzureTarget({
      controllerId: settings.controllerId,
      clock,
      tokens: await azureTokens(settings, secrets),
      endpoint: azureEndpoint(settings),
      ...(pollFloorMs === undefined ? {} : { pollFloorMs }),
      templateBody: (sha256) => templateBody(blobs, sha256),
    })
  },
}

/** Where ARM is. */
export function azureEndpoint({ azure }: Pick<Settings, 'azure'>): string {
  return azure?.endpoint ?? 'https://management.azure.com'
}

/** Whether ARM is a pretend one, which takes any token: on this machine, over plain http, with no credential named. */
export function isPretendArm(settings: Pick<Settings, 'azure'>): boolean {
  const endpoint = azureEndpoint(settings)
  const isNamed = (settings.azure?.credential ?? 'default') !== 'default'
  return endpoint.startsWith('http:') && isLoopback(endpoint) && !isNamed
}

/** Tokens for ARM by what the settings say. */
export async function azureTokens(settings: Settings, secrets: SecretResolver): Promise<TokenSource> {
  if (isPretendArm(settings)) return { token: async () => 'sandbox' }
  const { createTokenSource } = await import('../target/azure/credential.ts')
  return createTokenSource(credentialOptions(settings, secrets))
}

/** How the controller proves who it is to Azure. */
export function credentialOptions(settings: Settings, secrets: SecretResolver): CredentialOptions {
  const { tenantId, clientId, clientSecret, authority, credential = 'default' } = settings.azure ?? {}
  return {
    kind: credential,
    endpoint: azureEndpoint(settings),
    ...(tenantId === undefined ? {} : { tenantId }),
    ...(clientId === undefined ? {} : { clientId }),
    ...(clientSecret === undefined ? {} : { clientSecret: () => secrets.resolve(clientSecret) }),
    ...(authority === undefined ? {} : { authority }),
    async awsToken(audience) {
      const { awsWebIdentityToken } = await import('../target/azure/aws-token.ts')
      return awsWebIdentityToken(audience, settings.region === undefined ? {} : { region: settings.region })
    },
  }
}

/** Who the controller is to AWS when it runs in Azure: its managed identity, in exchange for a role. */
export async function webIdentity(
  settings: Settings,
  secrets: SecretResolver,
): Promise<Pick<CloudFormationOptions, 'webIdentity'>> {
  const { awsFederation } = settings
  if (awsFederation === undefined) return {}
  const { identityToken } = await import('../target/azure/credential.ts')
  const { roleArn, audience } = awsFederation
  const options = credentialOptions(settings, secrets)
  return { webIdentity: { roleArn, token: () => identityToken(options, audience) } }
}

/** Answers the driver of a kind, made once; undefined for a kind that nothing deploys. */
export function targetOpener(settings: Settings, ports: TargetPorts) {
  const opened = new Map<string, Promise<AnyTarget>>()
  return async (kind: string): Promise<AnyTarget | undefined> => {
    const create = Object.hasOwn(drivers, kind) ? drivers[kind] : undefined
    if (create === undefined) return undefined
    let target = opened.get(kind)
    if (target === undefined) {
      target = create(settings, ports)
      opened.set(kind, target)
    }
    return target
  }
}

async function templateBody(blobs: BlobStore, sha256: string): Promise<Uint8Array> {
  const bytes = await blobs.get(sha256)
  if (bytes !== undefined) return bytes
  throw stalled(
    'TemplateNotFound',
    `template ${sha256} is not in the blob store any more; reconcile the source to package it again`,
  )
}
