import { type Definition, isSecure, readDefinition } from './definition.ts'
import { type Expression, literal } from './syntax.ts'
import type { Json, JsonObject } from './types.ts'
import {
  type Value,
  defer,
  isDeferred,
  isJsonList,
  isJsonObject,
  isList,
  isObject,
  jsonMember,
} from './value.ts'

/** A value with its secure parts, by its definition, left as the expressions that lead to them: for plans that people see. */
export function hideSecret(
  value: Value,
  definition: Definition,
  template: JsonObject,
  from: Expression,
): Value {
  if (value === null || isDeferred(value)) return value
  if (isSecure(definition)) return defer(from)
  const inside = (part: Json | undefined, key: string | number, item: Value): Value =>
    isJsonObject(part)
      ? hideSecret(item, readDefinition(part, template, []), template, {
          kind: 'access',
          target: from,
          key: literal(key),
        })
      : item
  if (isList(value)) {
    const prefix = jsonMember(definition.json, 'prefixItems')
    const items = jsonMember(definition.json, 'items')
    const shown = value.map((item, index) =>
      inside((isJsonList(prefix) ? prefix[index] : undefined) ?? items, index, item),
    )
    return shown.every((item, index) => item === value[index]) ? value : shown
  }
  if (!isObject(value)) return value
  const properties = jsonMember(definition.json, 'properties')
  const others = jsonMember(definition.json, 'additionalProperties')
  const shown = Object.entries(value).map(([key, item]): [string, Value] => [
    key,
    inside(jsonMember(properties, key) ?? others, key, item),
  ])
  // What hides nothing stays the same object: it may stand for an expression.
  return shown.every(([key, item]) => item === value[key]) ? value : Object.fromEntries(shown)
}
