import type { Json as ArmJson, JsonObject as ArmJsonObject } from '../../../template/arm/index.ts'
import type { Json, JsonObject } from '../json.ts'

/** A copy of an evaluated value that is ours to change. */
export function owned(value: ArmJson): Json {
  if (Array.isArray(value)) return value.map((item: ArmJson) => owned(item))
  if (typeof value !== 'object' || value === null) return value as null | boolean | number | string
  return ownedObject(value as ArmJsonObject)
}

/** A copy of an evaluated object that is ours to change. */
export function ownedObject(value: ArmJsonObject): JsonObject {
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, owned(member)]))
}
