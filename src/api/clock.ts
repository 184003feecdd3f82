/**
 * Time, as everything below a composition root sees it. The whole controller can be driven by a virtual one.
 */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number
  /** Resolves after `ms`; rejects with the signal's reason when it aborts first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

/** Where chance comes from: jitter, lease holders, request tokens. Seeded in simulations. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number
  /** A version 4 UUID, lower case. */
  uuid(): string
}
