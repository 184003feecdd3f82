import type { Json, JsonObject } from '../../../template/arm/index.ts'

/** True for an object of JSON, not for a list or null. */
export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** True for a list of JSON. */
export function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value)
}

/** An expression that what-if leaves as it is written: it cannot be known before the deployment runs. */
export function isUnevaluated(value: Json | undefined): boolean {
  return typeof value === 'string' && value.startsWith('[') && !value.startsWith('[[') && value.endsWith(']')
}

/** `West US` and `westus` are one place. */
export function normalLocation(location: string): string {
  return location.replaceAll(' ', '').toLowerCase()
}

/** What what-if shows of a resource: members in alphabetical order, nulls and empty objects left out. */
export function payloadOf(resource: JsonObject): JsonObject {
  const tidied = tidy(resource)
  return isObject(tidied) ? tidied : {}
}

function tidy(value: Json): Json | undefined {
  if (value === null) return undefined
  if (isList(value)) return value.map((item) => tidy(item) ?? (isObject(item) ? {} : null))
  if (!isObject(value)) return value
  const members = Object.keys(value)
    .toSorted()
    .flatMap((key): [string, Json][] => {
      const member = tidy(value[key] ?? null)
      return member === undefined ? [] : [[key, member]]
    })
  return members.length === 0 ? undefined : Object.fromEntries(members)
}

/** The same value: member order does not matter, resource ids and locations in any letter case. */
export function sameJson(one: Json | undefined, other: Json | undefined): boolean {
  if (one === other) return true
  if (typeof one === 'string' && typeof other === 'string') return sameText(one, other)
  if (isList(one) && isList(other)) {
    return one.length === other.length && one.every((item, index) => sameJson(item, other[index]))
  }
  if (!isObject(one) || !isObject(other)) return false
  const keys = new Set([...Object.keys(one), ...Object.keys(other)])
  return [...keys].every((key) => sameJson(one[key], other[key]))
}

function sameText(one: string, other: string): boolean {
  return isResourceId(one) && isResourceId(other) && one.toLowerCase() === other.toLowerCase()
}

function isResourceId(text: string): boolean {
  return /^\/(subscriptions|providers)\//i.test(text)
}
