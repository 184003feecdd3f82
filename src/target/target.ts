import type { NewEvent } from '../api/event.ts'
import type { ObjectRecord, Operation, PackagedInputs } from '../api/record.ts'
import type { DriftedProperty } from '../api/status.ts'

/** What a step is about: one object, and what is wanted of it. */
export interface Subject {
  /** As read from the store; never changed by a target. */
  record: ObjectRecord
  wish: 'present' | 'absent'
  /** A person asked for another try although these inputs failed before. */
  force: boolean
  /** It is time to look for changes made by hand. */
  driftDue: boolean
}

/**
 * What to do next with one object. One place in the reconcile loop turns each of these into conditions, events and the
 * time of the next look.
 */
export type Decision<Action> =
  /** Store `operation` as the intent, then do `action`. `event` is what a person should read of it besides. */
  | {
      type: 'act'
      operation: Operation
      action: Action
      message: string
      progress?: Progress
      event?: NewEvent
    }
  /** An operation runs, ours or another's. `operation` is kept as it is unless given. */
  | {
      type: 'wait'
      operation?: Operation
      reason: string
      message: string
      progress?: Progress
      requeueAfterMs: number
    }
  /** The cloud holds what is declared. The operation, if any, is over. */
  | {
      type: 'applied'
      message: string
      changed: boolean
      reason?: string
      outputs: Record<string, string>
      identity: Record<string, string>
    }
  /** These inputs ended in a failure that trying again will not mend. The operation is over, its digest is remembered as failed. */
  | { type: 'failed'; reason: string; message: string; identity?: Record<string, string> }
  /**
   * Nothing may be done here: foreign, recreated by somebody, stuck beyond what the spec allows. Looked at again at the
   * interval; the operation, if any, is over, and what it knew of the cloud's part goes into `identity`.
   */
  | { type: 'blocked'; reason: string; message: string; identity?: Record<string, string> }
  /**
   * The look for drift is over; an empty list means there is none. With `correct`, the next decision puts it back, unless
   * it is `isFinal`: that was tried and left these, so that nothing more is tried before the next look finds them.
   * `unchecked` are resources that the cloud could not tell of: never taken for "no drift".
   */
  | {
      type: 'drift'
      properties: DriftedProperty[]
      unchecked?: string[]
      actor?: string
      isFinal?: boolean
      message: string
      identity?: Record<string, string>
    }
  /**
   * What would happen waits for a person's yes. The operation is over; nothing is done, and nothing called, until
   * `token` is approved, the inputs change or somebody asks. A new token for every plan that is another.
   */
  | { type: 'held'; reason: string; message: string; token: string; lines: string[] }
  /** The object's cloud part is gone. */
  | { type: 'deleted'; message: string }

/** How far an operation in flight is, for people. */
export interface Progress {
  done: number
  total: number
  current?: string
}

/** What an action brought that the next step must know; merged into the operation's `data`. */
export interface ActResult {
  data?: Record<string, string>
  /** When to look again; absent: at once. */
  requeueAfterMs?: number
}

/**
 * One kind of thing in one cloud. `observe` reads, `decide` is pure and total, `act` makes exactly one mutating call
 * that is idempotent by the operation's name and token. Errors are HeadwaterErrors classed by what comes next:
 * `stalled` ends the attempt, `wait` and `backoff` keep the operation and look again.
 */
export interface Target<Observation = unknown, Action extends { type: string } = { type: string }> {
  readonly kind: string
  /** Hash over everything that, changed, must reach the cloud. Pure. */
  digest(spec: Record<string, unknown>, files: PackagedInputs['files']): string
  /**
   * What the object claims in its cloud, `cloudformation/<account or role>/<region>/<stack name>`, `azure/<resource id>`: two objects with the same claim are
   * refused. Pure.
   */
  claim(record: Pick<ObjectRecord, 'namespace' | 'name' | 'spec'>): string
  observe(subject: Subject): Promise<Observation>
  decide(subject: Subject, observation: Observation, now: number): Decision<Action>
  act(subject: Subject, operation: Operation, action: Action): Promise<ActResult>
}

/** A target whose observation and actions are its own business. */
// oxlint-disable-next-line typescript/no-explicit-any -- an existential type: the loop hands back to a target what it got from it
export type AnyTarget = Target<any, any>
