import { gatewayError } from './errors.ts'
import type { Json } from './json.ts'
import type { ArmAnswer, ArmRequest } from './wire.ts'

const pageSize = 1000

/** A list as ARM answers it: `{value, nextLink?}`, `$top` of them at a time. */
export function listed(request: ArmRequest, items: readonly Json[]): ArmAnswer {
  const top = Number(request.query.get('$top') ?? pageSize)
  const from = Number(Buffer.from(request.query.get('$skiptoken') ?? '', 'base64url').toString('utf8') || 0)
  if (!Number.isInteger(top) || top < 1 || !Number.isInteger(from)) {
    throw gatewayError(
      400,
      'InvalidQueryParameter',
      "The values of '$top' and '$skiptoken' must be whole numbers.",
    )
  }
  const size = Math.min(top, pageSize)
  const rest = items.length > from + size
  const next = new URLSearchParams(request.query.text)
  next.set('$skiptoken', Buffer.from(String(from + size)).toString('base64url'))
  return {
    status: 200,
    body: {
      value: items.slice(from, from + size),
      ...(rest ? { nextLink: `${request.origin}${encodeURI(request.path)}?${next.toString()}` } : {}),
    },
  }
}
