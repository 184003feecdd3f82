import type { ArmTemplate, Json, JsonObject } from '../../template/arm/index.ts'

/**
 * A template as it is packaged and deployed: JSON without comments, and without the compiler's signature
 * (`metadata._generator`), also in nested templates, so that a newer compiler that makes the same is no change.
 */
export function templateBody(template: ArmTemplate): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(unsigned(template)))
}

function unsigned(value: Json): Json {
  if (Array.isArray(value)) return value.map((item: Json) => unsigned(item))
  if (!isObject(value)) return value
  const members = Object.entries(value).flatMap(([name, member]): [string, Json][] => {
    if (name === 'metadata' && '$schema' in value && isObject(member)) {
      const { _generator: signature, ...rest } = member
      if (isObject(signature ?? null)) return Object.keys(rest).length === 0 ? [] : [[name, rest]]
    }
    return [[name, unsigned(member)]]
  })
  return Object.fromEntries(members)
}

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
