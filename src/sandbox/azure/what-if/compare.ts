import type { Json, JsonObject } from '../../../template/arm/index.ts'
import { compareLists } from './array-delta.ts'
import { isList, isObject, isUnevaluated, normalLocation, payloadOf, sameJson } from './payload.ts'
import type { PropertyChange } from './property-change.ts'

/** How a resource changes. */
export type ChangeType = 'Create' | 'Delete' | 'Ignore' | 'Deploy' | 'NoChange' | 'Modify' | 'Unsupported'

/** A live resource, what a template wants of it, and what its provider would make of that. */
export interface ComparedResource {
  /** The whole resource with id, name, type and apiVersion; undefined where there is none. */
  live: JsonObject | undefined
  /** The same members, as the template says them; what only a running deployment knows is text `[reference(…)]`. */
  desired: JsonObject
  /** The resource as it would be: what the template says, defaults, and what only the provider sets. */
  expected?: JsonObject
  /** Whether a property that nobody wrote is a default, which what-if shows, and no read-only value, which it does not. */
  isDefault?: (path: string) => boolean
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
export function compareResource(compared: ComparedResource): Comparison {
  const { live, desired, expected = desired, isDefault = () => false } = compared
  if (live === undefined) return { changeType: 'Create', after: payloadOf(desired), delta: [] }
  const walk: Walk = { isDefault, isItem: false, root: '' }
  const merged = mergeObjects(trio(payloadOf(live), payloadOf(desired), payloadOf(expected)), '', walk)
  const hasEffect = merged.delta.some(({ propertyChangeType }) => propertyChangeType !== 'NoEffect')
  return {
    changeType: hasEffect ? 'Modify' : 'NoChange',
    before: payloadOf(merged.before),
    after: payloadOf(merged.after),
    delta: merged.delta,
  }
}

// What no caller sets on any resource, nor on a part of one.
const alwaysReadOnly = new Set([
  'etag',
  'systemData',
  'identity.principalId',
  'identity.tenantId',
  'properties.provisioningState',
])

/** A live resource as what-if shows it where no template speaks of it. */
export function shownPayload(live: JsonObject): JsonObject {
  const strip = (value: JsonObject, path: string): JsonObject =>
    Object.fromEntries(
      Object.entries(value).flatMap(([key, member]): [string, Json][] => {
        const place = path === '' ? key : `${path}.${key}`
        if (alwaysReadOnly.has(place)) return []
        return [[key, isObject(member) ? strip(member, place) : member]]
      }),
    )
  return payloadOf(strip(live, ''))
}

/** One place in the three documents. */
interface Trio<Value> {
  before: Value
  desired: Value
  expected: Value
}

/** Where the walk is: in the resource itself, or inside an item of a list, whose paths start anew. */
interface Walk {
  isDefault: (path: string) => boolean
  isItem: boolean
  /** The path of the item. */
  root: string
}

/** What is shown of a place before and after, and how it changes; undefined: nothing is. */
interface Merged<Value> {
  before: Value
  after: Value
  delta: PropertyChange[]
}

function trio<Value>(before: Value, desired: Value, expected: Value): Trio<Value> {
  return { before, desired, expected }
}

// What a resource is, and not what it is like.
const identity = new Set(['apiVersion', 'id', 'name', 'type'])

function mergeObjects(all: Trio<JsonObject>, path: string, walk: Walk): Merged<JsonObject> {
  const before: Record<string, Json> = {}
  const after: Record<string, Json> = {}
  const delta: PropertyChange[] = []
  const keys = new Set([...Object.keys(all.before), ...Object.keys(all.desired)])
  for (const key of [...keys].toSorted()) {
    const members = trio(all.before[key], all.desired[key], all.expected[key])
    const merged = mergeMember(members, path === '' ? key : `${path}.${key}`, walk)
    delta.push(...merged.delta)
    if (merged.before !== undefined) before[key] = merged.before
    if (merged.after !== undefined) after[key] = merged.after
  }
  return { before, after, delta }
}

type Member = Json | undefined

function mergeMember(members: Trio<Member>, path: string, walk: Walk): Merged<Member> {
  const { before, desired } = members
  if (alwaysReadOnly.has(path)) return ineffective(members, path)
  if (!walk.isItem && identity.has(path)) return { before, after: desired ?? before, delta: [] }
  if (desired === undefined) return unsaid(members, path, walk)
  if (isOverruled(members, path, walk)) return ineffective(members, path)
  if (before === undefined) return created(members, path, walk)
  return changed(members, path, walk)
}

/** What the service alone decides: not shown, and only worth a word where the template says otherwise. */
function ineffective({ before, desired }: Trio<Member>, path: string): Merged<Member> {
  const isSame = desired === undefined || before === undefined || sameJson(before, desired)
  const said: PropertyChange[] = isSame
    ? []
    : [{ path, propertyChangeType: 'NoEffect', before, after: desired }]
  return { before: undefined, after: undefined, delta: said }
}

/** A value that the service would put another in the place of, or would not show. */
function isOverruled({ before, desired, expected }: Trio<Member>, path: string, walk: Walk): boolean {
  if (desired === undefined || isObject(desired) || isList(desired) || isUnevaluated(desired)) return false
  if (expected === undefined) return before === undefined
  return !sameJson(desired, expected) && !(isSamePlace(desired, expected, path) && !walk.isItem)
}

function unsaid({ before, expected }: Trio<Member>, path: string, walk: Walk): Merged<Member> {
  if (before === undefined) return { before, after: undefined, delta: [] }
  if (expected !== undefined && sameJson(before, expected)) {
    const shown = walk.isDefault(walk.isItem ? `${walk.root}.${path}` : path) ? before : undefined
    return { before: shown, after: shown, delta: [] }
  }
  if (isObject(before) && Object.keys(before).length > 0) {
    const merged = mergeObjects(trio(before, {}, isObject(expected) ? expected : {}), path, walk)
    const isEmpty = Object.keys(merged.after).length === 0
    return { ...merged, after: isEmpty ? undefined : merged.after }
  }
  return { before, after: undefined, delta: [{ path, propertyChangeType: 'Delete', before }] }
}

function created({ desired, expected }: Trio<Member>, path: string, walk: Walk): Merged<Member> {
  if (isObject(desired) && Object.keys(desired).length > 0) {
    const merged = mergeObjects(trio({}, desired, isObject(expected) ? expected : {}), path, walk)
    return { ...merged, before: undefined }
  }
  return {
    before: undefined,
    after: desired,
    delta: desired === undefined ? [] : [{ path, propertyChangeType: 'Create', after: desired }],
  }
}

function changed({ before, desired, expected }: Trio<Member>, path: string, walk: Walk): Merged<Member> {
  if (before === undefined || desired === undefined) return { before, after: desired, delta: [] }
  if (isObject(before) && isObject(desired)) {
    return mergeObjects(trio(before, desired, isObject(expected) ? expected : {}), path, walk)
  }
  if (isList(before) && isList(desired)) {
    return mergeLists(trio(before, desired, isList(expected) ? expected : desired), path, walk)
  }
  const isSame = sameJson(before, desired) || (!walk.isItem && isSamePlace(before, desired, path))
  if (isSame) return { before, after: before, delta: [] }
  return { before, after: desired, delta: [{ path, propertyChangeType: 'Modify', before, after: desired }] }
}

function mergeLists(
  { before, desired, expected }: Trio<readonly Json[]>,
  path: string,
  walk: Walk,
): Merged<Json> {
  const root = walk.isItem ? `${walk.root}.${path}` : path
  const merge = (item: Json, other: Json, made: Json | undefined, index: number): Merged<Json> => {
    if (!isObject(item) || !isObject(other)) return { before: item, after: other, delta: [] }
    const inner = { isDefault: walk.isDefault, isItem: true, root: `${root}.${index}` }
    return mergeObjects(trio(item, other, isObject(made) ? made : other), '', inner)
  }
  const { children, pairs } = compareLists(
    before,
    desired,
    (item, other, beforeIndex, afterIndex) => merge(item, other, expected[afterIndex], beforeIndex).delta,
  )
  const partnerOf = new Map(pairs.map(({ beforeIndex, afterIndex }) => [beforeIndex, afterIndex]))
  const shown = before.map((item, index) => {
    const other = desired[partnerOf.get(index) ?? -1]
    return other === undefined ? item : merge(item, other, expected[partnerOf.get(index) ?? -1], index).before
  })
  return {
    before: shown,
    after: children.length === 0 ? shown : desired,
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
