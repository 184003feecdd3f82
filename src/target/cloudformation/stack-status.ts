/**
 * What a stack's status means for the next step. `busy` is any operation in flight; `rolled-back` is usable but holds
 * something else than was last asked for; `never-stable` can only be deleted.
 */
export type Situation =
  | 'missing'
  | 'review'
  | 'busy'
  | 'stable'
  | 'rolled-back'
  | 'never-stable'
  | 'update-failed'
  | 'rollback-stuck'
  | 'delete-failed'
  | 'unknown'

/** All 23 statuses of CloudFormation's API (StackStatus in SDK 3.1169). */
const situations: Readonly<Record<string, Situation>> = {
  REVIEW_IN_PROGRESS: 'review',
  CREATE_IN_PROGRESS: 'busy',
  CREATE_FAILED: 'never-stable',
  CREATE_COMPLETE: 'stable',
  ROLLBACK_IN_PROGRESS: 'busy',
  ROLLBACK_FAILED: 'never-stable',
  ROLLBACK_COMPLETE: 'never-stable',
  DELETE_IN_PROGRESS: 'busy',
  DELETE_FAILED: 'delete-failed',
  DELETE_COMPLETE: 'missing',
  UPDATE_IN_PROGRESS: 'busy',
  UPDATE_COMPLETE_CLEANUP_IN_PROGRESS: 'busy',
  UPDATE_COMPLETE: 'stable',
  UPDATE_FAILED: 'update-failed',
  UPDATE_ROLLBACK_IN_PROGRESS: 'busy',
  UPDATE_ROLLBACK_FAILED: 'rollback-stuck',
  UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS: 'busy',
  UPDATE_ROLLBACK_COMPLETE: 'rolled-back',
  IMPORT_IN_PROGRESS: 'busy',
  IMPORT_COMPLETE: 'stable',
  IMPORT_ROLLBACK_IN_PROGRESS: 'busy',
  IMPORT_ROLLBACK_FAILED: 'unknown',
  IMPORT_ROLLBACK_COMPLETE: 'rolled-back',
}

/** The names of all statuses known, for tables. */
export const stackStatuses: readonly string[] = Object.keys(situations)

/** The situation of a status; of none: `missing`. A status that nobody told us about is `unknown`, unless its name says that it runs. */
export function situationOf(status: string | undefined): Situation {
  if (status === undefined) return 'missing'
  return situations[status] ?? (status.endsWith('_IN_PROGRESS') ? 'busy' : 'unknown')
}
