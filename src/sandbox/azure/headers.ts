import type { LimitKind } from './limits.ts'

/** What the headers of an answer tell of its request. */
export interface AnswerPlace {
  requestId: string
  correlationId: string
  nowMs: number
  /** Undefined below the tenant. */
  subscription: string | undefined
  /** What is left of the caller's limits; undefined where nothing was counted. */
  left: { kind: LimitKind; remaining: number; global: number } | undefined
}

/** The headers that every answer of ARM has; those of the answer itself win. */
export function armHeaders(place: AnswerPlace): Record<string, string> {
  const { requestId, correlationId, nowMs, left } = place
  const stamp = new Date(nowMs).toISOString().replaceAll(/[-:]|\.\d+/g, '')
  return {
    'cache-control': 'no-cache',
    pragma: 'no-cache',
    expires: '-1',
    date: new Date(nowMs).toUTCString(),
    ...(left === undefined ? {} : limitHeaders(left, place.subscription)),
    'x-ms-request-id': requestId,
    'x-ms-correlation-request-id': correlationId,
    'x-ms-routing-request-id': `WESTEUROPE:${stamp}:${requestId}`,
    'strict-transport-security': 'max-age=31536000; includeSubDomains',
    'x-content-type-options': 'nosniff',
  }
}

function limitHeaders(
  { kind, remaining, global }: { kind: LimitKind; remaining: number; global: number },
  subscription: string | undefined,
): Record<string, string> {
  const scope = subscription === undefined ? 'tenant' : 'subscription'
  return {
    [`x-ms-ratelimit-remaining-${scope}-${kind}`]: String(remaining),
    ...(subscription === undefined
      ? {}
      : { [`x-ms-ratelimit-remaining-subscription-global-${kind}`]: String(global) }),
  }
}
