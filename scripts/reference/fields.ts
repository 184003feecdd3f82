import type { JsonSchema } from './schemas.ts'

/** The fields of a schema as rows of a Markdown table, nested ones with dots, in the order in which they are declared. */
export function fieldTable(schema: JsonSchema): string {
  const rows = [...fieldRows(schema, '')]
  return ['| Field | Type | Default | What it says |', '|---|---|---|---|', ...rows].join('\n')
}

function* fieldRows(schema: JsonSchema, prefix: string): Generator<string> {
  for (const [name, field] of Object.entries(schema.properties ?? {})) {
    const path = `${prefix}${name}`
    const isRequired = schema.required?.includes(name) === true
    const cells = [
      `\`${path}\``,
      typeName(field),
      defaultText(field, isRequired),
      [field.description ?? '', limits(field)].filter((text) => text !== '').join(' '),
    ]
    yield `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`
    if (field.properties) yield* fieldRows(field, `${path}.`)
    if (field.items?.properties) yield* fieldRows(field.items, `${path}[].`)
  }
}

function typeName(field: JsonSchema): string {
  if (field.const !== undefined) return `\`${field.const}\``
  if (field.enum) return field.enum.map((value) => `\`${value}\``).join(' or ')
  if (field.anyOf) return unique(field.anyOf.map((option) => typeName(option))).join(' or ')
  if (Array.isArray(field.type)) return field.type.join(' or ')
  if (field.type === 'array') return `list of ${field.items ? typeName(field.items) : 'anything'}`
  if (field.type !== 'object')
    return field.pattern === durationPattern ? 'duration' : (field.type ?? 'anything')
  if (field.properties) return 'mapping'
  const values = field.additionalProperties
  const hasType = typeof values === 'object' && Object.keys(values).length > 0
  return hasType ? `mapping to ${typeName(values)}` : 'mapping'
}

const durationPattern = '^(?=.*[1-9])(\\d+(\\.\\d+)?(ms|s|m|h|d))+$'

function defaultText(field: JsonSchema, isRequired: boolean): string {
  if (isRequired) return '**required**'
  const { default: value } = field
  if (value === undefined) return ''
  const isEmpty = typeof value === 'object' && value !== null && Object.keys(value).length === 0
  if (isEmpty) return 'none'
  return `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``
}

function limits({ minimum, maximum, maxItems, items }: JsonSchema): string {
  if (minimum !== undefined && maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER) {
    return `From ${minimum} to ${maximum}.`
  }
  return maxItems === undefined || !items ? '' : `At most ${maxItems}.`
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)]
}
