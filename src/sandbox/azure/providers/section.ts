import { gatewayError } from '../errors.ts'
import type { Json } from '../json.ts'
import { textMember } from '../json.ts'
import { listed } from '../paging.ts'
import { regions } from '../regions.ts'
import { namespaceOf, namespaces } from '../resources/namespaces.ts'
import { knownTypes } from '../resources/types.ts'
import type { Section } from '../section.ts'
import { ok } from '../wire.ts'
import type { ArmAnswer, ArmRequest } from '../wire.ts'
import type { World } from '../world.ts'
import { createRegistrations } from './registrations.ts'

const one = '/subscriptions/:subscription/providers/:namespace'

/** Resource providers: what they have, and whether they serve a subscription. */
export function providersSection(world: World): Section {
  const registrations = createRegistrations(world)
  const describe = (request: ArmRequest, namespace: string): Json => {
    const subscription = request.params['subscription']
    const state =
      subscription === undefined ? {} : { registrationState: registrations.stateOf(subscription, namespace) }
    return {
      ...(subscription === undefined ? {} : { id: `/subscriptions/${subscription}/providers/${namespace}` }),
      namespace,
      resourceTypes: typesOf(namespace),
      ...state,
      ...(subscription === undefined ? {} : { registrationPolicy: 'RegistrationRequired' }),
    }
  }
  const change =
    (to: 'Registered' | 'NotRegistered') =>
    (request: ArmRequest): ArmAnswer => {
      const namespace = needNamespace(request)
      const { id } = world.subscriptions.need(request.params['subscription'] ?? '')
      registrations.begin(id, namespace, to)
      return ok(describe(request, namespace))
    }
  const get = (request: ArmRequest): ArmAnswer => {
    const subscription = request.params['subscription']
    if (subscription !== undefined) world.subscriptions.need(subscription)
    return ok(describe(request, needNamespace(request)))
  }
  const list = (request: ArmRequest): ArmAnswer => {
    const subscription = request.params['subscription']
    if (subscription !== undefined) world.subscriptions.need(subscription)
    return listed(
      request,
      namespaces.map((namespace) => describe(request, namespace)),
    )
  }
  return {
    routes: [
      {
        method: 'GET',
        action: 'ProvidersList',
        pattern: '/subscriptions/:subscription/providers',
        handle: list,
      },
      { method: 'GET', action: 'ProvidersGet', pattern: one, handle: get },
      { method: 'GET', action: 'ProvidersListAtTenantScope', pattern: '/providers', handle: list },
      { method: 'GET', action: 'ProvidersGetAtTenantScope', pattern: '/providers/:namespace', handle: get },
      ...['', '/locations/:location'].map((place, index) => ({
        method: 'POST',
        action: `CheckNameAvailability${index === 0 ? '' : 'InLocation'}`,
        pattern: `${one}${place}/checkNameAvailability`,
        mutating: false,
        handle: (request: ArmRequest) => checkName(world, request),
      })),
      {
        method: 'POST',
        action: 'ProvidersRegister',
        pattern: `${one}/register`,
        handle: change('Registered'),
      },
      {
        method: 'POST',
        action: 'ProvidersUnregister',
        pattern: `${one}/unregister`,
        handle: change('NotRegistered'),
      },
    ],
  }
}

function needNamespace({ params }: ArmRequest): string {
  const text = params['namespace'] ?? ''
  const found = namespaceOf(text)
  if (found !== undefined) return found
  throw gatewayError(404, 'InvalidResourceNamespace', `The resource namespace '${text}' is invalid.`)
}

/** Whether anybody in the sandbox has a name of a type that there is once in the world. */
function checkName(world: World, request: ArmRequest): ArmAnswer {
  needNamespace(request)
  const name = textMember(request.body, 'name') ?? ''
  const type = textMember(request.body, 'type') ?? ''
  const isTaken = world.graph
    .below('/')
    .some(
      (each) =>
        each.type.toLowerCase() === type.toLowerCase() && each.name.toLowerCase() === name.toLowerCase(),
    )
  const message = `The resource named ${name} is already taken.`
  return ok(isTaken ? { nameAvailable: false, reason: 'AlreadyExists', message } : { nameAvailable: true })
}

const displayNames = regions.map(([, displayName]) => displayName)

function typesOf(namespace: string): Json[] {
  const known = knownTypes.filter(({ type }) => type.startsWith(`${namespace}/`))
  return known.map(({ type, apiVersion, tracked }) => ({
    resourceType: type.slice(namespace.length + 1),
    locations: tracked ? displayNames : [],
    apiVersions: [apiVersion],
    defaultApiVersion: apiVersion,
    capabilities: tracked
      ? 'CrossResourceGroupResourceMove, CrossSubscriptionResourceMove, SupportsTags, SupportsLocation'
      : 'SupportsExtension',
  }))
}
