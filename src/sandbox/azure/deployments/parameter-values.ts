import type { Json } from '../../../template/arm/index.ts'
import type { ArmError } from '../errors.ts'
import type { DeploymentRequest } from './model.ts'
import { templateMember } from './read-request.ts'
import { typeName } from './texts.ts'
import { placeIn, violation } from './violations.ts'

const help = 'Please see https://aka.ms/arm-create-parameter-file for usage details.'

/** The first given value that its parameter does not take, in ARM's words. Types by reference are the evaluator's. */
export function valueViolation(request: DeploymentRequest): ArmError | undefined {
  const declared = templateMember(request.template, 'parameters')
  for (const [name, { value }] of Object.entries(request.parameters)) {
    const found = Object.entries(declared).find(([key]) => key.toLowerCase() === name.toLowerCase())
    const schema = found === undefined ? undefined : recordOf(found[1])
    if (found === undefined || schema === undefined || value === undefined || '$ref' in schema) continue
    if (value === null && schema['nullable'] === true) continue
    const wrong = wrongType(found[0], schema, value) ?? wrongSize(found[0], schema, value)
    if (wrong !== undefined) return violation(wrong)
    const refused = notAllowed(request, found[0], schema, value)
    if (refused !== undefined) return refused
  }
  return undefined
}

function wrongType(name: string, schema: Schema, value: Json): string | undefined {
  const wanted = textOf(schema['type']).toLowerCase()
  const kinds: Readonly<Record<string, string>> = { securestring: 'string', secureobject: 'object' }
  const kind = kinds[wanted] ?? wanted
  const actual = kindOf(value)
  if (kind === actual || !['string', 'int', 'bool', 'object', 'array'].includes(kind)) return undefined
  const words: Readonly<Record<string, string>> = { int: 'Integer', bool: 'Boolean' }
  const expected = words[kind] ?? typeName(kind)
  return `Template parameter '${name}' was provided an invalid value. Expected a value of type '${expected}', but received a value of type '${words[actual] ?? typeName(actual)}'. ${help}`
}

function wrongSize(name: string, schema: Schema, value: Json): string | undefined {
  const size = typeof value === 'string' || Array.isArray(value) ? value.length : undefined
  const what = typeof value === 'number' ? 'The value' : 'Length of the value'
  const measured = typeof value === 'number' ? value : size
  if (measured === undefined) return undefined
  const [least, most] =
    typeof value === 'number'
      ? [schema['minValue'], schema['maxValue']]
      : [schema['minLength'], schema['maxLength']]
  const start = `The provided value for the template parameter '${name}' is not valid. ${what} should be`
  if (typeof least === 'number' && measured < least)
    return `${start} greater than or equal to '${least}'. ${help}`
  if (typeof most === 'number' && measured > most) return `${start} less than or equal to '${most}'. ${help}`
  return undefined
}

function notAllowed(
  { locate }: DeploymentRequest,
  name: string,
  schema: Schema,
  value: Json,
): ArmError | undefined {
  const allowed = schema['allowedValues']
  if (!Array.isArray(allowed)) return undefined
  const texts = allowed.map((item: unknown) => shown(item))
  // An array may take any of the allowed items.
  const isTaken = (given: unknown): boolean =>
    texts.some((text) => text.toLowerCase() === shown(given).toLowerCase())
  if (isTaken(value) || (Array.isArray(value) && value.every((item) => isTaken(item)))) return undefined
  const place = placeIn(locate, ['parameters', name, 'allowedValues'])
  return violation(
    `The provided value${/^secure/i.test(textOf(schema['type'])) ? '' : ` '${shown(value)}'`} for the template parameter '${name}' at line '${place.lineNumber}' and column '${place.linePosition}' is not valid. The parameter value is not part of the allowed value(s): '${texts.join(',')}'.`,
    place,
  )
}

type Schema = Readonly<Record<string, unknown>>

function recordOf(value: unknown): Schema | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value))
    : undefined
}

function kindOf(value: Json): string {
  if (Array.isArray(value)) return 'array'
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'float'
  if (typeof value === 'boolean') return 'bool'
  if (value === null) return 'null'
  return typeof value
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value, null, 2).replaceAll('\n', '\r\n')
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
