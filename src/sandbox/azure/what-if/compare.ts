import type { Json, JsonObject } from '../../../template/arm/index.ts'
import { compareLists } from './array-delta.ts'
import { isList, isObject, isUnevaluated, normalLocation, payloadOf, sameJson } from './payload.ts'

/** How a resource changes. */
export type ChangeType = 'Create' | 'Delete' | 'Ignore' | 'Deploy' | 'NoChange' | 'Modify' | 'Unsupported'

/** How a property changes. */
export type PropertyChangeType = 'Create' | 'Delete' | 'Modify' | 'Array' | 'NoEffect'

/** One changed property; `children` are those of a list or of an item of one, with paths below it. */
export interface PropertyChange {
  path: string
  propertyChangeType: PropertyChangeType
  before?: Json
  after?: Json
  children?: PropertyChange[]
}

/** Who set a live property, where it was not the caller: the service for good, or the service until a caller says otherwise. */
export type ServerSet = 'readOnly' | 'default'

/** A live resource and what a template wants of it. */
export interface ComparedResource {
  /** The whole resource with id, name, type and apiVersion; undefined where there is none. */
  live: JsonObject | undefined
  /** The same members, as the template says them; what only a running deployment knows is text `[reference(…)]`. */
  desired: JsonObject
  /** Of a live property by its dotted path. */
  serverSet?: (path: string) => ServerSet | undefined
}

/** What deploying would do to one resource. */
export interface Comparison {
  changeType: 'Create' | 'Modify' | 'NoChange'
  before?: JsonObject
  after: JsonObject
  delta: PropertyChange[]
}

/**
 * Holds a live resource against a template's, as ARM's what-if does: read-only values are left out, or have no effect
 * where the template sets them; defaults of the service stay; everything else that the template does not say goes. An
 * unevaluated expression always differs, for what-if does not ask the cloud.
 */
export function compareResource({
  live,
  desired,
  serverSet = () => undefined,
}: ComparedResource): Comparison {
  if (live === undefined) return { changeType: 'Create', after: payloadOf(desired), delta: [] }
  const whole = payloadOf(live)
  const merged = mergeObjects(whole, payloadOf(desired), '', { serverSet, isItem: false })
  const hasEffect = merged.delta.some(({ propertyChangeType }) => propertyChangeType !== 'NoEffect')
  return {
    changeType: hasEffect ? 'Modify' : 'NoChange',
    before: payloadOf(withoutReadOnly(whole, '', serverSet)),
    after: payloadOf(merged.after),
    delta: merged.delta,
  }
}

/** A live resource as what-if shows it: without what only the service sets. */
export function shownPayload(
  live: JsonObject,
  serverSet: (path: string) => ServerSet | undefined,
): JsonObject {
  return payloadOf(withoutReadOnly(payloadOf(live), '', serverSet))
}

type WhoSet = (path: string) => ServerSet | undefined

/** Where the walk is: in the resource itself, or inside an item of a list, whose paths start anew. */
interface Walk {
  serverSet: WhoSet
  isItem: boolean
}

interface Merged<Value> {
  after: Value
  delta: PropertyChange[]
}

// What a resource is, and not what it is like.
const identity = new Set(['apiVersion', 'id', 'name', 'type'])

function mergeObjects(before: JsonObject, desired: JsonObject, path: string, walk: Walk): Merged<JsonObject> {
  const after: Record<string, Json> = {}
  const delta: PropertyChange[] = []
  const keys = new Set([...Object.keys(before), ...Object.keys(desired)])
  for (const key of [...keys].toSorted()) {
    const merged = mergeMember(before[key], desired[key], path === '' ? key : `${path}.${key}`, walk)
    delta.push(...merged.delta)
    if (merged.after !== undefined) after[key] = merged.after
  }
  return { after, delta }
}

function mergeMember(
  before: Json | undefined,
  desired: Json | undefined,
  path: string,
  walk: Walk,
): Merged<Json | undefined> {
  const setBy = walk.serverSet(path)
  if (setBy === 'readOnly' && before !== undefined) {
    const isSame = desired === undefined || sameJson(before, desired)
    const ineffective: PropertyChange = { path, propertyChangeType: 'NoEffect', before, ...shown(desired) }
    return { after: undefined, delta: isSame ? [] : [ineffective] }
  }
  if (!walk.isItem && identity.has(path)) return { after: desired ?? before, delta: [] }
  if (desired === undefined) {
    if (setBy === 'default' || before === undefined) return { after: before, delta: [] }
    if (isObject(before) && Object.keys(before).length > 0) return gone(before, path, walk)
    return { after: undefined, delta: [{ path, propertyChangeType: 'Delete', before }] }
  }
  if (before === undefined) {
    if (isObject(desired) && Object.keys(desired).length > 0) return mergeObjects({}, desired, path, walk)
    return { after: desired, delta: [{ path, propertyChangeType: 'Create', after: desired }] }
  }
  if (isObject(before) && isObject(desired)) return mergeObjects(before, desired, path, walk)
  if (isList(before) && isList(desired)) return mergeLists(before, desired, path, walk)
  if (sameJson(before, desired) || (!walk.isItem && isSamePlace(before, desired, path)))
    return { after: before, delta: [] }
  return { after: desired, delta: [{ path, propertyChangeType: 'Modify', before, after: desired }] }
}

function gone(before: JsonObject, path: string, walk: Walk): Merged<Json | undefined> {
  const merged = mergeObjects(before, {}, path, walk)
  return { after: Object.keys(merged.after).length > 0 ? merged.after : undefined, delta: merged.delta }
}

function mergeLists(
  before: readonly Json[],
  desired: readonly Json[],
  path: string,
  walk: Walk,
): Merged<Json> {
  const children = compareLists(before, desired, (one, other, index) =>
    isObject(one) && isObject(other)
      ? mergeObjects(one, other, '', {
          serverSet: (inner) => walk.serverSet(`${path}.${index}.${inner}`),
          isItem: true,
        }).delta
      : [],
  )
  return {
    after: children.length === 0 ? before : desired,
    delta: children.length === 0 ? [] : [{ path, propertyChangeType: 'Array', children }],
  }
}

function isSamePlace(before: Json, desired: Json, path: string): boolean {
  return (
    path === 'location' &&
    typeof before === 'string' &&
    typeof desired === 'string' &&
    !isUnevaluated(desired) &&
    normalLocation(before) === normalLocation(desired)
  )
}

function shown(desired: Json | undefined): { after?: Json } {
  return desired === undefined ? {} : { after: desired }
}

function withoutReadOnly(value: JsonObject, path: string, serverSet: WhoSet): JsonObject {
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, member]): [string, Json][] => {
      const place = path === '' ? key : `${path}.${key}`
      if (serverSet(place) === 'readOnly') return []
      return [[key, isObject(member) ? withoutReadOnly(member, place, serverSet) : member]]
    }),
  )
}
