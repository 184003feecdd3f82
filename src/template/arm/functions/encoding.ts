import { parseJson } from '../json-text.ts'
import { type Value, type ValueObject, member } from '../value.ts'
import { type FunctionTable, objectAt, refuseCall, textAt, texts, whole } from './function.ts'

/** Base 64, data URIs, URIs. */
export const encodingFunctions: FunctionTable = {
  base64: whole(1, 1, (args, context) => Buffer.from(textAt(args, 0, context), 'utf8').toString('base64')),
  base64ToString: whole(1, 1, (args, context) => fromBase64(textAt(args, 0, context))),
  base64ToJson: whole(1, 1, (args, context) => {
    const parsed = parseJson(fromBase64(textAt(args, 0, context)))
    return parsed === undefined ? refuseCall(context, 'was given text that is not JSON') : parsed.value
  }),
  dataUri: whole(
    1,
    1,
    (args, context) =>
      `data:text/plain;charset=utf-8;base64,${Buffer.from(textAt(args, 0, context), 'utf8').toString('base64')}`,
  ),
  dataUriToString: whole(1, 1, (args, context) => {
    const match = /^data:([^,]*),(.*)$/is.exec(textAt(args, 0, context))
    if (match === null) return refuseCall(context, 'was given text that is no data URI')
    const [, head = '', data = ''] = match
    return /;base64$/i.test(head) ? fromBase64(data) : decode(data)
  }),
  buildUri: whole(1, 1, (args, context) => buildUri(objectAt(args, 0, context))),
  parseUri: whole(1, 1, (args, context) => {
    const text = textAt(args, 0, context)
    if (!URL.canParse(text)) return refuseCall(context, `was given '${text}', which is no URI`)
    const url = new URL(text)
    const parts: Record<string, Value> = {
      scheme: url.protocol.slice(0, -1),
      host: url.hostname,
      port: url.port === '' ? null : Number(url.port),
      path: url.pathname,
    }
    if (url.search !== '') parts['query'] = url.search
    return parts
  }),
  uri: whole(2, 2, (args, context) => {
    const [base = '', relative = ''] = texts(args, context)
    if (!URL.canParse(relative, base))
      return refuseCall(context, `makes no URI of '${base}' and '${relative}'`)
    return new URL(relative, base).href
  }),
  uriComponent: whole(1, 1, (args, context) =>
    encodeURIComponent(textAt(args, 0, context).toWellFormed()).replaceAll(
      /[!'()*]/g,
      (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
    ),
  ),
  uriComponentToString: whole(1, 1, (args, context) => decode(textAt(args, 0, context))),
}

function buildUri(parts: ValueObject): string {
  const part = (name: string): string => {
    const value = member(parts, name)
    return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
  }
  const port = part('port') === '' ? '' : `:${part('port')}`
  const path = part('path') === '' || part('path').startsWith('/') ? part('path') : `/${part('path')}`
  return `${part('scheme')}://${part('host')}${port}${path}${part('query')}`
}

function fromBase64(text: string): string {
  return Buffer.from(text, 'base64').toString('utf8')
}

/** Undoes percent signs; one that encodes nothing stays. */
function decode(text: string): string {
  return text.replaceAll(/(?:%[0-9a-f]{2})+/gi, (run) =>
    Buffer.from(run.replaceAll('%', ''), 'hex').toString('utf8'),
  )
}
