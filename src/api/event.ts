/** A transition of an object, as a person reads it later. Kept seven days. */
export interface ObjectEvent {
  id: string
  /** Milliseconds since the epoch. */
  at: number
  key: string
  type: 'Normal' | 'Warning'
  /** PascalCase: `ReconciliationSucceeded`, `DriftDetected`, `Pruned`. */
  reason: string
  message: string
  revision?: string
}

/** An event before it has an id and a time. */
export type NewEvent = Pick<ObjectEvent, 'type' | 'reason' | 'message'>

/** How long events are kept, in milliseconds. */
export const eventRetentionMs = 7 * 24 * 3_600_000
