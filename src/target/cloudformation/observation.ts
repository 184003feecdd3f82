import type { DriftedProperty } from '../../api/status.ts'
import type { Progress } from '../target.ts'

/** What a decision needs to know of a stack. */
export interface StackView {
  /** The StackId, an ARN. */
  id: string
  name: string
  status: string
  statusReason?: string
  tags: Record<string, string>
  outputs: Record<string, string>
  /** The service role that sticks to the stack. */
  roleArn?: string
  /** The change set executed last, or the first one of a stack in REVIEW_IN_PROGRESS. */
  changeSetId?: string
  terminationProtection: boolean
  /** It has rollback triggers: leaving them out of a change set would keep them. */
  hasRollbackTriggers: boolean
  /** RFC 3339: when it was last updated, else created. */
  updatedAt: string
}

/** What a decision needs to know of the operation's change set. */
export interface ChangeSetView {
  /** Its ARN. */
  id: string
  stackId: string
  status: string
  executionStatus: string
  statusReason?: string
  /** Value of the ownership tag among its tags. */
  owner?: string
  changes: { action: string; resource: string; replacement: boolean; mayReplace?: boolean }[]
}

/** The first thing that went wrong in an operation. */
export interface FirstCause {
  /** Logical ids from the outermost nested stack inwards, the failed resource last. */
  path: string[]
  resourceType: string
  reason: string
}

/** A look for drift as CloudFormation reports on it. */
export interface DriftView {
  status: 'running' | 'complete' | 'failed'
  reason?: string
  properties: DriftedProperty[]
}

/** Everything one look brought. What the phase did not need is absent. */
export interface Observation {
  /** The stack that is pinned, or, with nothing pinned, the one of that name; absent when there is none alive. */
  stack?: StackView
  /** The pinned stack was seen deleted (not merely not found). */
  goneId?: string
  /** The pinned stack is gone, and this one has taken its name. */
  stranger?: StackView
  /** The change set of the operation in flight. */
  changeSet?: ChangeSetView
  /** Owner mark of the change set that a stack in REVIEW_IN_PROGRESS was made by, when ours was not found. */
  reviewOwner?: string
  cause?: FirstCause
  /** sha256 of the canonical stack policy in force, empty when there is none; absent: not looked at. */
  policy?: string
  drift?: DriftView
  progress?: Progress
}
