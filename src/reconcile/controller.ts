/** How much one pass may do. */
export interface Budget {
  /** Milliseconds since the epoch: no step is begun after it. */
  deadline?: number
  /** Steps at once; default 8. */
  concurrency?: number
  /** Steps in all; default no limit. */
  limit?: number
  /** Ends the pass between steps. */
  signal?: AbortSignal
}

/** What one pass did. */
export interface PassSummary {
  steps: number
  /** Keys whose step ended in an error, with its message. */
  errors: { key: string; message: string }[]
  /** Milliseconds since the epoch of the next thing due; undefined: nothing is. */
  nextDueAt: number | undefined
}

/** A manual request: every object named is due now. */
export interface DueRequest {
  /** Opaque; acted on once. */
  token: string
  /** Also try inputs again that failed before. */
  force?: boolean
}

/** The one loop. The daemon, the functions and the tests all drive this. */
export interface Controller {
  /** Reconciles what is due, most overdue first, until nothing is due or the budget is spent. */
  runDue(budget?: Budget): Promise<PassSummary>
  /** One step of one object, whether due or not. Answers when it wants to be looked at again (milliseconds since the epoch). */
  reconcile(key: string): Promise<{ dueAt: number | undefined }>
  /** Marks objects due now; unknown keys are left out of the answer. */
  markDue(keys: readonly string[], request?: DueRequest): Promise<string[]>
}
