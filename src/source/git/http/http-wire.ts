import type http from 'node:http'
import { stalled, transient } from '../../../api/errors.ts'
import type { SourceCredentials } from '../../source.ts'
import type { GitLimits } from '../limits.ts'
import { forbidden, type Allowance } from '../policy.ts'
import { displayUrl } from '../url.ts'
import { readPackets, type PacketReader } from '../wire/packets.ts'
import { agent as userAgent } from '../wire/request-head.ts'
import type { OpenWire, Traffic } from '../wire/wire.ts'
import { exchange, type HttpAnswer, type HttpPorts, type HttpRequest } from './exchange.ts'
import type { Connections } from './connections.ts'
import type { Resolve } from './guard.ts'
import type { ProxyEnvironment } from './proxy.ts'

/** How a repository is reached by http. */
export interface HttpWireOptions {
  url: string
  credentials?: SourceCredentials | undefined
  allow: ReadonlySet<Allowance>
  limits: GitLimits
  /** `HTTPS_PROXY` and its kin. */
  env?: ProxyEnvironment | undefined
  traffic: Traffic
  connections: Connections
  /** How names are resolved; default: by the system. */
  resolve?: Resolve | undefined
}

const maxRedirects = 3
const listing = /\/info\/refs\?service=git-upload-pack$/
const service = 'application/x-git-upload-pack'

/**
 * Opens wires over http(s) that share kept connections. Credentials go only to the scheme, host and port of the url;
 * at most three redirects of the greeting are followed, within those, and what follows goes where they led. The
 * addresses that a name resolves to are checked, and those that were checked are connected to.
 */
export function openHttpWires(options: HttpWireOptions): OpenWire {
  const { url: base, limits, allow, traffic } = options
  const where = displayUrl(base)
  const headers = {
    'user-agent': userAgent,
    'git-protocol': 'version=2',
    ...authorizationOf(options.credentials),
  }
  let moved = base
  let agents: (() => http.Agent) | undefined
  const connect = (): http.Agent => {
    if (agents !== undefined) return agents()
    if (base.startsWith('http:') && !allow.has('http')) throw forbidden(where, 'is plain http', 'http')
    const { credentials, env, resolve, connections } = options
    agents = connections.agents({ url: base, credentials, allow, env, resolve })
    return agents()
  }
  return (signal) => {
    const send = async (request: HttpRequest): Promise<HttpAnswer> => {
      const ports: HttpPorts = { where, agent: connect(), limits, signal, traffic }
      return exchange(request, ports)
    }
    return {
      where,
      traffic,
      isStateless: true,
      close: () => {},
      async greet() {
        let target = `${base}/info/refs?service=git-upload-pack`
        let answer = await send({ method: 'GET', url: target, headers })
        for (let count = 0; isRedirect(answer); count += 1) {
          await answer.finish()
          target = redirectTarget(answer, { from: target, where, count })
          moved = target.replace(listing, '')
          answer = await send({ method: 'GET', url: target, headers })
        }
        await throwFor(answer, where, `${service}-advertisement`)
        return packetsOf(answer, where)
      },
      async ask(body) {
        const answer = await send({
          method: 'POST',
          url: `${moved}/git-upload-pack`,
          headers: { ...headers, 'content-type': `${service}-request`, accept: `${service}-result` },
          body,
        })
        await throwFor(answer, where, `${service}-result`)
        return packetsOf(answer, where)
      },
    }
  }
}

function packetsOf(answer: HttpAnswer, where: string): PacketReader {
  return readPackets(answer.body, where, { close: () => answer.close(), finish: () => answer.finish() })
}

function authorizationOf(credentials: SourceCredentials | undefined): Record<string, string> {
  if (credentials?.bearerToken !== undefined) return { authorization: `Bearer ${credentials.bearerToken}` }
  if (credentials?.password === undefined && credentials?.username === undefined) return {}
  const pair = `${credentials.username ?? ''}:${credentials.password ?? ''}`
  return { authorization: `Basic ${Buffer.from(pair, 'utf8').toString('base64')}` }
}

function isRedirect({ status }: HttpAnswer): boolean {
  return [301, 302, 303, 307, 308].includes(status)
}

function redirectTarget(
  { headers }: HttpAnswer,
  { from, where, count }: { from: string; where: string; count: number },
): string {
  const location = headers.location ?? ''
  const target = URL.canParse(location, from) ? new URL(location, from) : undefined
  if (!target || count >= maxRedirects || !listing.test(target.href)) {
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

/** An answer that is no answer of git's, as an error; its body is let go. */
async function throwFor(answer: HttpAnswer, where: string, wanted: string): Promise<void> {
  const { status, headers } = answer
  const type = headers['content-type'] ?? ''
  if (status === 200 && type.startsWith(wanted)) return
  await answer.finish()
  if (status === 429 || status === 503) {
    const retryAfterMs = retryAfter(headers['retry-after'])
    const isThrottled = status === 429 || retryAfterMs !== undefined
    const message = `${where} asks to come back later (HTTP ${status}); trying again`
    throw transient(isThrottled ? 'Throttled' : 'NetworkError', message, undefined, retryAfterMs)
  }
  if (status === 401 || status === 403) {
    throw stalled(
      'AuthenticationFailed',
      `${where} refuses the credentials (HTTP ${status}); check secretRef and its rights`,
    )
  }
  if (status === 404 || status === 410) {
    throw stalled(
      'RepositoryNotFound',
      `${where} does not exist, or these credentials may not see it (HTTP ${status}); correct url or secretRef`,
    )
  }
  if (status === 200 || status === 203) {
    // Azure DevOps answers 203 with a page to sign in when a token is wrong.
    if (status === 203) {
      throw stalled(
        'AuthenticationFailed',
        `${where} asks to sign in (HTTP 203); check secretRef and its rights`,
      )
    }
    throw stalled('RepositoryNotFound', `${where} does not answer like a git repository; correct the url`)
  }
  throw transient('NetworkError', `${where} answers HTTP ${status}; trying again`)
}

/** How long a busy host asks to be left alone, in milliseconds; hosts write seconds here, not dates. */
function retryAfter(value: string | undefined): number | undefined {
  return value !== undefined && /^\d{1,6}$/.test(value) ? Number(value) * 1000 : undefined
}
