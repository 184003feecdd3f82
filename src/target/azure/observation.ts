import type { Progress } from '../target.ts'
import type { WhatIfResult } from './what-if.ts'

/** What a decision needs to know of a deployment or stack. */
export interface DeploymentView {
  id: string
  name: string
  /** The provisioning state in ARM's own letter case; empty when ARM left it out. */
  state: string
  tags: Record<string, string>
  /** Outputs that are no secrets, as text. */
  outputs: Record<string, string>
  /** Ids of what it deployed, or what the stack manages. */
  resources: string[]
  correlationId?: string
  templateHash?: string
  /** RFC 3339: of a deployment when its state last changed, of a stack when it was last modified. */
  timestamp?: string
  /** RFC 3339: when a stack was made. */
  createdAt?: string
  /** The deployment that did a stack's last work. */
  deploymentId?: string
  /** Its error as ARM tells it. */
  error?: unknown
}

/** The resource whose failure brought the deployment down. */
export interface FailureCause {
  /** Name of the resource: `sql1/db1`; of the deployment itself when no resource is to blame. */
  resource: string
  resourceType: string
  /** ARM's or the resource provider's code. */
  code: string
  message: string
  /** How many other resources failed too. */
  others: number
  /** The same again may well work: a right that does not show yet, somebody else's operation. */
  isPassing: boolean
  /** No resource is named: ARM's list of operations, which would tell, lags behind. */
  isVague?: boolean
}

/** How a validation or what-if in flight is doing. Where its result is to be asked for moves with every answer. */
export type Look<Result> =
  | { status: 'running'; location?: string; retryAfterMs?: number }
  | { status: 'done'; result: Result }
  | { status: 'failed'; message: string }

/** Everything one look brought. What the phase did not need is absent. */
export interface Observation {
  /** The deployment or stack of that name; absent when there is none. */
  view?: DeploymentView
  /** The scope itself is not there, in ARM's words. */
  missingScope?: string
  cause?: FailureCause
  progress?: Progress
  validation?: Look<'valid'>
  whatIf?: Look<WhatIfResult>
}
