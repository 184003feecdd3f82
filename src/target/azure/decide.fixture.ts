import { azureDeploymentSpec } from '../../api/kinds/azure-deployment.ts'
import type { ObjectRecord, Operation } from '../../api/record.ts'
import type { Subject } from '../target.ts'
import { operationTag, ownerTag, type AzureDecision, type Settings } from './context.ts'
import { decide } from './decide.ts'
import { contentDigest } from './digest.ts'
import type { DeploymentView, FailureCause, Observation } from './observation.ts'
import type { WhatIfChange, WhatIfResult } from './what-if.ts'

/** The moment at which tests decide. */
export const now = Date.UTC(2026, 10, 23, 12)
export const settings: Settings = { controllerId: 'hw', pollFloorMs: 1_000 }
export const mark = 'hw/we/web'
export const operationId = 'headwater-x-1'
export const subscriptionId = '00000000-0000-0000-0000-000000000001'
export const groupId = `/subscriptions/${subscriptionId}/resourceGroups/web`
export const deploymentId = `${groupId}/providers/Microsoft.Resources/deployments/we_web`
export const stackId = `${groupId}/providers/Microsoft.Resources/deploymentStacks/we_web`
export const vnetId = `${groupId}/providers/Microsoft.Network/virtualNetworks/vnet`

const baseSpec = { template: 'web.json', scope: { resourceGroup: { subscriptionId, name: 'web' } } }

/** A deployment that is ours, made by the operation in flight or the last one. */
export function viewOf(state: string, more: Partial<DeploymentView> = {}): DeploymentView {
  return {
    id: deploymentId,
    name: 'we_web',
    state,
    tags: { [ownerTag]: mark, [operationTag]: operationId },
    outputs: { url: 'https://web' },
    resources: [vnetId],
    correlationId: 'c-1',
    templateHash: 'h-1',
    timestamp: '2026-11-23T11:00:00.000Z',
    ...more,
  }
}

/** The tags of somebody else's, and of an earlier operation of ours. */
export const foreign = { tags: {} }
export const earlier = { tags: { [ownerTag]: mark, [operationTag]: 'headwater-x-0' } }

/** An operation in flight, begun two minutes ago: past every grace. */
export function operationOf(
  phase: string,
  data: Record<string, string> = {},
  more: Partial<Operation> = {},
): Operation {
  return {
    type: 'apply',
    id: operationId,
    token: operationId,
    digest: 'wanted',
    revision: 'main@sha1:1',
    attempt: 1,
    startedAt: now - 120_000,
    deadline: now + 3_600_000,
    phase,
    data: { intentAt: String(now - 120_000), id: deploymentId, ...data },
    ...more,
  }
}

/** The data of an operation whose deployment was asked for and answered. */
export const sent = { put: 'true', sent: 'true', answered: 'put' }
/** The same, a second ago. */
export const justSent = { ...sent, intentAt: String(now - 1_000) }

/** A failure with a resource to blame. */
export const cause: FailureCause = {
  resource: 'vnet',
  resourceType: 'Microsoft.Network/virtualNetworks',
  code: 'InvalidAddressPrefix',
  message: 'no such prefix',
  others: 0,
  isPassing: false,
}

/** A state of the world to decide about; what is absent is as usual. */
export interface Given {
  spec?: Record<string, unknown>
  operation?: Operation
  status?: Partial<ObjectRecord['status']>
  digest?: string
  wish?: Subject['wish']
  force?: boolean
  driftDue?: boolean
  approval?: string
  observation?: Observation
}

/** What is being decided about. */
export function subjectOf(given: Given): Subject {
  const record: ObjectRecord = {
    schema: 1,
    kind: 'AzureDeployment',
    namespace: 'we',
    name: 'web',
    spec: azureDeploymentSpec.parse({ ...baseSpec, ...given.spec }),
    generation: 1,
    inputs: {
      revision: 'main@sha1:2',
      files: { template: { path: 'web.json', sha256: 'tttt', bytes: 100 } },
      digest: given.digest ?? 'wanted',
    },
    status: { conditions: [], observedGeneration: 1, operations: 1, ...given.status },
    ...(given.operation === undefined ? {} : { operation: given.operation }),
    ...(given.approval === undefined ? {} : { approval: { token: given.approval, by: 'ana', at: now } }),
  }
  return {
    record,
    wish: given.wish ?? 'present',
    force: given.force ?? false,
    driftDue: given.driftDue ?? false,
  }
}

/** Decides at the tests' moment. */
export function decideGiven(given: Given): AzureDecision {
  return decide(settings, subjectOf(given), given.observation ?? {}, now)
}

/** A decision in a word: `act put`, `blocked Foreign`, `applied`. */
export function wordOf(decision: AzureDecision): string {
  if (decision.type === 'act') return `act ${decision.action.type}`
  return 'reason' in decision && decision.type !== 'applied'
    ? `${decision.type} ${decision.reason ?? ''}`
    : decision.type
}

/** What is remembered of a deployment that was applied with the given spec. */
export function appliedStatus(
  spec: Record<string, unknown> = {},
  more: Record<string, string> = {},
): Partial<ObjectRecord['status']> {
  const { record } = subjectOf({ spec })
  const content = contentDigest(
    azureDeploymentSpec.parse({ ...baseSpec, ...spec }),
    record.inputs?.files ?? {},
  )
  const id = spec['mode'] === 'Stack' ? stackId : deploymentId
  return {
    lastAppliedDigest: 'wanted',
    lastAppliedRevision: 'main@sha1:1',
    identity: { id, content, operation: operationId, correlationId: 'c-1', ...more },
  }
}

/** One resource of a what-if. */
export function changeOf(kind: WhatIfChange['kind'], more: Partial<WhatIfChange> = {}): WhatIfChange {
  return {
    id: vnetId,
    type: 'Microsoft.Network/virtualNetworks',
    name: 'vnet',
    kind,
    isPotential: false,
    delta: [],
    ...more,
  }
}

/** A what-if that came to its end. */
export function foreseen(...changes: WhatIfChange[]): { status: 'done'; result: WhatIfResult } {
  return { status: 'done', result: { changes, denySettings: [], notes: [] } }
}

/** A property that somebody changed by hand. */
export const handmade = changeOf('modify', {
  delta: [{ path: 'properties.size', kind: 'modify', before: 9, after: 1, children: [] }],
})

/** One line of a table: what is given, the decision in a word, and what else must be true of it. */
export interface Case {
  name: string
  given: Given
  want: string
  check?: (decision: AzureDecision) => void
}
