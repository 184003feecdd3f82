import type { Clock } from '../../api/clock.ts'
import { withDeadline } from '../../api/deadline.ts'
import { stalled, transient } from '../../api/errors.ts'
import type { CallClass, Limiter } from '../limiter.ts'
import { errorOfAnswer, errorOfTransport } from './errors.ts'

/** One call to ARM. */
export interface ArmRequest {
  method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE'
  /** A resource's path, or an address that ARM gave: that one is followed only within ARM's own origin. */
  path: string
  /** Added as `api-version`, unless the address holds one. */
  apiVersion?: string
  query?: Readonly<Record<string, string>>
  /** JSON, ready made: a template goes as its author wrote it. */
  body?: string
  /** For messages: `deployment eu_web`. */
  what: string
  /** A POST that only reads. */
  isRead?: boolean
}

/** What ARM answered. Statuses from 400 on are errors instead. */
export interface ArmAnswer {
  status: number
  /** Parsed JSON, undefined when there was none. Every field that ARM sent is in it. */
  body: unknown
  /** Where the result of a call in flight is to be asked for: the newest, they change with every answer. */
  location?: string
  asyncOperation?: string
  retryAfterMs?: number
  correlationId?: string
  requestId?: string
}

/** ARM, as somebody with one identity sees it. */
export interface ArmClient {
  send(request: ArmRequest): Promise<ArmAnswer>
  /** Throws a `wait` error when the budget of calls for a subscription is spent. */
  admit(callClass: CallClass, path: string): void
}

/** What a client works with. */
export interface ArmClientOptions {
  /** Origin of ARM, without a path. */
  endpoint: string
  /** A bearer token; `isStale` asks for another one than before. */
  token(isStale: boolean): Promise<string>
  /** Whose rights these are, for the budget: ARM counts by principal. */
  principal: string
  clock: Clock
  limiter: Limiter
  /** How long one call may take, in milliseconds: well below a step's lease. */
  timeoutMs?: number
}

/** An answer larger than this is refused: ARM's own limit on a template is 4 MB. */
const maxAnswerBytes = 32 * 1024 * 1024
const methodClass: Readonly<Record<ArmRequest['method'], CallClass>> = {
  GET: 'read',
  HEAD: 'read',
  PUT: 'write',
  POST: 'write',
  DELETE: 'write',
}

/** Makes a client. One attempt a call: when to try again is decided by the loop. */
export function createArmClient(options: ArmClientOptions): ArmClient {
  const { endpoint, limiter, clock, timeoutMs = 20_000 } = options

  async function call(request: ArmRequest, url: URL, signal: AbortSignal): Promise<Response> {
    const { method, body } = request
    const attempt = async (isStale: boolean): Promise<Response> =>
      fetch(url, {
        method,
        redirect: 'manual',
        signal,
        headers: {
          authorization: `Bearer ${await options.token(isStale)}`,
          accept: 'application/json',
          'user-agent': 'headwater',
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body }),
      })
    const first = await attempt(false)
    // A token may have been taken back before its end: nothing was done yet, so another one is tried once.
    if (first.status !== 401) return first
    await first.body?.cancel()
    return attempt(true)
  }

  return {
    async send(request) {
      const what = `${request.method} ${request.what}`
      const url = addressOf(endpoint, request)
      const place = budgetOf(url.pathname, options.principal)
      const callClass = request.isRead === true ? 'read' : methodClass[request.method]
      limiter.spend(place, callClass)
      const late = (): Error => transient('CloudUnavailable', `${what}: no answer within ${timeoutMs} ms`)
      const answer = await withDeadline({ clock, timeoutMs, late }, async (signal) => {
        const response = await call(request, url, signal)
        return { response, text: await readText(response, what) }
      }).catch((problem: unknown) => {
        throw errorOfTransport(what, problem)
      })
      const { response, text } = answer
      const told = headersOf(response.headers)
      for (const [told, left] of remainingCalls(response.headers)) limiter.remaining(place, told, left)
      const body = parseBody(text)
      if (response.status >= 300 && response.status < 400)
        throw stalled('Redirected', `${what}: answered with a redirect, which is not followed`)
      if (response.status < 400) {
        limiter.succeeded(place, callClass)
        return { status: response.status, body, ...told }
      }
      const error = errorOfAnswer(what, { status: response.status, body: body ?? text, ...told })
      if (error.reason !== 'Throttled') throw error
      const retryAfterMs = Math.max(limiter.throttled(place, callClass), told.retryAfterMs ?? 0)
      throw transient('Throttled', error.message, error.cause, retryAfterMs)
    },
    admit: (callClass, path) => limiter.admit(budgetOf(path, options.principal), callClass),
  }
}

/** ARM counts by subscription and principal; what is in no subscription is counted by tenant. */
function budgetOf(path: string, principal: string): string {
  const subscription = /^\/subscriptions\/([^/]+)/i.exec(path)?.[1]
  return `${subscription === undefined ? 'the tenant' : `subscription ${subscription.toLowerCase()}`} as ${principal}`
}

/** Where a request goes: never to another host than ARM's, as the token goes with it. */
function addressOf(endpoint: string, { path, apiVersion, query = {}, what }: ArmRequest): URL {
  const base = new URL(endpoint)
  const url = new URL(path, base)
  const isOwn =
    url.protocol === base.protocol &&
    (url.host === base.host || (base.port === '' && url.hostname.endsWith(`.${base.hostname}`)))
  if (!isOwn)
    throw stalled(
      'ForeignAddress',
      `${what}: an answer points to ${url.origin}, which is not ${base.origin}; it is not followed`,
    )
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
  if (apiVersion !== undefined && !url.searchParams.has('api-version'))
    url.searchParams.set('api-version', apiVersion)
  return url
}

async function readText(response: Response, what: string): Promise<string> {
  const announced = Number(response.headers.get('content-length') ?? '0')
  if (announced > maxAnswerBytes)
    throw stalled('AnswerTooLarge', `${what}: the answer has ${announced} bytes`)
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.length
    if (size > maxAnswerBytes)
      throw stalled('AnswerTooLarge', `${what}: the answer has more than ${maxAnswerBytes} bytes`)
    chunks.push(chunk)
  }
  return new TextDecoder().decode(Buffer.concat(chunks))
}

function parseBody(text: string): unknown {
  if (text.trim() === '') return undefined
  try {
    return JSON.parse(text) as unknown
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

function headersOf(headers: Headers): Omit<ArmAnswer, 'status' | 'body'> {
  const location = headers.get('location')
  const asyncOperation = headers.get('azure-asyncoperation')
  const correlationId = headers.get('x-ms-correlation-request-id')
  const requestId = headers.get('x-ms-request-id')
  const retryAfterMs = retryAfterOf(headers.get('retry-after'), headers.get('date'))
  return {
    ...(location === null ? {} : { location }),
    ...(asyncOperation === null ? {} : { asyncOperation }),
    ...(correlationId === null ? {} : { correlationId }),
    ...(requestId === null ? {} : { requestId }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  }
}

/** `Retry-After` in milliseconds: seconds, or a date, which is compared with the answer's own. Pure. */
export function retryAfterOf(value: string | null, date: string | null): number | undefined {
  if (value === null || value.trim() === '') return undefined
  const seconds = Number(value)
  if (Number.isFinite(seconds)) return Math.max(0, Math.round(seconds * 1000))
  const spanMs = Date.parse(value) - Date.parse(date ?? '')
  return Number.isFinite(spanMs) ? Math.max(0, spanMs) : undefined
}

/** What ARM says is left of each class of calls: the least of what it counts for the subscription, globally and for the tenant. */
function remainingCalls(headers: Headers): [CallClass, number][] {
  const told: [CallClass, number][] = []
  for (const [name, value] of headers) {
    const kind = /^x-ms-ratelimit-remaining-(?:subscription|tenant)-(?:global-)?(reads|writes|deletes)$/.exec(
      name,
    )?.[1]
    const left = Number(value)
    if (kind !== undefined && Number.isFinite(left)) told.push([kind === 'reads' ? 'read' : 'write', left])
  }
  return told
}
