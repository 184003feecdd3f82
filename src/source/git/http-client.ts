import type { GitHttpRequest, GitHttpResponse, HttpClient } from 'isomorphic-git'
import type { Clock } from '../../api/clock.ts'
import { stalled, transient } from '../../api/errors.ts'
import type { SourceLocation } from '../source.ts'
import { isWholeAnswer, withHead } from './pkt-line.ts'
import { displayUrl } from './url.ts'

/** A body is held in memory, as isomorphic-git does with packs anyway; more than this is refused. */
const maxBodyBytes = 512 * 1024 * 1024
const maxRedirects = 3
const listing = /\/info\/refs\?service=git-upload-pack$/

/**
 * isomorphic-git's way to the network. Its own client forwards credentials on redirects; this one sends them only to the
 * scheme, host and port of the url, follows at most three redirects of the first listing within those, and sends what
 * follows to where that led. The body is read before it answers, so that an abort never leaves a stream hanging.
 */
export function createHttpClient(options: { location: SourceLocation; signal: AbortSignal }): HttpClient {
  const { url: base } = options.location
  const authorization = authorizationOf(options.location.credentials)
  let moved: string | undefined
  return {
    async request({ url, method = 'GET', headers = {}, body }: GitHttpRequest): Promise<GitHttpResponse> {
      const init: RequestInit = {
        method,
        headers: { ...headers, 'user-agent': 'git/headwater', ...(authorization ? { authorization } : {}) },
        redirect: 'manual',
        signal: options.signal,
        ...(body ? { body: await collect(body) } : {}),
      }
      let target = moved !== undefined && url.startsWith(base) ? moved + url.slice(base.length) : url
      let response = await fetch(target, init)
      for (let count = 0; isRedirect(response); count += 1) {
        target = redirectTarget({ response, from: target, method, count })
        moved = target.replace(listing, '')
        response = await fetch(target, init)
      }
      const retryAfterMs = retryAfter(response)
      if (retryAfterMs !== undefined) {
        const message = `${displayUrl(base)} asks to come back later (HTTP ${response.status}); trying again`
        throw transient('Throttled', message, undefined, retryAfterMs)
      }
      const answer = await readBody(response, displayUrl(base))
      if (response.ok && method === 'POST' && !isWholeAnswer(answer)) {
        throw transient('NetworkError', `${displayUrl(base)} sent an answer that is torn; trying again`)
      }
      return {
        url: target,
        method,
        statusCode: response.status,
        statusMessage: response.statusText,
        headers: Object.fromEntries(response.headers),
        body: once(method === 'GET' ? withHead(answer) : answer),
      }
    },
  }
}

/**
 * Runs a question with an end: past `timeoutMs` its signal aborts and it fails with `Timeout`, whether or not what runs
 * underneath takes notice.
 */
export async function withDeadline<T>(
  { clock, timeoutMs, where }: { clock: Clock; timeoutMs: number; where: string },
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const done = new AbortController()
  const late = new AbortController()
  const deadline = clock.sleep(timeoutMs, done.signal).then(
    () => {
      const error = transient('Timeout', `${where} did not answer within ${timeoutMs} ms; trying again`)
      late.abort(error)
      throw error
    },
    // The question was answered first: nobody waits for this promise any more.
    () => new Promise<never>(() => {}),
  )
  try {
    return await Promise.race([run(late.signal), deadline])
  } finally {
    done.abort()
  }
}

function authorizationOf(credentials: SourceLocation['credentials']): string | undefined {
  if (!credentials) return undefined
  if (credentials.bearerToken !== undefined) return `Bearer ${credentials.bearerToken}`
  const pair = `${credentials.username ?? ''}:${credentials.password ?? ''}`
  return `Basic ${Buffer.from(pair, 'utf8').toString('base64')}`
}

function isRedirect(response: Response): boolean {
  return [301, 302, 303, 307, 308].includes(response.status)
}

function redirectTarget({
  response,
  from,
  method,
  count,
}: {
  response: Response
  from: string
  method: string
  count: number
}): string {
  const where = displayUrl(from.replace(listing, ''))
  const location = response.headers.get('location') ?? ''
  const target = URL.canParse(location, from) ? new URL(location, from) : undefined
  if (!target || method !== 'GET' || count >= maxRedirects || !listing.test(target.href)) {
    throw stalled('InvalidURL', `${where} redirects in a way git does not; correct the url`)
  }
  if (target.origin !== new URL(from).origin || target.username !== '' || target.password !== '') {
    throw stalled(
      'InvalidURL',
      `${where} redirects to another place (${displayUrl(target.href.replace(listing, ''))}), where credentials are not sent; write that url if it is the right one`,
    )
  }
  return target.href
}

/** How long a busy host asks to be left alone; hosts write seconds here, not dates. */
function retryAfter({ status, headers }: Response): number | undefined {
  const seconds = headers.get('retry-after') ?? ''
  return (status === 429 || status === 503) && /^\d{1,6}$/.test(seconds) ? Number(seconds) * 1000 : undefined
}

async function readBody(response: Response, where: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength
    if (size > maxBodyBytes) {
      throw stalled(
        'LimitExceeded',
        `${where} answers with more than ${maxBodyBytes} bytes; use a smaller repository`,
      )
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

async function collect(
  body: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = []
  for await (const chunk of body) chunks.push(chunk)
  return new Uint8Array(Buffer.concat(chunks))
}

async function* once(bytes: Uint8Array): AsyncIterableIterator<Uint8Array> {
  yield bytes
}
