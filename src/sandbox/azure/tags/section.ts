import { gatewayError, groupNotFound, resourceNotFound } from '../errors.ts'
import type { Json, JsonObject } from '../json.ts'
import { objectMember, textMember } from '../json.ts'
import type { LiveResource } from '../graph.ts'
import { groupType, parseResourceId, placeOf } from '../ids.ts'
import { lockRefusal } from '../resources/locks.ts'
import type { Section } from '../section.ts'
import type { ArmAnswer, ArmRequest } from '../wire.ts'
import type { World } from '../world.ts'

const pattern = '/*scope/providers/microsoft.resources/tags/default'

/** Tags of a group or a resource, apart from it: `az tag`. Those of a subscription are kept here alone. */
export function tagsSection(world: World): Section {
  const ofSubscriptions = new Map<string, JsonObject>()
  world.onClear(() => ofSubscriptions.clear())

  const read = (scope: string): JsonObject => {
    const subscription = subscriptionOf(scope)
    if (subscription !== undefined) return ofSubscriptions.get(subscription) ?? {}
    return objectMember(needTagged(world, scope).body, 'tags')
  }
  const write = (scope: string, tags: JsonObject): void => {
    const subscription = subscriptionOf(scope)
    if (subscription !== undefined) {
      ofSubscriptions.set(subscription, tags)
      return
    }
    const resource = needTagged(world, scope)
    const refused = lockRefusal(world, resource.id, 'write')
    if (refused !== undefined) throw refused
    world.graph.put({
      ...resource,
      body: { ...resource.body, tags },
      changedAt: world.now(),
      etag: world.random.uuid(),
    })
  }
  const answer = (scope: string): ArmAnswer => ({ status: 200, body: described(scope, read(scope)) })
  const scopeOf = ({ path }: ArmRequest): string =>
    path.replace(/\/providers\/microsoft\.resources\/tags\/default$/i, '')

  return {
    routes: [
      { method: 'GET', action: 'TagsGetAtScope', pattern, handle: (request) => answer(scopeOf(request)) },
      {
        method: 'PUT',
        action: 'TagsCreateOrUpdateAtScope',
        pattern,
        handle: (request) => {
          write(scopeOf(request), objectMember(objectMember(request.body, 'properties'), 'tags'))
          return answer(scopeOf(request))
        },
      },
      {
        method: 'PATCH',
        action: 'TagsUpdateAtScope',
        pattern,
        handle: (request) => {
          const scope = scopeOf(request)
          write(scope, patched(read(scope), request))
          return answer(scope)
        },
      },
      {
        method: 'DELETE',
        action: 'TagsDeleteAtScope',
        pattern,
        handle: (request) => {
          write(scopeOf(request), {})
          return { status: 200 }
        },
      },
    ],
  }
}

function subscriptionOf(scope: string): string | undefined {
  return /^\/subscriptions\/([^/]+)$/i.exec(scope)?.[1]?.toLowerCase()
}

function needTagged(world: World, scope: string): LiveResource {
  const found = world.graph.get(scope)
  if (found !== undefined) return found
  const id = parseResourceId(scope)
  if (id === undefined) throw gatewayError(400, 'InvalidResourceId', `The resource id '${scope}' is invalid.`)
  throw id.type === groupType
    ? groupNotFound(id.name)
    : resourceNotFound(id.type, id.name, placeOf(scope).resourceGroup)
}

function patched(before: JsonObject, { body }: ArmRequest): JsonObject {
  const asked = objectMember(objectMember(body, 'properties'), 'tags')
  const operation = textMember(body, 'operation') ?? 'Merge'
  if (/^replace$/i.test(operation)) return asked
  if (/^merge$/i.test(operation)) return { ...before, ...asked }
  return Object.fromEntries(
    Object.entries(before).filter(([name, value]) => !(Object.hasOwn(asked, name) && asked[name] === value)),
  )
}

function described(scope: string, tags: JsonObject): Json {
  const id = `${scope}/providers/Microsoft.Resources/tags/default`
  return { id, name: 'default', type: 'Microsoft.Resources/tags', properties: { tags } }
}
