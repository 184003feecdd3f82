import { stalled } from '../api/errors.ts'

/**
 * One entry of a secret that holds a JSON object. Neither the message nor the cause shows any of the value: the JSON
 * parser's own message would quote it.
 */
export function pickJsonKey(reference: string, text: string, key: string): string {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw stalled('InvalidReference', `"${reference}": the secret is no JSON; leave out #${key}`)
  }
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key))
    throw stalled('SecretNotFound', `"${reference}": the secret has no key "${key}"`)
  const entry: unknown = Reflect.get(value, key)
  if (typeof entry === 'number' || typeof entry === 'boolean') return String(entry)
  if (typeof entry !== 'string' || entry === '')
    throw stalled('SecretNotFound', `"${reference}": the key "${key}" holds no text`)
  return entry
}
