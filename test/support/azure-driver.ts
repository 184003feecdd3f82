import type { Clock } from '../../src/api/clock.ts'
import { azureDeploymentSpec } from '../../src/api/kinds/azure-deployment.ts'
import { createAzureTarget } from '../../src/target/azure/index.ts'
import { createDeployableDriver, type DeployableDriver } from './deployable-driver.ts'

/** How to reach the cloud, and how time passes. */
export interface AzureDriverOptions {
  endpoint: string
  clock: Clock
  pass: (ms: number) => Promise<void>
  subscriptionId: string
  name?: string
  controllerId?: string
  /** Shortest time between two looks; long ones make quick tests. Default: the target's. */
  pollFloorMs?: number | undefined
  token?: string
}

/** Makes a driver for one deployment or stack, into the resource group `web` unless the spec says otherwise. */
export function createAzureDriver(options: AzureDriverOptions): DeployableDriver {
  const { clock, pass, endpoint, name = 'web', controllerId = 'hw', pollFloorMs, token = 'test' } = options
  const scope = { resourceGroup: { subscriptionId: options.subscriptionId, name: 'web' } }
  return createDeployableDriver({
    kind: 'AzureDeployment',
    namespace: 'we',
    name,
    clock,
    pass,
    makeTarget: (templateBody) =>
      createAzureTarget({
        controllerId,
        clock,
        endpoint,
        tokens: { token: async () => token },
        ...(pollFloorMs === undefined ? {} : { pollFloorMs }),
        templateBody,
      }),
    parse: (spec) => azureDeploymentSpec.parse({ template: 'web.json', scope, ...spec }),
    pathOf: (role) => `${role}.json`,
  })
}
