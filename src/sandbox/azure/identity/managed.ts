import type { Clock } from '../../../api/clock.ts'
import type { Json } from '../json.ts'
import type { Route } from '../route.ts'
import type { ArmAnswer, ArmRequest } from '../wire.ts'
import type { Clients } from './clients.ts'
import type { Tokens } from './tokens.ts'

/** What managed identities need. */
export interface ManagedParts {
  clock: Clock
  tokens: Tokens
  clients: Clients
  tenantId: string
  subscriptionId: string
}

/** The client id of the system-assigned identity: of whoever names no other. */
export const systemIdentity = '5ee8cafe-0000-4000-8000-0000000000aa'

/** What a machine and a function app ask about themselves: tokens of managed identities, and the instance's metadata. */
export function managedRoutes(parts: ManagedParts): Route[] {
  return [
    {
      ...local,
      action: 'ImdsToken',
      pattern: '/metadata/identity/oauth2/token',
      handle: (request) =>
        request.headers['metadata']?.toLowerCase() === 'true' ? imdsToken(parts, request) : noMetadataHeader,
    },
    {
      ...local,
      action: 'ImdsInstance',
      pattern: '/metadata/instance',
      handle: ({ headers }) =>
        headers['metadata']?.toLowerCase() === 'true'
          ? { status: 200, body: instance(parts.subscriptionId) }
          : noMetadataHeader,
    },
    {
      ...local,
      action: 'AppServiceToken',
      pattern: '/msi/token',
      handle: (request) => appServiceToken(parts, request),
    },
  ]
}

const local = {
  service: 'identity',
  method: 'GET',
  anonymous: true,
  versioned: false,
  mutating: false,
} as const

const noMetadataHeader: ArmAnswer = {
  status: 400,
  body: { error: 'invalid_request', error_description: 'Required metadata header not specified' },
}

function askedIdentity({ query }: ArmRequest): string {
  const named = query.get('client_id') ?? query.get('object_id') ?? query.get('principal_id')
  return named ?? query.get('mi_res_id') ?? query.get('msi_res_id') ?? systemIdentity
}

async function imdsToken(parts: ManagedParts, request: ArmRequest): Promise<ArmAnswer> {
  const resource = request.query.get('resource')
  if (resource === undefined || resource === '') {
    return refused('invalid_request', "Required query variable 'resource' is missing")
  }
  const clientId = askedIdentity(request)
  if (parts.clients.ruleOf(clientId).denied === true) return refused('invalid_request', 'Identity not found')
  const lifetimeSeconds = 86_399
  const issued = await parts.tokens.issue({
    tenantId: parts.tenantId,
    clientId,
    audience: resource,
    lifetimeSeconds,
  })
  return {
    status: 200,
    body: {
      access_token: issued.token,
      client_id: clientId,
      expires_in: String(lifetimeSeconds),
      expires_on: String(issued.expiresAt),
      ext_expires_in: String(lifetimeSeconds),
      not_before: String(issued.issuedAt),
      resource,
      token_type: 'Bearer',
    },
  }
}

/** What `IDENTITY_ENDPOINT` answers: App Service and Functions. Any secret in `X-IDENTITY-HEADER` is right, none is not. */
async function appServiceToken(parts: ManagedParts, request: ArmRequest): Promise<ArmAnswer> {
  if ((request.headers['x-identity-header'] ?? '') === '') {
    return { status: 401, body: { statusCode: 401, message: 'Unauthorized' } }
  }
  const resource = request.query.get('resource')
  if (resource === undefined || resource === '') {
    return { status: 400, body: { statusCode: 400, message: 'A resource is missing in the query' } }
  }
  const clientId = askedIdentity(request)
  if (parts.clients.ruleOf(clientId).denied === true) {
    return {
      status: 400,
      body: {
        statusCode: 400,
        message:
          'No User Assigned or Delegated Managed Identity found for specified ClientId/ResourceId/PrincipalId.',
      },
    }
  }
  const lifetimeSeconds = 86_399
  const issued = await parts.tokens.issue({
    tenantId: parts.tenantId,
    clientId,
    audience: resource,
    lifetimeSeconds,
  })
  return {
    status: 200,
    body: {
      access_token: issued.token,
      expires_on: String(issued.expiresAt),
      resource,
      token_type: 'Bearer',
      client_id: clientId,
    },
  }
}

function refused(error: string, description: string): ArmAnswer {
  return { status: 400, body: { error, error_description: description } }
}

function instance(subscriptionId: string): Json {
  return {
    compute: {
      azEnvironment: 'AzurePublicCloud',
      location: 'westeurope',
      name: 'pretend',
      resourceGroupName: 'pretend',
      resourceId: `/subscriptions/${subscriptionId}/resourceGroups/pretend/providers/Microsoft.Compute/virtualMachines/pretend`,
      subscriptionId,
      vmId: '00000000-0000-4000-8000-00000000beef',
      vmSize: 'Standard_B2s',
    },
    network: { interface: [] },
  }
}
