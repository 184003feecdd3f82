/** A JSON object as a template holds it. */
export type JsonObject = Record<string, unknown>

/** Where something stands in a template: keys and indexes from the top, in the long form of the functions. */
export type TemplatePath = readonly (string | number)[]

/** A plain JSON object, not a list and not null. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** What CloudFormation takes for a string wherever it wants one: text, and numbers and booleans by their text. */
export type Scalar = string | number | boolean

/** Text, a number or a boolean. */
export function isScalar(value: unknown): value is Scalar {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
}

/** The text CloudFormation makes of a scalar: `true`, `5`, never an exponent for a whole number it can write out. */
export function scalarText(value: Scalar): string {
  if (typeof value === 'number' && Number.isInteger(value) && Math.abs(value) >= 1e21)
    return BigInt(value).toString()
  return String(value)
}

/** An object's own member; a name from outside never finds what every object inherits. */
export function member(object: JsonObject, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : undefined
}

/** `Resources.Role.Properties.Policies[0]`: a path as people read it. */
export function pathText(path: TemplatePath): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`
    return text === '' ? step : `${text}.${step}`
  }, '')
}

/** `/Resources/Role`: a path as CloudFormation writes it in its messages. */
export function pathPointer(path: TemplatePath): string {
  return path.map((step) => `/${step}`).join('')
}
