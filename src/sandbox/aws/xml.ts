/**
 * XML as AWS's query protocol and S3 write it. Lists of the query protocol are `<member>` elements inside one that
 * carries the name (an empty list is an empty element, which SDKs read as `[]`); S3 repeats the element itself.
 */
export type ListStyle = 'member' | 'flat'

/** Text and attribute values; what XML 1.0 cannot hold at all becomes U+FFFD, a carriage return keeps being one. */
export function escapeXml(text: string): string {
  return (
    text
      // oxlint-disable-next-line no-control-regex -- they are what is looked for
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
      .replaceAll('\r', '&#xD;')
  )
}

/** One element; an undefined or null value is no element at all. Throws on what has no form on the wire (a function, a symbol). */
export function element(name: string, value: unknown, lists: ListStyle = 'member'): string {
  if (value === undefined || value === null) return ''
  if (Array.isArray(value)) {
    if (lists === 'flat') return value.map((item) => element(name, item, lists)).join('')
    return wrap(name, value.map((item) => element('member', item, lists)).join(''))
  }
  if (value instanceof Date) return wrap(name, value.toISOString())
  if (typeof value === 'object') return wrap(name, elements(value, lists))
  if (typeof value === 'string') return wrap(name, escapeXml(value))
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint') {
    return wrap(name, String(value))
  }
  throw new TypeError(`${name}: a ${typeof value} cannot be written as XML`)
}

/** The members of an object, each as an element, in their order. */
export function elements(value: object, lists: ListStyle = 'member'): string {
  return Object.entries(value)
    .map(([name, member]) => element(name, member, lists))
    .join('')
}

function wrap(name: string, content: string): string {
  return content === '' ? `<${name}/>` : `<${name}>${content}</${name}>`
}

/** The answer to a query action: the result, and the request's id. */
export function queryAnswer(options: {
  action: string
  xmlns: string
  result: Record<string, unknown>
  requestId: string
}): string {
  const { action, xmlns, result, requestId } = options
  return (
    `<${action}Response xmlns="${xmlns}">` +
    element(`${action}Result`, result) +
    `<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata></${action}Response>`
  )
}

/** An error of a query action. From status 500 on the fault is the receiver's. */
export function queryError(options: {
  code: string
  message: string
  status: number
  xmlns: string
  requestId: string
}): string {
  const { code, message, status, xmlns, requestId } = options
  return (
    `<ErrorResponse xmlns="${xmlns}">` +
    element('Error', { Type: status < 500 ? 'Sender' : 'Receiver', Code: code, Message: message }) +
    `<RequestId>${requestId}</RequestId></ErrorResponse>`
  )
}
