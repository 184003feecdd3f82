import type { JsonObject, RollbackConfiguration, StackParameter, StackTemplate, Tag } from '../model.ts'

/** The statuses of a change set. */
export type ChangeSetStatus =
  | 'CREATE_PENDING'
  | 'CREATE_IN_PROGRESS'
  | 'CREATE_COMPLETE'
  | 'DELETE_PENDING'
  | 'DELETE_IN_PROGRESS'
  | 'DELETE_COMPLETE'
  | 'DELETE_FAILED'
  | 'FAILED'

/** Whether and how far a change set was executed. */
export type ExecutionStatus =
  | 'UNAVAILABLE'
  | 'AVAILABLE'
  | 'EXECUTE_IN_PROGRESS'
  | 'EXECUTE_COMPLETE'
  | 'EXECUTE_FAILED'
  | 'OBSOLETE'

/** A change set. */
export interface ChangeSet {
  id: string
  name: string
  stackId: string
  stackName: string
  type: 'CREATE' | 'UPDATE' | 'IMPORT'
  description?: string
  createdAtMs: number
  status: ChangeSetStatus
  statusReason?: string
  executionStatus: ExecutionStatus
  template: StackTemplate
  parameters: StackParameter[]
  tags: Tag[]
  /** Whether the request named any, even none. */
  tagsGiven: boolean
  /** Undefined when none were passed. */
  capabilities: string[] | undefined
  notificationArns: string[]
  roleArn: string | undefined
  rollbackConfiguration: RollbackConfiguration
  includeNestedStacks: boolean
  parentId?: string
  rootId?: string
  onStackFailure?: 'ROLLBACK' | 'DELETE' | 'DO_NOTHING'
  importExistingResources: boolean
  resourcesToImport: ResourceToImport[]
  deploymentMode?: 'REVERT_DRIFT'
  token?: string
  changes: ResourceChange[]
  /** The same changes with contexts and values. */
  changesWithValues: ResourceChange[]
  stackDriftStatus?: string
  /** Deleted sets stay known so that their absence has AWS's words, but nothing shows them. */
  deleted: boolean
}

/** A resource that an IMPORT set takes over. */
export interface ResourceToImport {
  logicalId: string
  type: string
  identifier: Record<string, string>
}

/** One change, in AWS's members. */
export type ResourceChange = JsonObject
