import { isBelow, keyOf } from './ids.ts'
import type { ErrorDetail } from './errors.ts'

/** Which resources a fault is about: one by its id, or all of a type; neither: every one. */
export interface ResourceSelector {
  id?: string | undefined
  type?: string | undefined
}

/** A resource that fails. */
export interface ResourceFailure extends ResourceSelector {
  on: 'put' | 'delete' | 'any'
  /** `request`: refused at once; `later`: accepted, and failed at its end. */
  at: 'request' | 'later'
  /** HTTP status of a refusal at once. */
  status: number
  error: ErrorDetail
  /** Default: always. */
  times?: number | undefined
}

/** Reads of what lies below a scope answer as of a while ago. */
export interface StaleReads {
  scope: string
  lagMs: number
  untilMs: number
}

/** How resources misbehave. */
export interface ResourceFaults {
  fail(failure: ResourceFailure): void
  /** A resource takes this many milliseconds on the sandbox's clock, not scaled by its speed. */
  delay(selector: ResourceSelector, ms: number): void
  stale(reads: StaleReads): void
  /** The failure that strikes now; it is used up by that. */
  take(
    resource: { id: string; type: string },
    on: 'put' | 'delete',
    at: 'request' | 'later',
  ): ResourceFailure | undefined
  /** Whether a failure waits for it, without using it up. */
  has(resource: { id: string; type: string }, on: 'put' | 'delete', at: 'request' | 'later'): boolean
  delayOf(resource: { id: string; type: string }): number | undefined
  /** How far behind a read of this id is, in milliseconds. */
  lagOf(id: string, nowMs: number): number
  clear(): void
}

/** No faults at first. */
export function createResourceFaults(): ResourceFaults {
  let failures: { failure: ResourceFailure; left: number }[] = []
  let delays: { selector: ResourceSelector; ms: number }[] = []
  let staleReads: StaleReads[] = []
  const find: (...asked: Parameters<ResourceFaults['take']>) => (typeof failures)[number] | undefined = (
    resource,
    on,
    at,
  ) =>
    failures.find(
      ({ failure }) =>
        (failure.on === on || failure.on === 'any') && failure.at === at && selects(failure, resource),
    )
  return {
    fail: (failure) => void failures.push({ failure, left: failure.times ?? Infinity }),
    delay: (selector, ms) => void delays.unshift({ selector, ms }),
    stale: (reads) => void staleReads.push(reads),
    take(resource, on, at) {
      const found = find(resource, on, at)
      if (found === undefined) return undefined
      found.left -= 1
      failures = failures.filter(({ left }) => left > 0)
      return found.failure
    },
    has: (resource, on, at) => find(resource, on, at) !== undefined,
    delayOf: (resource) => delays.find(({ selector }) => selects(selector, resource))?.ms,
    lagOf: (id, nowMs) =>
      staleReads
        .filter(({ scope, untilMs }) => nowMs < untilMs && isBelow(id, scope))
        .reduce((most, { lagMs }) => Math.max(most, lagMs), 0),
    clear() {
      failures = []
      delays = []
      staleReads = []
    },
  }
}

function selects({ id, type }: ResourceSelector, resource: { id: string; type: string }): boolean {
  return (
    (id === undefined || keyOf(id) === keyOf(resource.id)) &&
    (type === undefined || type.toLowerCase() === resource.type.toLowerCase())
  )
}
