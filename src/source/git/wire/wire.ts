import type { PacketReader } from './packets.ts'

/** What went over the wire so far. */
export interface Traffic {
  requests: number
  /** Bytes of bodies and headers received. */
  receivedBytes: number
  sentBytes: number
  /** The version of HTTP that a host of https chose last. */
  http?: '1.1' | '2'
}

/** A way to one repository's upload-pack: http or ssh. Errors are HeadwaterErrors. */
export interface Wire {
  /** The repository as messages name it. */
  where: string
  /** What the server says first; over http a request of its own each time, over ssh the beginning of a channel. */
  greet(): Promise<PacketReader>
  /** Sends one request (packets as text) and answers what comes back. */
  ask(request: string): Promise<PacketReader>
  traffic: Traffic
  /** Whether a request needs no greeting before it: http. */
  isStateless: boolean
  /** Ends what is open; the wire may be used again. */
  close(): void
}

/**
 * Opens a wire for one question; past its end the signal aborts. With `isLook` the server is asked anew whether it lets us
 * in: a connection that an earlier look opened is not enough.
 */
export type OpenWire = (signal: AbortSignal, options?: { isLook?: boolean }) => Wire
