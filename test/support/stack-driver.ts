import type { Clock } from '../../src/api/clock.ts'
import { cloudFormationStackSpec } from '../../src/api/kinds/cloud-formation-stack.ts'
import type { Action } from '../../src/target/cloudformation/action.ts'
import { createCloudFormationTarget } from '../../src/target/cloudformation/index.ts'
import { createDeployableDriver, type DeployableDriver } from './deployable-driver.ts'

export type { Mishap } from './deployable-driver.ts'

/** One stack under the real loop and the real target. */
export interface StackDriver extends Omit<DeployableDriver, 'declare'> {
  /** Declares the stack: what git would say. Left out, the template stays. */
  declare(spec: Record<string, unknown>, template?: unknown): Promise<void>
}

/** How to reach the cloud, and how time passes. */
export interface StackDriverOptions {
  endpoint: string
  clock: Clock
  /** Moves time on; a real clock sleeps. */
  pass: (ms: number) => Promise<void>
  name?: string
  controllerId?: string
  /** Shortest time between two looks; long ones make quick tests. Default: the target's. */
  pollFloorMs?: number | undefined
  /** CloudFormation does not know change sets that revert drift, as in a region or an emulator that lacks them. */
  refusesRevertDrift?: boolean
}

/** Makes a driver for one stack. */
export function createStackDriver(options: StackDriverOptions): StackDriver {
  const { clock, pass, endpoint, name = 'web', controllerId = 'hw' } = options
  const { refusesRevertDrift = false, pollFloorMs } = options
  const driver = createDeployableDriver({
    kind: 'CloudFormationStack',
    namespace: 'eu',
    name,
    clock,
    pass,
    makeTarget: (templateBody) =>
      createCloudFormationTarget({
        controllerId,
        defaultRegion: 'eu-west-1',
        clock,
        endpoint,
        ...(pollFloorMs === undefined ? {} : { pollFloorMs }),
        templateBody,
        templateUrl: () => undefined,
      }),
    parse: (spec) => cloudFormationStackSpec.parse({ template: 'web.yaml', ...spec }),
    pathOf: () => 'web.yaml',
    instead(action, operation) {
      const made = action as Action
      const isRefused =
        refusesRevertDrift && made.type === 'create-change-set' && made.mode === 'revert-drift'
      return isRefused
        ? { data: { answered: operation.phase, refused: 'DeploymentMode is not known' } }
        : undefined
    },
  })
  let isDeclared = false
  return {
    ...driver,
    async declare(spec, template) {
      const files = template === undefined ? (isDeclared ? {} : { template: '{}' }) : { template }
      isDeclared = true
      return driver.declare(spec, files)
    },
  }
}
