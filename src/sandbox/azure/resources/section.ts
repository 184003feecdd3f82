import { ArmError, gatewayError, resourceNotFound } from '../errors.ts'
import { createFilter } from '../filter.ts'
import type { LiveResource } from '../graph.ts'
import type { ResourceId } from '../ids.ts'
import { groupId, groupType, keyOf, parseResourceId } from '../ids.ts'
import type { Json } from '../json.ts'
import { isObject, member, textMember } from '../json.ts'
import { listed } from '../paging.ts'
import type { Section } from '../section.ts'
import type { Process } from '../../timeline.ts'
import type { ArmAnswer, ArmRequest } from '../wire.ts'
import type { World } from '../world.ts'
import { resourceCommands } from './commands.ts'
import { listFunction } from './list-function.ts'
import { groupRefusal, needResourceId } from './preflight.ts'
import { namespaceOf } from './namespaces.ts'
import { readResource } from './read.ts'
import { beginRemove } from './remove.ts'
import { beginWrite } from './write.ts'

const pattern = '/*scope/providers/:namespace/*rest'

/** Resources of every type, at every scope, by their ids; extension resources are written behind another's id. */
export function resourcesSection(world: World): Section {
  return {
    routes: [
      { method: 'GET', action: 'ResourcesGetById', pattern, handle: (request) => get(world, request) },
      {
        method: 'HEAD',
        action: 'ResourcesCheckExistenceById',
        pattern,
        handle: (request) => head(world, request),
      },
      {
        method: 'PUT',
        action: 'ResourcesCreateOrUpdateById',
        pattern,
        handle: (request) => put(world, request, false),
      },
      {
        method: 'PATCH',
        action: 'ResourcesUpdateById',
        pattern,
        handle: (request) => put(world, request, true),
      },
      {
        method: 'DELETE',
        action: 'ResourcesDeleteById',
        pattern,
        handle: (request) => remove(world, request),
      },
      {
        method: 'POST',
        action: 'ResourcesPost',
        pattern,
        mutating: false,
        handle: (request) => post(world, request),
      },
      {
        method: 'GET',
        action: 'ResourcesList',
        pattern: '/subscriptions/:subscription/resources',
        handle: (request) =>
          listAll(world, request, `/subscriptions/${request.params['subscription'] ?? ''}`),
      },
      {
        method: 'GET',
        action: 'ResourcesListByResourceGroup',
        pattern: '/subscriptions/:subscription/resourcegroups/:group/resources',
        handle: (request) =>
          listAll(
            world,
            request,
            groupId(request.params['subscription'] ?? '', request.params['group'] ?? ''),
          ),
      },
    ],
    commands: resourceCommands(world),
  }
}

function get(world: World, request: ArmRequest): ArmAnswer {
  const id = parseResourceId(request.path)
  if (id === undefined) return collection(world, request)
  return { status: 200, body: needResource(world, id).body }
}

/** The resource that an id names, as a client reads it. Throws ARM's 404 of whatever is missing. */
export function needResource(world: World, id: ResourceId): LiveResource {
  if (id.subscriptionId !== undefined) world.subscriptions.need(id.subscriptionId)
  if (namespaceOf(id.namespace) === undefined) {
    throw gatewayError(
      404,
      'InvalidResourceNamespace',
      `The resource namespace '${id.namespace}' is invalid.`,
    )
  }
  const found = readResource(world, id.id)
  if (found !== undefined) return found
  const refused = groupRefusal(world, id)
  throw refused?.status === 404 ? refused : resourceNotFound(id.type, id.name, id.resourceGroup)
}

function head(world: World, request: ArmRequest): ArmAnswer {
  const { id } = needResourceId(request.path)
  return { status: readResource(world, id) === undefined ? 404 : 204 }
}

function put(world: World, request: ArmRequest, patch: boolean): ArmAnswer {
  const id = needResourceId(request.path)
  if (patch) needResource(world, id)
  const body = isObject(request.body) ? request.body : {}
  world.guards.check({ id: id.id, operation: 'write', caller: request.caller })
  const begun = beginWrite(world, { id: id.id, apiVersion: request.apiVersion, body, patch })
  if (begun.done) return { status: begun.created ? 201 : 200, body: begun.resource.body }
  const url = asynchronous(world, request, id, begun.finish)
  const headers = { 'azure-asyncoperation': url, 'retry-after': '5' }
  return { status: begun.created ? 201 : 200, headers, body: begun.resource.body }
}

function remove(world: World, request: ArmRequest): ArmAnswer {
  const id = needResourceId(request.path)
  if (id.subscriptionId !== undefined) world.subscriptions.need(id.subscriptionId)
  const refused = groupRefusal(world, id)
  if (refused?.status === 404) throw refused
  world.guards.check({ id: id.id, operation: 'delete', caller: request.caller })
  const begun = beginRemove(world, id.id)
  if (begun === undefined) return { status: 204 }
  if (begun.done) return { status: 200 }
  let outcome: ArmError | 'done' | undefined
  const finish = function* (): Process<ArmError | undefined> {
    const failure = yield* begun.finish
    outcome = failure ?? 'done'
    return failure
  }
  const status = asynchronous(world, request, id, finish())
  const location = world.operations.followLocation(
    request,
    placeOf(world, request, id, 'operationResults'),
    () => {
      if (outcome instanceof ArmError) throw outcome
      return outcome === 'done' ? { status: 204 } : undefined
    },
  )
  return { status: 202, headers: { 'azure-asyncoperation': status, location, 'retry-after': '5' } }
}

/** Lets a write or a deletion go on, and tells where it is asked about. */
function asynchronous(
  world: World,
  request: ArmRequest,
  id: ResourceId,
  finish: Process<ArmError | undefined>,
): string {
  let status: Json = { status: 'InProgress' }
  const place = placeOf(world, request, id, 'operationStatuses')
  const name = place.path.split('/').at(-1) ?? ''
  const startTime = new Date(world.now()).toISOString()
  world.timeline.start(
    (function* () {
      const failure = yield* finish
      const ended = { id: place.path, name, startTime, endTime: new Date(world.now()).toISOString() }
      status =
        failure === undefined
          ? { ...ended, status: 'Succeeded' }
          : {
              ...ended,
              status: 'Failed',
              error: { code: failure.detail.code, message: failure.detail.message },
            }
    })(),
  )
  return world.operations.pollStatus(request, place, () => status)
}

function placeOf(
  world: World,
  request: ArmRequest,
  id: ResourceId,
  kind: 'operationStatuses' | 'operationResults',
): { path: string; apiVersion: string; signed: true; retryAfterSeconds: number } {
  const scope = id.subscriptionId === undefined ? '' : `/subscriptions/${id.subscriptionId}`
  const location = textMember(world.graph.get(id.id)?.body, 'location') ?? 'westeurope'
  const path = `${scope}/providers/${id.namespace}/locations/${location}/${kind}/${world.random.uuid()}`
  return { path, apiVersion: request.apiVersion, signed: true, retryAfterSeconds: 5 }
}

function post(world: World, request: ArmRequest): ArmAnswer {
  const action = request.path.split('/').at(-1) ?? ''
  const id = parseResourceId(request.path.split('/').slice(0, -1).join('/'))
  if (id === undefined) {
    throw gatewayError(
      404,
      'InvalidResourceType',
      `The resource type could not be found in the namespace for '${request.path}'.`,
    )
  }
  return { status: 200, body: listFunction(world, needResource(world, id), action) }
}

/** All of a type below a scope: `…/providers/NS/type`. */
function collection(world: World, request: ArmRequest): ArmAnswer {
  const at = request.path.toLowerCase().lastIndexOf('/providers/')
  const [namespace = '', ...rest] = request.path.slice(at + '/providers/'.length).split('/')
  if (namespaceOf(namespace) === undefined || rest.length === 0) {
    throw gatewayError(404, 'InvalidResourceNamespace', `The resource namespace '${namespace}' is invalid.`)
  }
  const type = [namespace, ...rest.filter((_, index) => index % 2 === 0)].join('/').toLowerCase()
  const scope = rest.length === 1 ? request.path.slice(0, at) : request.path.split('/').slice(0, -1).join('/')
  const found = world.graph
    .below(scope === '' ? '/' : scope)
    .filter((resource) => resource.type.toLowerCase() === type)
    .flatMap(({ id }) => readResource(world, id)?.body ?? [])
  return listed(request, found)
}

function listAll(world: World, request: ArmRequest, scope: string): ArmAnswer {
  const { id: subscription } = world.subscriptions.need(request.params['subscription'] ?? '')
  const id = parseResourceId(scope)
  const missing = id === undefined ? undefined : groupRefusal(world, { ...id, type: '' })
  if (missing?.status === 404) throw missing
  const expand = (request.query.get('$expand') ?? '').toLowerCase()
  const items = world.graph
    .below(scope)
    .flatMap(({ id: each }) => readResource(world, each) ?? [])
    .filter(({ id: each, type, name }) => {
      const extends_ = keyOf(each).split('/providers/').length > 2
      return type !== groupType && !name.includes('/') && !extends_ && each.includes(subscription.slice(0, 8))
    })
    .map((resource) => summary(resource, expand))
  return listed(request, items.filter(createFilter(request.query.get('$filter'))))
}

/** What a list tells of a resource: everything but its properties. */
function summary({ body, createdAt, changedAt, id, type }: LiveResource, expand: string): Json {
  const { properties: _properties, etag: _etag, ...rest } = body
  const state = member(body['properties'], 'provisioningState')
  return {
    ...rest,
    id,
    type,
    ...(expand.includes('createdtime') ? { createdTime: new Date(createdAt).toISOString() } : {}),
    ...(expand.includes('changedtime') ? { changedTime: new Date(changedAt).toISOString() } : {}),
    ...(expand.includes('provisioningstate') && state !== undefined ? { provisioningState: state } : {}),
  }
}
