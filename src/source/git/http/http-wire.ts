import { stalled, transient } from '../../../api/errors.ts'
import type { SourceCredentials } from '../../source.ts'
import type { GitLimits } from '../limits.ts'
import { forbidden, type Allowance } from '../policy.ts'
import { displayUrl } from '../url.ts'
import { readPackets, type PacketReader } from '../wire/packets.ts'
import { agent as userAgent } from '../wire/request-head.ts'
import type { OpenWire, Traffic } from '../wire/wire.ts'
import type { SignIn } from '../sign-in/sign-in.ts'
import { exchange } from './exchange.ts'
import type { HttpAnswer, HttpRequest } from './message.ts'
import type { Connections, Way } from './connections.ts'
import type { Resolve } from './guard.ts'
import type { ProxyEnvironment } from './proxy.ts'
import { throttled } from './throttled.ts'

/** How a repository is reached by http. */
export interface HttpWireOptions {
  url: string
  /** For TLS; who we are says `signIn`. */
  credentials?: SourceCredentials | undefined
  signIn: SignIn
  /** Milliseconds since the epoch. */
  now: () => number
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
  const { url: base, limits, allow, traffic, signIn, now } = options
  const where = displayUrl(base)
  const headers = { 'user-agent': userAgent, 'git-protocol': 'version=2' }
  let moved = base
  /** By origin: what a look needs every time is made once. */
  const ways = new Map<string, () => Way>()
  const connect = (url: string): Way => {
    const origin = url.slice(0, url.indexOf('/', 'https://'.length))
    const known = ways.get(origin)
    if (known !== undefined) return known()
    if (url.startsWith('http:') && !allow.has('http')) throw forbidden(where, 'is plain http', 'http')
    const { credentials, env, resolve, connections } = options
    const way = connections.ways({ url, credentials, allow, env, resolve })
    ways.set(origin, way)
    return way()
  }
  return (signal) => {
    const sendTo = (request: HttpRequest, name = displayUrl(request.url)): Promise<HttpAnswer> =>
      exchange(request, { where: name, ...connect(request.url), now, limits, signal, traffic })
    const signed = async (request: HttpRequest, isRefused: boolean): Promise<HttpAnswer> => {
      const authorization = await signIn.authorization({ isRefused, send: async (other) => sendTo(other) })
      const signing = authorization === undefined ? {} : { authorization }
      return sendTo({ ...request, headers: { ...request.headers, ...signing } }, where)
    }
    const send = async (request: HttpRequest): Promise<HttpAnswer> => {
      const answer = await signed(request, false)
      if (!signIn.canRenew || !isRefusal(answer)) return answer
      await answer.finish()
      return signed(request, true)
    }
    const isRefusal = (answer: HttpAnswer): boolean =>
      asksToSignIn(answer) && throttled(answer, where, now()) === undefined
    const check = async (answer: HttpAnswer, type: string): Promise<void> => {
      if (answer.status === 200 && (answer.headers['content-type'] ?? '').startsWith(type)) return
      await answer.finish()
      throw throttled(answer, where, now()) ?? refusalOf(answer, where, signIn.remedy)
    }
    return {
      where,
      traffic,
      isStateless: true,
      close: () => {},
      async greet() {
        let target = `${base}/info/refs?service=git-upload-pack`
        let answer = await send({ method: 'GET', url: target, headers })
        for (let count = 0; isRedirect(answer) && !asksToSignIn(answer); count += 1) {
          await answer.finish()
          target = redirectTarget(answer, { from: target, where, count })
          moved = target.replace(listing, '')
          answer = await send({ method: 'GET', url: target, headers })
        }
        await check(answer, `${service}-advertisement`)
        return packetsOf(answer, where)
      },
      async ask(body) {
        const answer = await send({
          method: 'POST',
          url: `${moved}/git-upload-pack`,
          headers: { ...headers, 'content-type': `${service}-request`, accept: `${service}-result` },
          body,
        })
        await check(answer, `${service}-result`)
        return packetsOf(answer, where)
      },
    }
  }
}

function packetsOf(answer: HttpAnswer, where: string): PacketReader {
  return readPackets(answer.body, where, { close: () => answer.close(), finish: () => answer.finish() })
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

/** Pages to sign in at: of Azure DevOps, GitLab, Bitbucket Data Center and Gitea, and of proxies that guard a host. */
const signInPage = /\/(_signin|users\/sign_in|(account\/|user\/)?(log-?in|sign-?in))([/?#]|$)/i

/**
 * Whether an answer says that nobody, or the wrong one, is signed in: by 401 or 403, or as to a browser, by sending to a
 * page to sign in (302) or with such a page (203 of Azure DevOps).
 */
function asksToSignIn(answer: HttpAnswer): boolean {
  const { status, headers } = answer
  const { location = '' } = headers
  if (isRedirect(answer)) return signInPage.test(location) && !listing.test(location)
  return status === 401 || status === 403 || status === 203
}

/** An answer that is no answer of git's, as an error. */
function refusalOf(answer: HttpAnswer, where: string, remedy: string): Error {
  const { status } = answer
  if (asksToSignIn(answer)) {
    return stalled('AuthenticationFailed', `${where} refuses the credentials (HTTP ${status}); ${remedy}`)
  }
  if (status === 404 || status === 410) {
    return stalled(
      'RepositoryNotFound',
      `${where} does not exist, or these credentials may not see it (HTTP ${status}); correct url or secretRef`,
    )
  }
  if (status === 200) {
    return stalled('RepositoryNotFound', `${where} does not answer like a git repository; correct the url`)
  }
  return transient('NetworkError', `${where} answers HTTP ${status}; trying again`)
}
