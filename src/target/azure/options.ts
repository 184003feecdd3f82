import type { Clock } from '../../api/clock.ts'
import type { TokenSource } from './connections.ts'
import type { BodyPorts } from './requests.ts'

/** What the target works with. */
export interface AzureOptions extends BodyPorts {
  /** Part of the ownership mark: two controllers never touch each other's deployments. */
  controllerId: string
  clock: Clock
  tokens: TokenSource
  /** Origin of ARM; default: the public cloud's. */
  endpoint?: string
  /** Shortest time between two looks at something in flight, in milliseconds; default 2 s. */
  pollFloorMs?: number
}

/** ARM of the public cloud. */
export const publicEndpoint = 'https://management.azure.com'
