/** A value of JSON. */
export type Json = null | boolean | number | string | Json[] | JsonObject

/** An object of JSON. */
export interface JsonObject {
  [key: string]: Json
}

/** Whether a value is an object, and no list. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** An object's member in any letter case of its name, as ARM reads its own envelopes. */
export function member(value: Json | undefined, name: string): Json | undefined {
  if (!isObject(value)) return undefined
  if (Object.hasOwn(value, name)) return value[name]
  const found = Object.keys(value).find((key) => key.toLowerCase() === name.toLowerCase())
  return found === undefined ? undefined : value[found]
}

/** A member that is a text; undefined when there is none, or it is something else. */
export function textMember(value: Json | undefined, name: string): string | undefined {
  const found = member(value, name)
  return typeof found === 'string' ? found : undefined
}

/** A member that is an object; an empty one when there is none. */
export function objectMember(value: Json | undefined, name: string): JsonObject {
  const found = member(value, name)
  return isObject(found) ? found : {}
}
