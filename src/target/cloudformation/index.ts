import type { CloudFormationStackSpec } from '../../api/kinds/cloud-formation-stack.ts'
import type { Target } from '../target.ts'
import { act } from './act.ts'
import type { Action } from './action.ts'
import { stackPlace, type Settings } from './context.ts'
import { decide } from './decide.ts'
import { inputsDigest } from './digest.ts'
import type { Observation } from './observation.ts'
import { observe } from './observe.ts'
import { openConnections, type CloudFormationOptions } from './options.ts'

export type { CloudFormationOptions } from './options.ts'

/** Deploys CloudFormation stacks by change sets. The SDK is loaded with the first call. */
export function createCloudFormationTarget(options: CloudFormationOptions): Target<Observation, Action> {
  const { settings, connect } = openConnections(options)

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

/** Account, region and name; the account is that of the role to be assumed, as far as documents tell. */
function claimOf(settings: Settings, record: Parameters<Target['claim']>[0]): string {
  const { deployAs } = record.spec as CloudFormationStackSpec
  const { stackName, region } = stackPlace(settings, record)
  const account =
    deployAs === undefined ? 'own-account' : (deployAs.roleArn.split(':')[4] ?? deployAs.roleArn)
  return `cloudformation/${account}/${region ?? 'default-region'}/${stackName}`
}
