import { createPrivateKey, sign, type KeyObject } from 'node:crypto'
import { stalled, transient } from '../../../api/errors.ts'
import type { SourceCredentials } from '../../source.ts'
import type { HttpAnswer, HttpRequest } from '../http/message.ts'
import { throttled } from '../http/throttled.ts'

/** A token that an installation was given, and when it ends; milliseconds since the epoch. */
export interface InstallationToken {
  token: string
  expiresAt: number
}

/** A GitHub App as a secret holds it, checked. */
interface App {
  id: string
  /** Where it is installed: an id, or whose. */
  installation: { id: string } | { owner: string }
  key: KeyObject
  api: string
}

/** More than GitHub says in an answer. In bytes. */
const maxAnswerBytes = 256 * 1024

/**
 * Asks GitHub for a token of an App's installation, for one repository and `contents: read` alone. It goes to the host of
 * the App's API only: for a repository elsewhere it is refused (`InvalidProviderConfiguration`), so that no manifest can
 * lead it astray. What GitHub refuses is a `stalled` error that says what to correct.
 * Source: https://docs.github.com/rest/apps/apps#create-an-installation-access-token-for-an-app
 */
export async function installationToken(options: {
  url: string
  credentials: SourceCredentials | undefined
  now: number
  send: (request: HttpRequest) => Promise<HttpAnswer>
}): Promise<InstallationToken> {
  const { url, credentials, now, send } = options
  const app = appOf(credentials)
  const { owner, name } = repositoryOf(url, app.api)
  const headers = {
    accept: 'application/vnd.github+json',
    authorization: `Bearer ${appToken(app, now)}`,
    'user-agent': 'headwater',
    'x-github-api-version': '2022-11-28',
  }
  const ask = async (what: string, request: Omit<HttpRequest, 'headers'>): Promise<unknown> => {
    const answer = await send({ ...request, headers })
    const body = await readJson(answer, app.api)
    if (answer.status < 300) return body
    throw refusal(answer, { body, app, what, now })
  }
  let installation = 'id' in app.installation ? app.installation.id : undefined
  if (installation === undefined) {
    const whose = 'owner' in app.installation ? app.installation.owner : ''
    if (whose.toLowerCase() !== owner.toLowerCase())
      throw misconfigured(`the repository is ${owner}'s, githubAppInstallationOwner is "${whose}"`)
    const found = await ask(`${owner}/${name}`, {
      method: 'GET',
      url: `${app.api}/repos/${owner}/${name}/installation`,
    })
    installation = String(Number(field(found, 'id')))
  }
  const given = await ask(`${owner}/${name}`, {
    method: 'POST',
    url: `${app.api}/app/installations/${encodeURIComponent(installation)}/access_tokens`,
    body: JSON.stringify({ repositories: [name], permissions: { contents: 'read' } }),
  })
  const token = textField(given, 'token')
  const expiresAt = Date.parse(textField(given, 'expires_at'))
  if (token === '' || Number.isNaN(expiresAt))
    throw transient('NetworkError', `${app.api} answers without a token; trying again`)
  return { token, expiresAt }
}

function appOf(credentials: SourceCredentials = {}): App {
  const { githubAppId, githubAppInstallationId, githubAppInstallationOwner, githubAppPrivateKey } =
    credentials
  if (githubAppId === undefined || githubAppPrivateKey === undefined)
    throw misconfigured('the secret lacks githubAppID or githubAppPrivateKey')
  if (githubAppInstallationId === undefined && githubAppInstallationOwner === undefined)
    throw misconfigured('the secret lacks githubAppInstallationID or githubAppInstallationOwner')
  return {
    id: githubAppId,
    installation:
      githubAppInstallationId === undefined
        ? { owner: githubAppInstallationOwner ?? '' }
        : { id: githubAppInstallationId },
    key: keyOf(githubAppPrivateKey),
    api: apiOf(credentials.githubAppBaseUrl ?? 'https://api.github.com'),
  }
}

/** Errors name it, and it comes out of a secret: what may hold one is refused, and never repeated. */
function apiOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.protocol !== 'https:')
    throw misconfigured('githubAppBaseURL is no https url; write https://HOST/api/v3')
  if (/[?#]/.test(text) || url.username !== '' || url.password !== '')
    throw misconfigured(
      'githubAppBaseURL holds credentials, a query or a fragment; write https://HOST/api/v3',
    )
  return url.href.replace(/\/+$/, '')
}

function keyOf(pem: string): KeyObject {
  let key: KeyObject | undefined
  try {
    key = createPrivateKey(pem)
  } catch {
    // The parser's words may tell of the key.
    key = undefined
  }
  if (key?.asymmetricKeyType === 'rsa') return key
  throw misconfigured('githubAppPrivateKey is no RSA private key in PEM; put the whole file there')
}

/** Whose repository a url names; its host must be that of the API, `api.` before it as GitHub's own are. */
function repositoryOf(url: string, api: string): { owner: string; name: string } {
  const { host, pathname } = new URL(url)
  const apiHost = new URL(api).host
  const [, owner, name] = /^\/([\w.-]+)\/([\w.-]+?)(?:\.git)?$/.exec(pathname) ?? []
  if (owner === undefined || name === undefined)
    throw misconfigured(`the url's path is not /OWNER/NAME as GitHub's are: "${pathname}"`)
  if (apiHost !== host && apiHost !== `api.${host}`)
    throw misconfigured(`the App is one of ${apiHost}, the repository is on ${host}; see githubAppBaseURL`)
  return { owner, name }
}

/**
 * What proves that we are the App. Dated back for clocks that differ, and short of the ten minutes that GitHub allows:
 * https://docs.github.com/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-json-web-token-jwt-for-a-github-app
 */
function appToken({ id, key }: App, now: number): string {
  const second = Math.floor(now / 1000)
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const claims = { iat: second - 60, exp: second + 540, iss: id }
  const text = `${part({ alg: 'RS256', typ: 'JWT' })}.${part(claims)}`
  return `${text}.${sign('sha256', Buffer.from(text), key).toString('base64url')}`
}

async function readJson(answer: HttpAnswer, where: string): Promise<unknown> {
  const parts: Uint8Array[] = []
  let size = 0
  for await (const part of answer.body) {
    parts.push(part)
    size += part.length
    if (size <= maxAnswerBytes) continue
    answer.close()
    throw transient('NetworkError', `${where} answers more than it should; trying again`)
  }
  try {
    return JSON.parse(Buffer.concat(parts).toString('utf8'))
  } catch {
    // A page for people, as proxies send it.
    return undefined
  }
}

function field(body: unknown, name: string): unknown {
  return typeof body === 'object' && body !== null ? (body as Record<string, unknown>)[name] : undefined
}

function textField(body: unknown, name: string): string {
  const value = field(body, name)
  return typeof value === 'string' ? value : ''
}

function refusal(
  answer: HttpAnswer,
  { body, app, what, now }: { body: unknown; app: App; what: string; now: number },
): Error {
  const { status } = answer
  const limit = throttled(answer, app.api, now)
  if (limit !== undefined) return limit
  // GitHub's words are looked at, never repeated.
  const said = textField(body, 'message')
  const name = `GitHub App ${app.id}`
  const place = 'id' in app.installation ? `installation ${app.installation.id}` : `installation for ${what}`
  const denied = (message: string) => stalled('AuthenticationFailed', `${message} (HTTP ${status})`)
  if (status === 403 && /rate limit/i.test(said))
    return transient(
      'Throttled',
      `${app.api} asks to come back later (HTTP 403); trying again`,
      undefined,
      60_000,
    )
  if (status === 401)
    return denied(
      `${app.api} does not take the key of ${name}; check githubAppID, githubAppPrivateKey and the clock here`,
    )
  if (status === 403 && /suspended/i.test(said))
    return denied(`the ${place} of ${name} is suspended; unsuspend it in the settings of its owner`)
  if (status === 404)
    return denied(`${name} has no ${place}; install it there, or correct the installation in the secret`)
  if (status === 422)
    return denied(
      `the ${place} of ${name} does not reach ${what}, or lacks "Contents: Read-only"; add both in its settings`,
    )
  if (status < 500) return denied(`${app.api} refuses ${name} a token for ${what}; check its rights`)
  return transient('NetworkError', `${app.api} answers HTTP ${status}; trying again`)
}

function misconfigured(problem: string): Error {
  return stalled('InvalidProviderConfiguration', `provider github: ${problem}`)
}
