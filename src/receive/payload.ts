/** A payload that is not what the provider sends; its message may be told to the caller, who has proved to know the secret. */
export class PayloadError extends Error {
  override readonly name = 'PayloadError'
}

type Fields = Record<string, unknown>

/** The JSON object in a body, plain or as the `payload` field of a form, which GitHub sends on wish. Throws PayloadError. Pure. */
export function readPayload(body: Uint8Array, contentType: string | undefined): Fields {
  const text = decode(body)
  const isForm = contentType?.toLowerCase().startsWith('application/x-www-form-urlencoded') ?? false
  const json = isForm ? new URLSearchParams(text).get('payload') : text
  if (json === null) throw new PayloadError('the form has no field payload')
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch {
    throw new PayloadError('the body is not JSON')
  }
  const fields = asFields(value)
  if (fields === undefined) throw new PayloadError('the body is not a JSON object')
  return fields
}

function decode(body: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body)
  } catch {
    throw new PayloadError('the body is not UTF-8')
  }
}

/** A value as an object; undefined when it is none. Pure. */
export function asFields(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined
}

/** The own texts among an object's fields of these names. Pure. */
export function textsOf(fields: Fields, names: readonly string[]): string[] {
  return names.flatMap((name) => {
    const value = Object.hasOwn(fields, name) ? fields[name] : undefined
    return typeof value === 'string' ? [value] : []
  })
}
