import type { ResourceId } from '../ids.ts'
import type { Json, JsonObject } from '../json.ts'

/** A resource while its provider looks at it. */
export interface Making {
  id: ResourceId
  /** As it was asked for, with defaults. */
  body: JsonObject
  /** Normalised; empty where it has none. */
  location: string
  /** A GUID that belongs to this resource and this use of it, the same at every call. */
  guid: (use: string) => string
  nowIso: string
  tenantId: string
}

/** What the sandbox knows of a type. */
export interface TypeFacts {
  /** In its own spelling. */
  type: string
  /** What it is read and listed with when nobody says. */
  apiVersion: string
  /** How long Azure takes to make one, in milliseconds. */
  durationMs: readonly [least: number, most: number]
  /**
   * What a PUT answers, as the REST specification of its provider says: of a new one 201 if nothing else stands here,
   * with 202 no body and a `Location`; of one that is there 200. Clients refuse what their specification does not list.
   */
  putStatus?: { made?: 200 | 202; replaced?: 201 }
  /** Whether it needs a `location`. */
  tracked: boolean
  /** The names that the provider takes, and what it says of another (`{name}`). */
  name?: { pattern: RegExp; code: string; message: string }
  /** Properties that are taken and never answered, besides passwords. */
  hidden?: readonly string[]
  /** Whether it has no `provisioningState`. */
  stateless?: boolean
  /** Properties that are there although nobody wrote them; what was written wins. */
  defaults?: JsonObject
  /** Read-only properties; they win. */
  computed?: (making: Making) => JsonObject
  /** What its `list*` actions answer, by their names in lower case. */
  list?: Readonly<Record<string, (making: Making) => Json>>
}
