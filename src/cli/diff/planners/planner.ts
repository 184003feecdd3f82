import type { ObjectRecord } from '../../../api/record.ts'
import type { BlobStore } from '../../../blob/blob.ts'
import type { Settings } from '../../../compose/settings.ts'
import type { SecretResolver } from '../../../secret/secret.ts'
import type { AzurePlan } from '../../../target/azure/plan.ts'
import type { StackPlan } from '../../../target/cloudformation/plan.ts'
import type { AnyTarget } from '../../../target/target.ts'
import type { Io } from '../../io.ts'
import type { Candidate } from '../candidate.ts'

/** What would happen to one object, as its cloud tells it. */
export type CloudPlan = ({ cloud: 'aws' } & StackPlan) | ({ cloud: 'azure' } & AzurePlan)

/** What plans are made with. */
export interface PlanPorts {
  io: Io
  secrets: SecretResolver
  settings: Settings
  blobs: BlobStore
  isOffline: boolean
}

/** Plans objects of one kind. */
export interface Planner {
  /** Only its pure parts are used: what makes a difference, and what it is called. */
  target: AnyTarget
  plan(candidate: Candidate, after: ObjectRecord): Promise<CloudPlan>
}
