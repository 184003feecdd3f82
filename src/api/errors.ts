/**
 * Errors are classed by what the controller does next, not by what went wrong:
 * - `stalled`: needs a change in git or by a person; not tried again until something changes
 * - `wait`: someone else is busy; look again soon, not a failure of the object
 * - `backoff`: transient; try again with growing, jittered delays
 */
export type ErrorClass = 'stalled' | 'wait' | 'backoff'

export interface HeadwaterErrorOptions {
  class: ErrorClass
  /** PascalCase, as in a condition: `AuthenticationFailed`, `Throttled`. */
  reason: string
  /** Not before this many milliseconds, when the other side told (Retry-After). */
  retryAfterMs?: number
  /** The host that this is true of as a whole, as `https://git.example`: others who would ask it fare no better. */
  host?: string
  /** Nothing was asked: somebody else was told this a moment ago. */
  isSecondHand?: boolean
  cause?: unknown
}

/**
 * The one error type that crosses rooms. Drivers translate their SDK's errors into it at the edge; the message is
 * lower case, without a final period, holds the wrong value and says what to change.
 */
export class HeadwaterError extends Error {
  override readonly name = 'HeadwaterError'
  readonly class: ErrorClass
  readonly reason: string
  readonly retryAfterMs: number | undefined
  readonly host: string | undefined
  readonly isSecondHand: boolean

  constructor(message: string, options: HeadwaterErrorOptions) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.class = options.class
    this.reason = options.reason
    this.retryAfterMs = options.retryAfterMs
    this.host = options.host
    this.isSecondHand = options.isSecondHand ?? false
  }
}

/** An error that only a change in git or a person can mend. */
export function stalled(reason: string, message: string, cause?: unknown): HeadwaterError {
  return new HeadwaterError(message, { class: 'stalled', reason, cause })
}

/** A transient failure; try again with back-off, not before `retryAfterMs` if the other side named it. */
export function transient(
  reason: string,
  message: string,
  cause?: unknown,
  retryAfterMs?: number,
): HeadwaterError {
  return new HeadwaterError(message, {
    class: 'backoff',
    reason,
    cause,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  })
}

/** A compare-and-swap that lost: somebody wrote the record since it was read. Read again and decide anew. */
export function conflict(key: string): HeadwaterError {
  return new HeadwaterError(`record ${key} was changed by another writer`, {
    class: 'backoff',
    reason: 'Conflict',
  })
}

/** Whether an error is a lost compare-and-swap. */
export function isConflict(error: unknown): boolean {
  return error instanceof HeadwaterError && error.reason === 'Conflict'
}

/** Any thrown thing as a HeadwaterError: what nobody classed is taken for transient, so that it is tried again and seen. */
export function asHeadwaterError(error: unknown): HeadwaterError {
  if (error instanceof HeadwaterError) return error
  const message = error instanceof Error ? error.message : String(error)
  return transient('UnexpectedError', message, error)
}
