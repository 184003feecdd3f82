import type { LiveResource } from '../graph.ts'
import { parentOf, parseResourceId } from '../ids.ts'
import type { Json } from '../json.ts'
import { isObject, member, objectMember } from '../json.ts'
import type { ArmAnswer, ArmRequest } from '../wire.ts'
import type { World } from '../world.ts'

const schema = 'https://schema.management.azure.com/schemas/2015-01-01/deploymentTemplate.json#'

/** A group's resources as a template, as `az group export` asks for it: names are written out, nothing is a parameter. */
export function exportGroup(world: World, group: LiveResource, request: ArmRequest): ArmAnswer {
  const wanted = member(request.body, 'resources')
  const ids = Array.isArray(wanted)
    ? wanted.map((each) => (typeof each === 'string' ? each.toLowerCase() : ''))
    : ['*']
  const resources = world.graph
    .below(group.id)
    .filter(({ id }) => ids.includes('*') || ids.includes(id.toLowerCase()))
    .map((resource) => exported(resource))
  return {
    status: 200,
    body: {
      template: { $schema: schema, contentVersion: '1.0.0.0', parameters: {}, variables: {}, resources },
    },
  }
}

function exported({ id: text, type, name, apiVersion, body }: LiveResource): Json {
  const id = parseResourceId(text)
  const parent = id === undefined ? undefined : parentOf(id)
  const {
    id: _id,
    name: _name,
    type: _type,
    properties: _properties,
    etag: _etag,
    systemData: _system,
    ...rest
  } = body
  const { provisioningState: _state, ...properties } = objectMember(body, 'properties')
  return {
    type,
    apiVersion,
    name,
    ...rest,
    ...(isObject(rest['identity']) ? { identity: { type: rest['identity']['type'] ?? 'None' } } : {}),
    ...(parent === undefined
      ? {}
      : { dependsOn: [`[resourceId('${parentType(type)}', '${parentName(name)}')]`] }),
    properties,
  }
}

function parentType(type: string): string {
  return type.split('/').slice(0, -1).join('/')
}

function parentName(name: string): string {
  return name.split('/').slice(0, -1).join("', '")
}
