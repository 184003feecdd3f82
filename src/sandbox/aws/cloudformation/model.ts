import type { Gate, Task } from '../../timeline.ts'

/** The 23 statuses of a stack. */
export type StackStatus =
  | 'CREATE_COMPLETE'
  | 'CREATE_FAILED'
  | 'CREATE_IN_PROGRESS'
  | 'DELETE_COMPLETE'
  | 'DELETE_FAILED'
  | 'DELETE_IN_PROGRESS'
  | 'IMPORT_COMPLETE'
  | 'IMPORT_IN_PROGRESS'
  | 'IMPORT_ROLLBACK_COMPLETE'
  | 'IMPORT_ROLLBACK_FAILED'
  | 'IMPORT_ROLLBACK_IN_PROGRESS'
  | 'REVIEW_IN_PROGRESS'
  | 'ROLLBACK_COMPLETE'
  | 'ROLLBACK_FAILED'
  | 'ROLLBACK_IN_PROGRESS'
  | 'UPDATE_COMPLETE'
  | 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS'
  | 'UPDATE_FAILED'
  | 'UPDATE_IN_PROGRESS'
  | 'UPDATE_ROLLBACK_COMPLETE'
  | 'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS'
  | 'UPDATE_ROLLBACK_FAILED'
  | 'UPDATE_ROLLBACK_IN_PROGRESS'

/** The statuses of a resource in a stack. */
export type ResourceStatus =
  | `${'CREATE' | 'UPDATE' | 'DELETE' | 'IMPORT' | 'IMPORT_ROLLBACK'}_${'IN_PROGRESS' | 'COMPLETE' | 'FAILED'}`
  | 'DELETE_SKIPPED'

/** A plain JSON object. */
export type JsonObject = Record<string, unknown>

/** One resource of a stack. */
export interface StackResource {
  logicalId: string
  type: string
  /** Empty while unknown. */
  physicalId: string
  status: ResourceStatus
  reason?: string
  /** When the status was reached. */
  atMs: number
  /** As last deployed, intrinsics resolved. */
  properties: JsonObject
  /** Of the template, intrinsics resolved. */
  metadata?: unknown
  /** As the template has it, the resource's whole entry. */
  definition: JsonObject
  /** Stack tags that were put on it. */
  tags: Record<string, string>
  /** Logical ids that must exist before it, so that it goes before them. */
  dependsOn: readonly string[]
  drift?: ResourceDrift
  /** A signal counter for wait conditions and creation policies. */
  signals?: SignalCount
}

/** Signals that a resource has got. */
export interface SignalCount {
  succeeded: Map<string, string>
  failed: Map<string, string>
  changed: Gate
}

/** The last word of drift detection on a resource. */
export interface ResourceDrift {
  status: 'IN_SYNC' | 'MODIFIED' | 'DELETED' | 'NOT_CHECKED' | 'UNKNOWN' | 'UNSUPPORTED'
  checkedAtMs: number
  expected: JsonObject
  actual?: JsonObject
  differences: PropertyDifference[]
}

/** One property that is not as the template says. */
export interface PropertyDifference {
  path: string
  expected: string
  actual: string
  type: 'ADD' | 'REMOVE' | 'NOT_EQUAL'
}

/** A thing in the pretend cloud, whether a stack still owns it or not. */
export interface LiveObject {
  type: string
  physicalId: string
  properties: JsonObject
  /** What GetAtt answers, as far as it was settled at creation. */
  attributes: JsonObject
  /** The StackId of its owner. */
  owner?: string
}

/** A parameter as a stack or change set carries it. */
export interface StackParameter {
  key: string
  /** As given or defaulted: for an SSM-typed parameter the name. */
  value: string
  /** What an SSM name stood for. */
  resolved?: string
  noEcho: boolean
}

/** A tag. */
export interface Tag {
  key: string
  value: string
}

/** An output of a stack. */
export interface StackOutput {
  key: string
  value: string
  description?: string
  exportName?: string
}

/** RollbackConfiguration, as given. */
export interface RollbackConfiguration {
  monitoringTimeInMinutes?: number
  triggers?: { arn: string; type: string }[]
}

/** All that a deployment says of a stack: what an update replaces and a rollback puts back. */
export interface StackConfiguration {
  template: StackTemplate
  parameters: StackParameter[]
  tags: Tag[]
  capabilities: string[] | undefined
  notificationArns: string[]
  roleArn: string | undefined
  rollbackConfiguration: RollbackConfiguration
}

/** A template as a stack carries it. */
export interface StackTemplate {
  /** As it was sent. */
  body: string
  /** As CloudFormation reads it, transforms done. */
  processed: JsonObject
  /** The transforms it declares. */
  transforms: string[]
}

/** What DescribeEvents and LastOperations call the things that happen to a stack. */
export type OperationType =
  | 'CONTINUE_ROLLBACK'
  | 'CREATE_CHANGESET'
  | 'CREATE_STACK'
  | 'DELETE_STACK'
  | 'ROLLBACK'
  | 'UPDATE_STACK'

/** An operation on a stack, in flight or the last one. */
export interface Operation {
  id: string
  type: OperationType
  /** ClientRequestToken: goes into every event. */
  token?: string
  startedAtMs: number
  endedAtMs?: number
  failed?: boolean
  /** The processes that carry it. */
  task?: Task
  /** Opened when it is over. */
  ended: Gate
  /** Stops what runs of it, with a reason; absent once it is too late. */
  interrupt?: (reason: string) => void
  /** It was to be stopped before there was anything to stop; the reason. */
  cancelled?: string
}

/** An event of a stack or one of its resources. */
export interface StackEvent {
  id: string
  atMs: number
  logicalId: string
  physicalId: string
  type: string
  status: string
  reason?: string
  properties?: string
  token?: string
  operationId?: string
}

/** What an update has done so far: what its clean-up deletes, and what its rollback puts back. */
export interface UpdateJournal {
  /** As they were before, of the resources that were touched. */
  before: Map<string, StackResource>
  /** Logical ids of resources that this update made. */
  created: Set<string>
  /** Physical resources that were replaced. */
  replaced: StackResource[]
  /** Nested stacks that wait to be told whether their update stands. */
  nested: Map<string, (verdict: 'commit' | 'rollback') => Gate>
}

/** A stack. */
export interface Stack {
  id: string
  name: string
  account: string
  region: string
  status: StackStatus
  reason?: string
  createdAtMs: number
  updatedAtMs?: number
  deletedAtMs?: number
  /** Undefined while REVIEW_IN_PROGRESS. */
  configuration: StackConfiguration | undefined
  /** What a rollback puts back. */
  previous?: StackConfiguration & { outputs: StackOutput[]; description?: string }
  /** Only change sets have been made for it so far. */
  underReview?: boolean
  outputs: StackOutput[]
  resources: Map<string, StackResource>
  events: StackEvent[]
  changeSetId?: string
  disableRollback: boolean
  onFailure: 'ROLLBACK' | 'DELETE' | 'DO_NOTHING'
  timeoutMinutes?: number
  terminationProtection: boolean
  policy?: string
  /** Names of the exports that it imports. */
  imports: readonly string[]
  /** What a failed update or a failed rollback left to be put back. */
  unfinished?: UpdateJournal
  operation: Operation | undefined
  operations: Operation[]
  /** Tokens of operations already accepted, with the kind of operation. */
  tokens: Map<string, string>
  parentId?: string
  rootId?: string
  driftStatus: 'DRIFTED' | 'IN_SYNC' | 'NOT_CHECKED' | 'UNKNOWN'
  driftCheckedAtMs?: number
  deletionMode?: string
  retainExceptOnCreate: boolean
}

/** An export. */
export interface StackExport {
  name: string
  value: string
  stackId: string
}
