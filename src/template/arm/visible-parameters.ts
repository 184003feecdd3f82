import { parseArmTemplate } from './index.ts'
import type { Json, JsonObject } from './types.ts'

/** What may be shown; a type that is not in this list might be a secret's. */
const openTypes = new Set(['string', 'int', 'bool', 'object', 'array'])

/** No chain of definitions is longer, or it leads in a circle. */
const maxSteps = 16

/**
 * The parameters whose values may be shown: those of a type that is not secure, also where a definition says the type.
 * Whatever cannot be read shows nothing. Pure.
 */
export function visibleParameters(text: string): ReadonlySet<string> {
  const { template = {} } = parseArmTemplate(text)
  const definitions = objectOf(template['definitions'])
  const visible = Object.entries(objectOf(template['parameters'])).filter(([, declaration]) =>
    openTypes.has(typeOf(objectOf(declaration), definitions)),
  )
  return new Set(visible.map(([name]) => name))
}

function typeOf(declaration: JsonObject, definitions: JsonObject): string {
  let at = declaration
  for (let step = 0; step < maxSteps; step++) {
    const { $ref: reference, type } = at
    if (typeof type === 'string') return type.toLowerCase()
    if (typeof reference !== 'string') return ''
    at = objectOf(definitions[reference.replace('#/definitions/', '')])
  }
  return ''
}

function objectOf(value: Json | undefined): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {}
}
