import type { ResourceChange } from '../../what-if/predict.ts'
import type { DeploymentPlan } from '../../deployments/plan.ts'
import type { ErrorDetail } from '../../errors.ts'
import type { StackOperation, StackRequest } from '../model.ts'

/** What a stack's what-if is asked for. */
export interface ResultRequest {
  stack: StackRequest
  deploymentStackResourceId: string
  /** ISO 8601, days at most: how long the result stays. */
  retentionInterval: string
}

/** What would become of one resource of a stack. */
export interface StackResourceChange {
  change: ResourceChange
  /** `create`, `modify`, `noChange`, `delete`, `detach`, `unsupported`. */
  kind: string
  certainty: 'definite' | 'potential'
  managed: { before: string; after: string }
  denied: { before: string; after: string }
}

/** A stack's what-if, which is a resource of its own. */
export interface WhatIfResult {
  id: string
  request: ResultRequest
  state: string
  operation: StackOperation
  /** When the stack last changed; undefined where there is none. */
  stackModifiedAtMs: number | undefined
  changes?: StackResourceChange[]
  skipped?: DeploymentPlan['skipped']
  error?: ErrorDetail
}
