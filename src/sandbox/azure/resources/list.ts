import { gatewayError } from '../errors.ts'
import { createFilter } from '../filter.ts'
import type { LiveResource } from '../graph.ts'
import { groupType, parseResourceId } from '../ids.ts'
import type { Json } from '../json.ts'
import { member, textMember } from '../json.ts'
import { listed } from '../paging.ts'
import type { ArmAnswer, ArmRequest } from '../wire.ts'
import type { World } from '../world.ts'
import { namespaceOf } from './namespaces.ts'
import { groupRefusal } from './preflight.ts'
import { readBelow, readInside } from './read.ts'

/** All of a type below a scope: `…/providers/NS/type`. */
export function collection(world: World, request: ArmRequest): ArmAnswer {
  const at = request.path.toLowerCase().lastIndexOf('/providers/')
  const [namespace = '', ...rest] = request.path.slice(at + '/providers/'.length).split('/')
  if (namespaceOf(namespace) === undefined || rest.length === 0) {
    throw gatewayError(404, 'InvalidResourceNamespace', `The resource namespace '${namespace}' is invalid.`)
  }
  const type = [namespace, ...rest.filter((_, index) => index % 2 === 0)].join('/').toLowerCase()
  const scope = rest.length === 1 ? request.path.slice(0, at) : request.path.split('/').slice(0, -1).join('/')
  const found = readBelow(world, scope === '' ? '/' : scope)
    .filter((resource) => resource.type.toLowerCase() === type)
    .map(({ body }) => body)
  const written = rest.length === 1 ? [] : readInside(world, scope, rest.at(-1) ?? '')
  const known = new Set(found.map((body) => textMember(body, 'id')?.toLowerCase()))
  const others = written.filter(({ id }) => !known.has(id.toLowerCase())).map(({ body }) => body)
  return listed(request, [...found, ...others])
}

/** All in a group or a subscription that lies in a region. */
export function listAll(world: World, request: ArmRequest, scope: string): ArmAnswer {
  world.subscriptions.need(request.params['subscription'] ?? '')
  const id = parseResourceId(scope)
  const missing = id === undefined ? undefined : groupRefusal(world, { ...id, type: '' })
  if (missing?.status === 404) throw missing
  const expand = (request.query.get('$expand') ?? '').toLowerCase()
  const items = readBelow(world, scope)
    // What lies in a region is listed; what is inside another resource or extends one is not.
    .filter(({ type, name, body }) => type !== groupType && !name.includes('/') && 'location' in body)
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
