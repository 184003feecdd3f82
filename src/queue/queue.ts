/** "This object is due": the only message there is. */
export interface DueMessage {
  key: string
  /** Not delivered before; at most 15 minutes (SQS's limit), longer waits belong into `dueAt`. */
  delayMs?: number
}

/** A delivered message; it comes again unless `done` is called with it in time. */
export interface Delivery {
  key: string
  /** The driver's own handle. */
  receipt: string
  /** How often it was delivered, this time included. */
  attempts: number
}

/** At-least-once, unordered. Losing a message costs time, never correctness: `due()` finds the object anyway. */
export interface Queue {
  send(messages: readonly DueMessage[]): Promise<void>
  /** Up to `limit` messages that are ready now (10 at most); empty when there are none. */
  receive(limit: number): Promise<Delivery[]>
  done(deliveries: readonly Delivery[]): Promise<void>
}
