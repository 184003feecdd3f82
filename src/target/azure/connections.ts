import type { Clock } from '../../api/clock.ts'
import type { AzureDeploymentSpec } from '../../api/kinds/azure-deployment.ts'
import type { ObjectRecord } from '../../api/record.ts'
import { createLimiter, type CallClass, type Limits } from '../limiter.ts'
import { createArmClient, type ArmClient } from './client.ts'
import { placeOf } from './place.ts'

/** Who the controller is to Azure. */
export interface AzureIdentity {
  tenantId: string
  clientId: string
}

/** Gives bearer tokens, for ARM mostly: of the controller itself, or of an identity that trusts the controller's own. */
export interface TokenSource {
  /** `isStale`: the last one was not taken, another is wanted. Errors are ours already. */
  token(as: AzureIdentity | undefined, isStale: boolean): Promise<string>
}

/** One place to talk to. */
export interface Connection {
  client: ArmClient
  /** Throws a `wait` error when the place's budget of calls is spent. */
  admit(callClass: CallClass): void
}

/** Clients by identity, each made once. */
export type Connections = (record: ObjectRecord) => Connection

/**
 * What ARM grants each principal in a subscription and region: reads 250 and 25 more a second, writes 200 and 10 more.
 * The bucket is shared with everybody of that principal, so it is not used up to the end. Source: ARM's throttling page.
 */
export const armLimits: Limits = {
  service: 'ARM',
  startRate: { read: 25, write: 10 },
  burstSeconds: 8,
  maxRate: 50,
}

/** Makes the clients' registry. */
export function createConnections(ports: {
  clock: Clock
  endpoint: string
  tokens: TokenSource
}): Connections {
  const { clock, endpoint, tokens } = ports
  const limiter = createLimiter(clock, armLimits)
  const open = new Map<string, ArmClient>()

  function clientOf(as: AzureIdentity | undefined): ArmClient {
    const principal = as === undefined ? 'the own identity' : `client ${as.clientId} of tenant ${as.tenantId}`
    const known = open.get(principal)
    if (known !== undefined) return known
    const client = createArmClient({
      endpoint,
      clock,
      limiter,
      principal,
      token: async (isStale) => tokens.token(as, isStale),
    })
    open.set(principal, client)
    return client
  }

  return (record) => {
    const { deployAs } = record.spec as AzureDeploymentSpec
    const client = clientOf(deployAs)
    return { client, admit: (callClass) => client.admit(callClass, placeOf(record).id) }
  }
}
