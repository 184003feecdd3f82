import type { Clock, Random } from '../../../api/clock.ts'
import type { Json } from '../json.ts'
import type { Route } from '../route.ts'
import type { ArmAnswer, ArmRequest } from '../wire.ts'
import { checkAssertion } from './assertion.ts'
import type { Clients } from './clients.ts'
import { EntraError, entraErrorBody } from './entra-error.ts'
import type { Tokens } from './tokens.ts'

/** What signing in needs. */
export interface LoginParts {
  clock: Clock
  random: Random
  tokens: Tokens
  clients: Clients
  /** What `common` and `organizations` stand for. */
  tenantId: string
}

/** Entra's part: the tenants' metadata, their keys, and their token endpoints of both versions. */
export function loginRoutes(parts: LoginParts): Route[] {
  const get = (action: string, pattern: string, handle: Route['handle']): Route => ({
    ...entra,
    method: 'GET',
    action,
    pattern,
    handle,
  })
  const tenantOf = ({ params }: ArmRequest): string => tenantNamed(parts, params['tenant'] ?? '')
  return [
    get('OpenIdConfiguration', '/:tenant/v2.0/.well-known/openid-configuration', (request) => ({
      status: 200,
      body: configuration(request.origin, tenantOf(request), 'v2.0'),
    })),
    get('OpenIdConfigurationV1', '/:tenant/.well-known/openid-configuration', (request) => ({
      status: 200,
      body: configuration(request.origin, tenantOf(request), 'v1.0'),
    })),
    ...['/:tenant/discovery/v2.0/keys', '/:tenant/discovery/keys'].map((pattern, index) =>
      get(`Keys${index === 0 ? '' : 'V1'}`, pattern, async () => ({
        status: 200,
        body: { keys: [(await parts.tokens.publicKey()) as Json] },
      })),
    ),
    get('InstanceDiscovery', '/common/discovery/instance', ({ origin }) => ({
      status: 200,
      body: instances(origin, parts.tenantId),
    })),
    {
      ...entra,
      method: 'POST',
      action: 'Token',
      pattern: '/:tenant/oauth2/v2.0/token',
      handle: (request) => answerToken(parts, request, 'v2.0'),
    },
    {
      ...entra,
      method: 'POST',
      action: 'TokenV1',
      pattern: '/:tenant/oauth2/token',
      handle: (request) => answerToken(parts, request, 'v1.0'),
    },
  ]
}

const entra = { service: 'login', anonymous: true, versioned: false, mutating: false } as const
const guid = /^[\da-f]{8}-([\da-f]{4}-){3}[\da-f]{12}$/i

/** The tenant that a path names: a GUID is itself, every other name is the sandbox's own. */
function tenantNamed({ tenantId }: LoginParts, name: string): string {
  return guid.test(name) ? name : tenantId
}

type Version = 'v1.0' | 'v2.0'

async function answerToken(parts: LoginParts, request: ArmRequest, version: Version): Promise<ArmAnswer> {
  const form = new URLSearchParams(request.text)
  const asked = (name: string): string => form.get(name) ?? ''
  try {
    const tenantId = tenantNamed(parts, request.params['tenant'] ?? '')
    const clientId = asked('client_id')
    checkGrant(parts, form, { clientId, tenantId, origin: request.origin })
    const audience = version === 'v2.0' ? audienceOf(asked('scope')) : asked('resource')
    if (audience === '')
      throw new EntraError('invalid_request', 900144, missing(version === 'v2.0' ? 'scope' : 'resource'))
    const { token, expiresAt, issuedAt } = await parts.tokens.issue({ tenantId, clientId, audience })
    const lasting = expiresAt - issuedAt
    const common = { token_type: 'Bearer', expires_in: lasting, ext_expires_in: lasting, access_token: token }
    const old = {
      token_type: 'Bearer',
      expires_in: String(lasting),
      ext_expires_in: String(lasting),
      expires_on: String(expiresAt),
      not_before: String(issuedAt),
      resource: audience,
      access_token: token,
    }
    return { status: 200, headers: noStore, body: version === 'v2.0' ? common : old }
  } catch (error) {
    if (!(error instanceof EntraError)) throw error
    const ids = { traceId: request.requestId, correlationId: request.correlationId, nowMs: parts.clock.now() }
    return { status: error.status, headers: noStore, body: entraErrorBody(error, ids) }
  }
}

const noStore = { 'cache-control': 'no-store, no-cache', pragma: 'no-cache' }

/** `https://management.azure.com//.default` asks for `https://management.azure.com/`. */
function audienceOf(scope: string): string {
  const first = scope.split(' ').find((word) => !/^(openid|profile|offline_access)$/.test(word)) ?? ''
  return first.replace(/\/\.default$/, '')
}

/** Throws what Entra refuses a sign-in with. Secrets and assertions are looked at and not kept. */
function checkGrant(
  parts: LoginParts,
  form: URLSearchParams,
  place: { clientId: string; tenantId: string; origin: string },
): void {
  const grant = form.get('grant_type')
  if (grant !== 'client_credentials') {
    const message = `The app requested an unsupported grant type '${grant ?? ''}'.`
    throw new EntraError('unsupported_grant_type', 70003, message)
  }
  const { clientId } = place
  if (clientId === '') throw new EntraError('invalid_request', 900144, missing('client_id'))
  const rule = parts.clients.ruleOf(clientId)
  if (rule.denied === true) {
    const message = `Application with identifier '${clientId}' was not found in the directory '${place.tenantId}'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You may have sent your authentication request to the wrong tenant.`
    throw new EntraError('unauthorized_client', 700016, message)
  }
  const assertion = form.get('client_assertion')
  if (assertion !== null) {
    checkAssertion(parts, assertion, { ...place, rule })
    return
  }
  const secret = form.get('client_secret')
  if (secret === null || secret === '') {
    const message = `The request body must contain the following parameter: 'client_assertion' or 'client_secret'.`
    throw new EntraError('invalid_client', 7000218, message, 401)
  }
  if (rule.secret !== undefined && rule.secret !== secret) {
    const message = `Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '${clientId}'.`
    throw new EntraError('invalid_client', 7000215, message, 401)
  }
}

function missing(name: string): string {
  return `The request body must contain the following parameter: '${name}'.`
}

function configuration(origin: string, tenantId: string, version: Version): Json {
  const base = `${origin}/${tenantId}`
  const oauth = version === 'v2.0' ? `${base}/oauth2/v2.0` : `${base}/oauth2`
  return {
    token_endpoint: `${oauth}/token`,
    token_endpoint_auth_methods_supported: ['client_secret_post', 'private_key_jwt', 'client_secret_basic'],
    jwks_uri: version === 'v2.0' ? `${base}/discovery/v2.0/keys` : `${origin}/common/discovery/keys`,
    response_modes_supported: ['query', 'fragment', 'form_post'],
    subject_types_supported: ['pairwise'],
    id_token_signing_alg_values_supported: ['RS256'],
    response_types_supported: ['code', 'id_token', 'code id_token', 'id_token token'],
    scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
    // Clients compare the issuer's host with the authority's, so it is the sandbox, not login.microsoftonline.com.
    issuer: version === 'v2.0' ? `${base}/v2.0` : `https://sts.windows.net/${tenantId}/`,
    request_uri_parameter_supported: false,
    userinfo_endpoint: `${origin}/oidc/userinfo`,
    authorization_endpoint: `${oauth}/authorize`,
    device_authorization_endpoint: `${oauth}/devicecode`,
    http_logout_supported: true,
    end_session_endpoint: `${oauth}/logout`,
    tenant_region_scope: 'EU',
    cloud_instance_name: new URL(origin).host,
  }
}

function instances(origin: string, tenantId: string): Json {
  const { host } = new URL(origin)
  return {
    tenant_discovery_endpoint: `${origin}/${tenantId}/v2.0/.well-known/openid-configuration`,
    'api-version': '1.1',
    metadata: [{ preferred_network: host, preferred_cache: host, aliases: [host] }],
  }
}
