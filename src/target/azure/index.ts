import type { AzureDeploymentSpec } from '../../api/kinds/azure-deployment.ts'
import type { Target } from '../target.ts'
import { act } from './act.ts'
import type { Action } from './action.ts'
import { createConnections } from './connections.ts'
import type { Settings } from './context.ts'
import { decide } from './decide.ts'
import { inputsDigest } from './digest.ts'
import type { Observation } from './observation.ts'
import { observe } from './observe.ts'
import { publicEndpoint, type AzureOptions } from './options.ts'
import { placeOf } from './place.ts'

export type { AzureOptions } from './options.ts'

/** Deploys ARM deployments and deployment stacks over ARM's REST interface. */
export function createAzureTarget(options: AzureOptions): Target<Observation, Action> {
  const { controllerId, clock, tokens, endpoint = publicEndpoint, pollFloorMs = 2_000 } = options
  const settings: Settings = { controllerId, pollFloorMs }
  const connect = createConnections({ clock, endpoint, tokens })
  return {
    kind: 'AzureDeployment',
    digest: (spec, files) => inputsDigest(spec as AzureDeploymentSpec, files),
    claim: claimOf,
    async observe(subject) {
      const connection = connect(subject.record)
      connection.admit('read')
      return observe(connection.client, subject)
    },
    decide: (subject, observation, now) => decide(settings, subject, observation, now),
    async act({ record }, operation, action) {
      const connection = connect(record)
      connection.admit('write')
      return act(connection.client, settings, options, { record, operation, action })
    },
  }
}

/** The resource id, in one letter case; what is in no subscription is told apart by the tenant of who deploys it. */
function claimOf(record: Parameters<Target['claim']>[0]): string {
  const { deployAs, scope } = record.spec as AzureDeploymentSpec
  const isInSubscription = scope.resourceGroup !== undefined || scope.subscription !== undefined
  const tenant = isInSubscription ? '' : `/${deployAs?.tenantId.toLowerCase() ?? 'own-tenant'}`
  return `azure${tenant}${placeOf(record).id.toLowerCase()}`
}
