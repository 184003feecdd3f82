import { gatewayError, resourceNotFound } from '../errors.ts'
import type { LiveResource } from '../graph.ts'
import type { ResourceId } from '../ids.ts'
import { groupId, parseResourceId } from '../ids.ts'
import { isObject } from '../json.ts'
import type { Section } from '../section.ts'
import { waitSeconds } from '../deployments/texts.ts'
import type { ArmAnswer, ArmRequest } from '../wire.ts'
import type { World } from '../world.ts'
import { asynchronous, asynchronousResult } from './asynchronous.ts'
import { resourceCommands } from './commands.ts'
import { collection, listAll } from './list.ts'
import { listFunction } from './list-function.ts'
import { groupRefusal, needResourceId } from './preflight.ts'
import { namespaceOf } from './namespaces.ts'
import { readResource } from './read.ts'
import { beginRemove } from './remove.ts'
import { factsOf } from './types.ts'
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
  needResource(world, needResourceId(request.path))
  return { status: 204 }
}

function put(world: World, request: ArmRequest, patch: boolean): ArmAnswer {
  const id = needResourceId(request.path)
  if (patch) needResource(world, id)
  const body = isObject(request.body) ? request.body : {}
  world.guards.check({ id: id.id, operation: 'write', caller: request.caller })
  const begun = beginWrite(world, { id: id.id, apiVersion: request.apiVersion, body, patch })
  const { made = 201, replaced = 200 } = factsOf(id.type).putStatus ?? {}
  const wait = { 'retry-after': String(waitSeconds(world, 5)) }
  if (begun.created && made === 202 && !begun.done) {
    const { location } = asynchronousResult(world, request, id, {
      finish: begun.finish,
      result: () => ({ status: 200, body: needResource(world, id).body }),
    })
    return { status: 202, headers: { location, ...wait } }
  }
  const written = patch ? 200 : replaced
  const status = begun.created ? (made === 202 ? 200 : made) : written
  if (begun.done) return { status, body: begun.resource.body }
  const url = asynchronous(world, request, id, begun.finish)
  return { status, headers: { 'azure-asyncoperation': url, ...wait }, body: begun.resource.body }
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
  const { status, location } = asynchronousResult(world, request, id, {
    finish: begun.finish,
    result: () => ({ status: 204 }),
  })
  return {
    status: 202,
    headers: { 'azure-asyncoperation': status, location, 'retry-after': String(waitSeconds(world, 5)) },
  }
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
