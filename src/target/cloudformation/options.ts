import type { Clock } from '../../api/clock.ts'
import type { TemplatePorts } from './act.ts'
import { createConnections, type Connections } from './client.ts'
import type { Settings } from './context.ts'
import type { WebIdentity } from './sdk.ts'

/** What the target works with. Credentials and endpoints come by the AWS SDK's own settings, unless they are given. */
export interface CloudFormationOptions extends TemplatePorts {
  /** Part of the ownership mark: two controllers never touch each other's stacks. */
  controllerId: string
  /** Region of stacks that name none; default: the SDK's own. */
  defaultRegion?: string
  clock: Clock
  /** Endpoint of CloudFormation and STS, for tests; default: the SDK's own. */
  endpoint?: string
  /** Who the controller is to AWS where it runs in another cloud and no key is stored; default: the SDK's own settings. */
  webIdentity?: WebIdentity
  /** Shortest time between two looks at something in flight, in milliseconds; default 1 s. */
  pollFloorMs?: number
}

/** What target and planner both work on. */
export function openConnections(options: CloudFormationOptions): {
  settings: Settings
  connect: Connections
} {
  const { controllerId, defaultRegion, clock, endpoint, webIdentity, pollFloorMs = 1_000 } = options
  const settings: Settings = { controllerId, defaultRegion, pollFloorMs }
  const connect = createConnections(settings, {
    clock,
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(webIdentity === undefined ? {} : { webIdentity }),
  })
  return { settings, connect }
}
