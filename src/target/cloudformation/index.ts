import type { Clock } from '../../api/clock.ts'
import type { CloudFormationStackSpec } from '../../api/kinds/cloud-formation-stack.ts'
import type { ObjectRecord } from '../../api/record.ts'
import type { Target } from '../target.ts'
import { act, type TemplatePorts } from './act.ts'
import type { Action } from './action.ts'
import { createConnections, type Connections } from './client.ts'
import { stackPlace, type Settings } from './context.ts'
import { decide } from './decide.ts'
import { inputsDigest } from './digest.ts'
import type { Observation } from './observation.ts'
import { observe } from './observe.ts'
import type { StackPlan } from './plan.ts'
import { planOnline } from './plan-online.ts'
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

/** Deploys CloudFormation stacks by change sets. The SDK is loaded with the first call. */
export function createCloudFormationTarget(options: CloudFormationOptions): Target<Observation, Action> {
  const { settings, connect } = open(options)

  return {
    kind: 'CloudFormationStack',
    digest: (spec, files) => inputsDigest(spec as CloudFormationStackSpec, files),
    claim: (record) => claimOf(settings, record),
    async observe(subject) {
      const connection = await connect(subject.record)
      connection.admit('read')
      return observe(connection.api, settings, subject)
    },
    decide: (subject, observation, now) => decide(settings, subject, observation, now),
    async act({ record }, operation, action) {
      const connection = await connect(record)
      connection.admit('write')
      return act(connection.api, settings, options, { record, operation, action })
    },
  }
}

/** Tells what would happen to an object's stack, by a change set that is never executed. */
export function createCloudFormationPlanner(
  options: CloudFormationOptions,
): (record: ObjectRecord) => Promise<StackPlan> {
  const { settings, connect } = open(options)
  return async (record) => {
    const { api } = await connect(record)
    return planOnline(api, settings, options, record)
  }
}

function open(options: CloudFormationOptions): { settings: Settings; connect: Connections } {
  const { controllerId, defaultRegion, clock, endpoint, webIdentity, pollFloorMs = 1_000 } = options
  const settings: Settings = { controllerId, defaultRegion, pollFloorMs }
  const connect = createConnections(settings, {
    clock,
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(webIdentity === undefined ? {} : { webIdentity }),
  })
  return { settings, connect }
}

/** Account, region and name; the account is that of the role to be assumed, as far as documents tell. */
function claimOf(settings: Settings, record: Parameters<Target['claim']>[0]): string {
  const { deployAs } = record.spec as CloudFormationStackSpec
  const { stackName, region } = stackPlace(settings, record)
  const account =
    deployAs === undefined ? 'own-account' : (deployAs.roleArn.split(':')[4] ?? deployAs.roleArn)
  return `cloudformation/${account}/${region ?? 'default-region'}/${stackName}`
}
