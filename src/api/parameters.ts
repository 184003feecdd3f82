/** A parameter or tag value as a manifest may hold it. */
export type ParameterScalar = string | number | boolean

/** A parameter's value as a manifest may hold it: a list stands for CloudFormation's comma-delimited lists. */
export type ParameterValue = ParameterScalar | readonly ParameterScalar[]

/**
 * The text CloudFormation takes for a value: every parameter and tag is a string there, a list is one string with
 * commas (CloudFormation knows no escape for a comma inside an item).
 */
export function parameterText(value: ParameterValue): string {
  if (typeof value === 'string') return value
  if (typeof value === 'boolean') return value ? 'true' : 'false'
  if (typeof value === 'number') return numberText(value)
  return value.map((item) => parameterText(item)).join(',')
}

/** All values of a `parameters` or `tags` field as text, in the order of their names, so that a digest is stable. */
export function parameterTexts(values: Readonly<Record<string, ParameterValue>>): Record<string, string> {
  const names = Object.keys(values).toSorted()
  return Object.fromEntries(names.map((name) => [name, parameterText(values[name] ?? '')]))
}

/** Without an exponent: CloudFormation compares and counts the digits of what it is given. */
function numberText(value: number): string {
  const text = String(value)
  const match = /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(text)
  if (!match) return Object.is(value, -0) ? '0' : text
  const [, sign = '', whole = '', fraction = '', exponentText = '0'] = match
  const digits = whole + fraction
  const exponent = Number(exponentText)
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`
  return `${sign}${digits.padEnd(exponent + 1, '0')}`
}
