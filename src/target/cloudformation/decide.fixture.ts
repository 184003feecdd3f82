import { cloudFormationStackSpec } from '../../api/kinds/cloud-formation-stack.ts'
import type { ObjectRecord, Operation } from '../../api/record.ts'
import type { Subject } from '../target.ts'
import { ownerTag, type Settings, type StackDecision } from './context.ts'
import { decide } from './decide.ts'
import { contentDigest } from './digest.ts'
import type { ChangeSetView, Observation, StackView } from './observation.ts'

/** The moment at which tests decide. */
export const now = Date.UTC(2026, 10, 23, 12)
export const settings: Settings = { controllerId: 'hw', defaultRegion: 'eu-west-1', pollFloorMs: 1_000 }
export const mark = 'hw/eu/web'
export const stackId = 'arn:aws:cloudformation:eu-west-1:123456789012:stack/web/1111'
export const otherStackId = 'arn:aws:cloudformation:eu-west-1:123456789012:stack/web/2222'
export const changeSetId = 'arn:aws:cloudformation:eu-west-1:123456789012:changeSet/headwater-x-1/aaaa'

/** A stack that is ours. */
export function stackOf(status: string, more: Partial<StackView> = {}): StackView {
  return {
    id: stackId,
    name: 'web',
    status,
    tags: { [ownerTag]: mark },
    outputs: { Url: 'https://web' },
    terminationProtection: false,
    hasRollbackTriggers: false,
    updatedAt: '2026-11-23T11:00:00.000Z',
    ...more,
  }
}

/** The operation's change set. */
export function changeSetOf(
  status: string,
  executionStatus: string,
  more: Partial<ChangeSetView> = {},
): ChangeSetView {
  return {
    id: changeSetId,
    stackId,
    status,
    executionStatus,
    changes: [{ action: 'Modify', resource: 'Service', replacement: false }],
    ...more,
  }
}

/** An operation in flight, begun two minutes ago: past every grace. */
export function operationOf(
  phase: string,
  data: Record<string, string> = {},
  more: Partial<Operation> = {},
): Operation {
  return {
    type: 'apply',
    id: 'headwater-x-1',
    token: 'headwater-x-1',
    digest: 'wanted',
    revision: 'main@sha1:1',
    attempt: 1,
    startedAt: now - 120_000,
    deadline: now + 3_600_000,
    phase,
    data: { intentAt: String(now - 120_000), stackId, ...data },
    ...more,
  }
}

/** The data of an operation whose change set was told to execute. */
export const executing = {
  changeSetId,
  changeSetType: 'UPDATE',
  executing: 'true',
  answered: 'execute-change-set',
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
  observation?: Observation
}

/** What is being decided about. */
export function subjectOf(given: Given): Subject {
  const record: ObjectRecord = {
    schema: 1,
    kind: 'CloudFormationStack',
    namespace: 'eu',
    name: 'web',
    spec: cloudFormationStackSpec.parse({ template: 'web.yaml', ...given.spec }),
    generation: 1,
    inputs: {
      revision: 'main@sha1:2',
      files: { template: { path: 'web.yaml', sha256: 'tttt', bytes: 100 } },
      digest: given.digest ?? 'wanted',
    },
    status: { conditions: [], observedGeneration: 1, operations: 1, ...given.status },
    ...(given.operation === undefined ? {} : { operation: given.operation }),
  }
  return {
    record,
    wish: given.wish ?? 'present',
    force: given.force ?? false,
    driftDue: given.driftDue ?? false,
  }
}

/** Decides at the tests' moment. */
export function decideGiven(given: Given): StackDecision {
  return decide(settings, subjectOf(given), given.observation ?? {}, now)
}

/** A decision in a word: `act create-change-set`, `blocked Foreign`, `applied`. */
export function wordOf(decision: StackDecision): string {
  if (decision.type === 'act') return `act ${decision.action.type}`
  return decision.type === 'blocked' || decision.type === 'wait' || decision.type === 'failed'
    ? `${decision.type} ${decision.reason}`
    : decision.type
}

/** What is remembered of a stack that was applied with the given spec. */
export function appliedStatus(spec: Record<string, unknown> = {}): Partial<ObjectRecord['status']> {
  const { record } = subjectOf({ spec })
  const content = contentDigest(
    cloudFormationStackSpec.parse({ template: 'web.yaml', ...spec }),
    record.inputs?.files ?? {},
  )
  return {
    lastAppliedDigest: 'wanted',
    lastAppliedRevision: 'main@sha1:1',
    identity: { stackId, content, updatedAt: '2026-11-23T11:00:00.000Z' },
  }
}

/** One line of a table: what is given, the decision in a word, and what else must be true of it. */
export interface Case {
  name: string
  given: Given
  want: string
  check?: (decision: StackDecision) => void
}
