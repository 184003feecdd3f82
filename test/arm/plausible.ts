import type { ArmTemplate, Json, JsonObject } from '../../src/template/arm/index.ts'

/** A value for each parameter of a template that has no default, of the type and size that it asks for. */
export function plausibleParameters(template: ArmTemplate): Record<string, { value: Json; secure: boolean }> {
  const parameters = template['parameters']
  if (!isObject(parameters)) return {}
  return Object.fromEntries(
    Object.entries(parameters).flatMap(([name, json]) => {
      if (!isObject(json) || json['defaultValue'] !== undefined) return []
      const definition = follow(json, template)
      if (definition['nullable'] === true) return []
      const secure = text(definition['type']).toLowerCase().startsWith('secure')
      return [[name, { value: named(name, plausible(definition, template, 0), definition), secure }]]
    }),
  )
}

/** Texts that templates take apart or look up are made to fit by the parameter's name. */
function named(name: string, value: Json, definition: JsonObject): Json {
  if (
    typeof value !== 'string' ||
    definition['allowedValues'] !== undefined ||
    definition['maxLength'] !== undefined
  )
    return value
  if (/location|region/i.test(name)) return 'westeurope'
  if (/(subscription|tenant|principal|object|client)\w*Id$/i.test(name))
    return '22222222-2222-3333-4444-555555555555'
  return name.endsWith('Id')
    ? '/subscriptions/22222222-2222-3333-4444-555555555555/resourceGroups/other/providers/Microsoft.Network/virtualNetworks/plausible'
    : value
}

function plausible(json: JsonObject, template: ArmTemplate, depth: number): Json {
  const definition = follow(json, template)
  const allowed = definition['allowedValues']
  const type = text(definition['type']).toLowerCase()
  if (Array.isArray(allowed) && allowed[0] !== undefined)
    return type === 'array' ? [allowed[0] as Json] : (allowed[0] as Json)
  switch (type) {
    case 'string':
    case 'securestring':
      return 'plausible-text'
        .padEnd(number(definition['minLength']), 'x')
        .slice(0, number(definition['maxLength'], 14))
    case 'int':
      return Math.max(number(definition['minValue'], 1), Math.min(1, number(definition['maxValue'], 1)))
    case 'bool':
      return true
    case 'array':
      return plausibleList(definition, template, depth)
    default:
      return plausibleObject(definition, template, depth)
  }
}

function plausibleList(definition: JsonObject, template: ArmTemplate, depth: number): Json {
  const prefix = definition['prefixItems']
  if (Array.isArray(prefix)) return prefix.map((item) => plausible(item as JsonObject, template, depth + 1))
  const items = definition['items']
  const length = Math.max(number(definition['minLength']), depth < 4 && isObject(items) ? 1 : 0)
  return Array.from({ length }, () => (isObject(items) ? plausible(items, template, depth + 1) : 'item'))
}

function plausibleObject(definition: JsonObject, template: ArmTemplate, depth: number): Json {
  const { discriminator, properties } = definition
  if (isObject(discriminator) && isObject(discriminator['mapping'])) {
    const [[tag, variant] = []] = Object.entries(discriminator['mapping'])
    const value = isObject(variant) ? plausible(variant, template, depth + 1) : {}
    return { ...(value as JsonObject), [text(discriminator['propertyName'])]: tag ?? '' }
  }
  if (!isObject(properties)) return {}
  return Object.fromEntries(
    Object.entries(properties).flatMap(([name, part]) => {
      if (!isObject(part)) return []
      const inner = follow(part, template)
      return inner['nullable'] === true ? [] : [[name, plausible(inner, template, depth + 1)]]
    }),
  )
}

function follow(json: JsonObject, template: ArmTemplate): JsonObject {
  const target = json['$ref']
  if (typeof target !== 'string') return json
  const found = target
    .slice(2)
    .split('/')
    .map((step) => decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce<Json | undefined>((at, step) => (isObject(at) ? at[step] : undefined), template)
  const { $ref: _, ...rest } = json
  return isObject(found) ? follow({ ...found, ...rest }, template) : {}
}

/** A value as Bicep writes it. */
export function bicepLiteral(value: Json): string {
  if (typeof value === 'string')
    return `'${value
      .replaceAll('\\', String.raw`\\`)
      .replaceAll("'", String.raw`\'`)
      .replaceAll('${', String.raw`\${`)
      .replaceAll('\n', String.raw`\n`)
      .replaceAll('\r', String.raw`\r`)}'`
  if (Array.isArray(value)) return `[\n${value.map((item) => bicepLiteral(item as Json)).join('\n')}\n]`
  if (!isObject(value)) return JSON.stringify(value)
  return `{\n${Object.entries(value)
    .map(([key, item]) => `${bicepLiteral(key)}: ${bicepLiteral(item)}`)
    .join('\n')}\n}`
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function text(value: Json | undefined): string {
  return typeof value === 'string' ? value : ''
}

function number(value: Json | undefined, fallback = 0): number {
  return typeof value === 'number' ? value : fallback
}
