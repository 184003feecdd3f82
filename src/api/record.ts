import type { ObjectStatus } from './status.ts'
import { formatKey } from './reference.ts'

/** The version of the records' shape; a record from a newer one stops its object and is left as it is. */
export const recordSchema = 1

/**
 * The write-ahead intent: what was started, under which deterministic name and token, for which inputs. It is stored
 * *before* the call, so that whoever comes next can tell a lost answer from a call never made.
 */
export interface Operation {
  type: 'apply' | 'delete' | 'drift' | 'recover'
  /** Deterministic, a function of object, digest and attempt: a change set's name. */
  id: string
  /** Deterministic too: ClientRequestToken. */
  token: string
  digest: string
  /** The revision whose inputs these are. */
  revision: string
  attempt: number
  /** Milliseconds since the epoch. */
  startedAt: number
  deadline: number
  /** The last call that was intended; the target's own words. */
  phase: string
  /** What the target must remember between steps: ids the cloud gave. */
  data: Record<string, string>
}

/** Keeps two steps from colliding; correctness never rests on it alone. */
export interface Lease {
  holder: string
  /** Milliseconds since the epoch. */
  expiresAt: number
  /** Only grows. */
  counter: number
}

/** Where an object is written down, for messages and `trace`. */
export interface Origin {
  /** Key of the source. */
  source: string
  file: string
  line: number
  column: number
}

/** Packaged inputs of a deployable: workers need no git. */
export interface PackagedInputs {
  /** The revision they were packaged from. */
  revision: string
  /** sha256 of each file by its role (`template`, `parameters`); the bytes live in blob. `path` is the file in git that it was made from. */
  files: Record<string, { path: string; sha256: string; bytes: number }>
  /**
   * What was read to make `files`, where that is more than the files themselves: sha256 by path, empty for a file that was
   * looked for and not there, and for a folder (`modules/`) over the names in it. All the same again: `files` hold.
   */
  reads?: Record<string, string>
  /** Hash over what else `files` were made by: the fields of the manifest that decide it. */
  recipe?: string
  /** The program that made `files`; another one makes them anew. */
  compiler?: string
  /** Hash over everything that, changed, must reach the cloud. */
  digest: string
}

/** A person's word on an object, outside git: it survives new commits. */
export interface Suspension {
  by: string
  reason?: string
  /** Milliseconds since the epoch. */
  at: number
  until?: number
}

/** The object is on its way out. */
export interface Deletion {
  /** Milliseconds since the epoch. */
  requestedAt: number
  /** The revision that no longer declares it. */
  revision: string
  /** Keys of dependents that leave too and must be gone first. */
  after: string[]
}

/** Everything known of one object. `spec` is what git says, `status` what we saw. */
export interface ObjectRecord {
  schema: number
  kind: string
  namespace: string
  name: string
  labels?: Record<string, string>
  /** Validated and with defaults filled in by its kind's schema. */
  spec: Record<string, unknown>
  /** Grows when `spec` changes. */
  generation: number
  /** Key of the Kustomization that declares it. */
  owner?: string
  origin?: Origin
  inputs?: PackagedInputs
  status: ObjectStatus
  operation?: Operation
  lease?: Lease
  /** Milliseconds since the epoch; absent: never due by itself. */
  dueAt?: number
  /** A manual request: acted on when its token differs from `status.lastHandledReconcileAt`. */
  request?: { token: string; force?: boolean }
  suspension?: Suspension
  /** A person's yes to a held prune or plan: the token that was shown. */
  approval?: { token: string; by: string; at: number }
  /** Set once git no longer declares it and the policy says Delete: the object leaves when its cloud part is gone. */
  deletion?: Deletion
  /** Who else declares it, and at which revision: when its owner lets go of it, it is theirs. */
  contender?: { key: string; revision: string }
  /** Keys of objects that found this one not Ready: they are due the moment it is, or is gone. */
  waiters?: string[]
}

/** The key of a record. */
export function keyOf(record: Pick<ObjectRecord, 'kind' | 'namespace' | 'name'>): string {
  return formatKey(record)
}
