import { didYouMean } from '../../api/did-you-mean.ts'
import { type Definition, readDefinition } from './definition.ts'
import type { ArmPath, Json, JsonObject } from './types.ts'
import {
  type Value,
  type ValueObject,
  hasDeferred,
  isDeferred,
  isJsonList,
  isJsonObject,
  isList,
  isObject,
  isSame,
  jsonMember,
  member,
  memberName,
} from './value.ts'

/** Told of each thing that is wrong with a value. */
export type Complain = (message: string, path: ArmPath) => void

/** Deeper than any value that a person writes; recursive definitions end here. */
const MAX_DEPTH = 64

/** Holds a value against its definition as ARM does: type, allowed values, ranges, lengths, members and items. */
export function checkValue(
  value: Value,
  definition: Definition,
  template: JsonObject,
  path: ArmPath,
  complain: Complain,
): void {
  if (isDeferred(value) || path.length > MAX_DEPTH) return
  if (value === null && definition.nullable) return
  if (!isOfType(value, definition.type)) {
    complain(`the value is of type ${typeText(value)}, the template wants ${definition.typeText}`, path)
    return
  }
  checkAllowed(value, definition, path, complain)
  checkRange(value, definition, path, complain)
  if (isObject(value)) checkMembers(value, definition, template, path, complain)
  if (isList(value)) checkItems(value, definition, template, path, complain)
}

function isOfType(value: Value, type: string): boolean {
  switch (type) {
    case 'string':
    case 'securestring':
      return typeof value === 'string'
    case 'int':
      return typeof value === 'number' && Number.isInteger(value)
    case 'bool':
      return typeof value === 'boolean'
    case 'object':
    case 'secureobject':
      return isObject(value)
    case 'array':
      return isList(value)
    default:
      return true
  }
}

function typeText(value: Value): string {
  if (value === null) return 'null'
  if (isList(value)) return 'array'
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'a number with a fraction'
  return typeof value === 'boolean' ? 'bool' : typeof value
}

function checkAllowed(value: Value, { json, type }: Definition, path: ArmPath, complain: Complain): void {
  const allowed = jsonMember(json, 'allowedValues')
  if (!isJsonList(allowed) || hasDeferred(value)) return
  const isIn = (item: Value): boolean => allowed.some((other) => isAllowed(item, other))
  // An array may hold any choice of the allowed values, or be one of them.
  if (isIn(value) || (type === 'array' && isList(value) && value.every(isIn))) return
  const shown = type.startsWith('secure') ? 'the value' : JSON.stringify(value)
  const words = allowed.filter((item) => typeof item === 'string')
  const hint = typeof value === 'string' && !type.startsWith('secure') ? didYouMean(value, words) : ''
  complain(
    `${shown} is not one of the allowed values ${allowed.map((item) => JSON.stringify(item)).join(', ')}${hint}`,
    path,
  )
}

/** Strings are compared without regard to letter case. */
function isAllowed(value: Value, allowed: Json): boolean {
  if (typeof value === 'string' && typeof allowed === 'string')
    return value.toLowerCase() === allowed.toLowerCase()
  return isSame(value, allowed)
}

function checkRange(value: Value, { json }: Definition, path: ArmPath, complain: Complain): void {
  const limit = (name: string): number | undefined => {
    const found = jsonMember(json, name)
    return typeof found === 'number' ? found : undefined
  }
  if (typeof value === 'number') {
    const [least, most] = [limit('minValue'), limit('maxValue')]
    if (least !== undefined && value < least) complain(`${value} is less than the minimum ${least}`, path)
    if (most !== undefined && value > most) complain(`${value} is more than the maximum ${most}`, path)
  }
  if (typeof value !== 'string' && !isList(value)) return
  const what = typeof value === 'string' ? 'characters' : 'items'
  const [least, most] = [limit('minLength'), limit('maxLength')]
  if (least !== undefined && value.length < least)
    complain(`the value has ${value.length} ${what}, at least ${least} are needed`, path)
  if (most !== undefined && value.length > most)
    complain(`the value has ${value.length} ${what}, at most ${most} are allowed`, path)
}

function checkMembers(
  value: ValueObject,
  definition: Definition,
  template: JsonObject,
  path: ArmPath,
  complain: Complain,
): void {
  const chosen = chooseVariant(value, definition, template, path, complain)
  if (chosen === undefined) return
  const properties = jsonMember(chosen.json, 'properties')
  const known = isJsonObject(properties) ? properties : {}
  for (const [key, part] of Object.entries(known)) {
    const given = member(value, key)
    const inner = readDefinition(part, template, path)
    if (given === undefined) {
      if (!inner.nullable) complain(`the value has no member '${key}', which the template wants`, path)
    } else checkValue(given, inner, template, [...path, memberName(value, key) ?? key], complain)
  }
  checkOthers(value, known, jsonMember(chosen.json, 'additionalProperties'), template, path, complain)
}

function checkOthers(
  value: ValueObject,
  known: JsonObject,
  others: Json | undefined,
  template: JsonObject,
  path: ArmPath,
  complain: Complain,
): void {
  if (others === undefined || others === true) return
  for (const [key, given] of Object.entries(value)) {
    if (memberName(known, key) !== undefined) continue
    if (others === false)
      complain(`the template knows no member '${key}'${didYouMean(key, Object.keys(known))}`, [...path, key])
    else checkValue(given, readDefinition(others, template, path), template, [...path, key], complain)
  }
}

/** Of a discriminated object the variant that its discriminator names; undefined when there is none. */
function chooseVariant(
  value: ValueObject,
  definition: Definition,
  template: JsonObject,
  path: ArmPath,
  complain: Complain,
): Definition | undefined {
  const discriminator = jsonMember(definition.json, 'discriminator')
  const name = jsonMember(discriminator, 'propertyName')
  const mapping = jsonMember(discriminator, 'mapping')
  if (typeof name !== 'string' || !isJsonObject(mapping)) return definition
  const tag = member(value, name)
  if (isDeferred(tag)) return undefined
  const key = typeof tag === 'string' ? memberName(mapping, tag) : undefined
  if (key !== undefined) return readDefinition(mapping[key], template, path)
  complain(`the member '${name}' must be one of ${Object.keys(mapping).join(', ')}`, path)
  return undefined
}

function checkItems(
  value: readonly Value[],
  definition: Definition,
  template: JsonObject,
  path: ArmPath,
  complain: Complain,
): void {
  const prefix = jsonMember(definition.json, 'prefixItems')
  const first = isJsonList(prefix) ? prefix : []
  const items = jsonMember(definition.json, 'items')
  for (const [index, item] of value.entries()) {
    const part = first[index] ?? items
    if (part === false) complain(`the value has more than ${first.length} items`, [...path, index])
    else if (isJsonObject(part))
      checkValue(item, readDefinition(part, template, path), template, [...path, index], complain)
  }
}
