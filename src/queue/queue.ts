import type { AzurePorts } from '../api/azure-storage.ts'
import type { Clock } from '../api/clock.ts'

/** "This object is due": the only message there is. */
export interface DueMessage {
  key: string
  /** Not delivered before; more than 15 minutes (SQS's limit) counts as 15: longer waits belong into `dueAt`. */
  delayMs?: number
}

/** A delivered message; it comes again unless `done` is called with it in time. */
export interface Delivery {
  key: string
  /** The driver's own handle, good for this delivery only. */
  receipt: string
  /** How often it was delivered, this time included. */
  attempts: number
}

/** What a driver needs of the outside world. */
export interface QueuePorts {
  clock: Clock
  /** Absent: nothing in Azure can be opened. */
  azure?: AzurePorts
}

/** At-least-once, unordered. Losing a message costs time, never correctness: `due()` finds the object anyway. */
export interface Queue {
  send(messages: readonly DueMessage[]): Promise<void>
  /** Up to `limit` messages that are ready now (10 at most); empty when there are none. */
  receive(limit: number): Promise<Delivery[]>
  /** Ends deliveries; one whose time has run out and that was delivered anew is left alone. */
  done(deliveries: readonly Delivery[]): Promise<void>
}

/** The longest delay of a message, in milliseconds: SQS's DelaySeconds ends at 900. */
export const maxDelayMs = 15 * 60_000

/** The most messages that one `receive` answers: SQS's limit. */
export const maxReceive = 10

/** The delay that a driver keeps, in milliseconds: between 0 and 15 minutes. A look too early is harmless. */
export function keptDelayMs({ delayMs = 0 }: DueMessage): number {
  return Math.min(Math.max(delayMs, 0), maxDelayMs)
}
