import type { StackParameter } from './model.ts'

/** Values of NoEcho parameters, the longest first. */
export function secretsOf(parameters: readonly StackParameter[]): string[] {
  return parameters
    .filter((parameter) => parameter.noEcho && parameter.value !== '')
    .map((parameter) => parameter.value)
    .toSorted((a, b) => b.length - a.length)
}

/** The same value with the secrets in it hidden. */
export function masked<Value>(value: Value, secrets: readonly string[]): Value {
  if (secrets.length === 0) return value
  if (typeof value === 'string')
    return secrets.reduce<string>((text, secret) => text.replaceAll(secret, '****'), value) as Value
  if (Array.isArray(value)) return value.map((item: unknown) => masked(item, secrets)) as Value
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, child]) => [key, masked(child, secrets)]),
  ) as Value
}
