import type { Condition } from './condition.ts'

/** One line of an object's past: what was applied, when, how it ended. */
export interface HistoryEntry {
  digest: string
  revision: string
  outcome: 'Succeeded' | 'Failed'
  message: string
  /** RFC 3339. */
  startedAt: string
  finishedAt: string
}

/** A property that the cloud holds otherwise than git says. */
export interface DriftedProperty {
  /** Logical id of the resource. */
  resource: string
  resourceType: string
  /** Path in the resource's properties, `/SecurityGroupIngress/0/CidrIp`; empty when the resource itself is gone. */
  path: string
  expected?: string
  actual?: string
}

/** What was learned of a git host's server: spares asking again. It can be lost, and is asked anew when it proves wrong. */
export interface HostFacts {
  /** Of git's protocol. */
  version: 0 | 1 | 2
  /** What the server said it can do, by name. */
  features: Record<string, string>
  /** Filters that it refused though it said that it can filter. */
  refusedFilters: string[]
  /** Milliseconds that a small answer takes, roughly: it is kept as long as it is not four times off. */
  turnaroundMs?: number
}

/** Where objects of a repository are kept between processes, and of which commit they are. */
export interface ShelfPointer {
  commit: string
  /** sha256 of the bodies that hold them, oldest first. */
  segments: string[]
}

/** What the controller saw of an object: everything here can be lost and seen again, but for `history`. */
export interface ObjectStatus {
  conditions: Condition[]
  observedGeneration: number
  /** The source's revision that was last tried and last fully applied: `main@sha1:<40 hex>`. */
  lastAttemptedRevision?: string
  lastAppliedRevision?: string
  /** sha256 of the inputs last tried and last applied; the same digest means no call to the cloud. */
  lastAttemptedDigest?: string
  lastAppliedDigest?: string
  /** The inputs whose attempt ended in a terminal failure: not tried again until they change or a person forces it. */
  failedDigest?: string
  /** The manual request that was last acted on. */
  lastHandledReconcileAt?: string
  outputs?: Record<string, string>
  /** Keys of the objects that a Kustomization applied. */
  inventory?: string[]
  /** Newest first, five at most. */
  history?: HistoryEntry[]
  /** How many operations were ever begun for this object: part of their names and tokens, so that none is used twice. */
  operations?: number
  /** Transient failures in a row; the back-off grows with it. */
  failures?: number
  /** Milliseconds since the epoch: no attempt before. */
  nextAttemptAt?: number
  /** For sources: milliseconds since the epoch before which the host asked not to be asked, whoever wants to. */
  hostRestUntil?: number
  /** Keys that this object waits for. */
  blockedBy?: string[]
  drift?: {
    checkedAt: number
    properties: DriftedProperty[]
    /** Putting it back was tried and left these: not tried again before the next look. */
    isFinal?: boolean
    /** Resources that the last look could not tell of, with the reason. */
    unchecked?: string[]
    /** who and when, if the cloud told */ actor?: string
  }
  /** What a pinned cloud resource is, so that one recreated under the same name is noticed: StackId, RoleARN… */
  identity?: Record<string, string>
  /** Progress of the operation in flight, for people: resources done and total, the one being worked on. */
  progress?: { done: number; total: number; current?: string }
  /** For sources: the artifact in force. */
  artifact?: {
    revision: string
    subject?: string
    author?: string
    committedAt?: string
    fetchedAt: number
    generation?: number
    /** Of `spec.ignore`, as it was then; absent without one. */
    ignoreDigest?: string
  }
  /** For sources that are verified: which revision, by whose keys, and the sha256 of the keys that may sign. */
  verified?: { revision: string; signers: string[]; keys: string }
  /** For sources with `staleAfter`: not read, or not moved, for longer than that. */
  stale?: 'unread' | 'unmoved'
  /** For sources: what was learned of the host. */
  host?: HostFacts
  /** For a Kustomization: what it read of git, kept so that the next commit costs what changed. */
  shelf?: ShelfPointer
  /** For a Kustomization: of the source's `spec.ignore` that it was last read with; absent without one. */
  ignoreDigest?: string
  /** What waits for a person's yes: the objects that a Kustomization would let go of, or a plan, line by line. */
  held?: { keys: string[]; token: string; lines?: string[] }
}
