import { createHash } from 'node:crypto'
import type { ResourceId } from '../ids.ts'
import type { Json, JsonObject } from '../json.ts'
import { isObject, member, objectMember, textMember } from '../json.ts'
import type { LiveResource } from '../graph.ts'
import type { World } from '../world.ts'
import type { Making } from './facts.ts'
import { factsOf } from './types.ts'

/** A region's short name: `West US` is `westus`. */
export function normalisedLocation(location: string): string {
  return location.replaceAll(/\s/g, '').toLowerCase()
}

/** What a provider needs to know to make, or to answer of, a resource. */
export function makingOf(world: World, id: ResourceId, body: JsonObject): Making {
  return {
    id,
    body,
    location: normalisedLocation(textMember(body, 'location') ?? ''),
    guid: (use) => guidOf(`${world.tenantId}|${id.id.toLowerCase()}|${use}`),
    nowIso: new Date(world.now()).toISOString(),
    tenantId: world.tenantId,
  }
}

/** A version 4 shaped GUID that belongs to a text. */
export function guidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex')
  const variant = '89ab'[Number.parseInt(hex.slice(16, 17), 16) % 4] ?? '8'
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

/** What a resource is from now on: what was asked for, defaults, and what only the provider knows. */
export function bodyOf(
  world: World,
  id: ResourceId,
  asked: JsonObject,
  before: LiveResource | undefined,
): JsonObject {
  const facts = factsOf(id.type)
  const location = textMember(asked, 'location')
  const identity = identityOf(world, id, member(asked, 'identity'))
  const { id: _id, name: _name, type: _type, properties: _properties, ...rest } = asked
  for (const word of ['apiVersion', 'dependsOn', 'comments', 'scope', 'condition', 'copy', 'resources'])
    delete rest[word]
  const properties: JsonObject = { ...facts.defaults, ...withoutSecrets(objectMember(asked, 'properties')) }
  for (const name of facts.hidden ?? []) delete properties[name]
  const draft: JsonObject = {
    id: before?.id ?? id.id,
    name: before?.name.split('/').at(-1) ?? id.name.split('/').at(-1) ?? '',
    type: facts.type,
    ...rest,
    ...(location === undefined ? {} : { location: normalisedLocation(location) }),
    ...(identity === undefined ? {} : { identity }),
    properties,
  }
  const computed = facts.computed?.(makingOf(world, id, draft)) ?? {}
  const kept = keptFrom(before, computed, (name) => madeOnce.has(name))
  const all = { ...properties, ...computed, ...kept }
  // Authorization names a resource after what it says.
  return facts.type.startsWith('Microsoft.Authorization/')
    ? { properties: all, id: draft['id'] ?? '', type: facts.type, name: draft['name'] ?? '' }
    : { ...draft, properties: all }
}

// Made once, whatever is written later: times that a second write must not change.
const madeOnce = new Set([
  'creationTime',
  'creationDate',
  'CreationDate',
  'createdDate',
  'createdOn',
  'createdAt',
  'createdTime',
  'createTime',
  'timeCreated',
  'dateCreated',
])

function keptFrom(
  before: LiveResource | undefined,
  computed: JsonObject,
  isKept: (name: string) => boolean,
): JsonObject {
  const properties = objectMember(before?.body, 'properties')
  return Object.fromEntries(
    Object.keys(computed)
      .filter((key) => isKept(key) && properties[key] !== undefined)
      .map((key) => [key, properties[key] ?? null]),
  )
}

/**
 * What a what-if expects of a write over a live resource: what only the provider sets is as it is, times of change among
 * it, for what-if tells nothing of those.
 */
export function expectedBodyOf(
  world: World,
  id: ResourceId,
  asked: JsonObject,
  before: LiveResource,
): JsonObject {
  const body = bodyOf(world, id, asked, before)
  const computed = factsOf(id.type).computed?.(makingOf(world, id, body)) ?? {}
  const said = objectMember(asked, 'properties')
  const kept = keptFrom(before, computed, (name) => !Object.hasOwn(said, name))
  return { ...body, properties: { ...objectMember(body, 'properties'), ...kept } }
}

const secretName = /(password|secretvalue|securestring|protectedsettings)$/i

/** A copy without what providers take and never answer: passwords, protected settings. */
export function withoutSecrets(properties: JsonObject): JsonObject {
  const clean = (value: Json): Json => {
    if (Array.isArray(value)) return value.map((each) => clean(each))
    return isObject(value) ? withoutSecrets(value) : value
  }
  return Object.fromEntries(
    Object.entries(properties)
      .filter(([key, value]) => !(secretName.test(key) && (typeof value === 'string' || isObject(value))))
      .map(([key, value]) => [key, clean(value)]),
  )
}

function identityOf(world: World, id: ResourceId, asked: Json | undefined): Json | undefined {
  if (!isObject(asked)) return undefined
  const type = textMember(asked, 'type') ?? 'None'
  const { guid } = makingOf(world, id, {})
  const system = /SystemAssigned/i.test(type)
    ? { principalId: guid('principal'), tenantId: world.tenantId }
    : {}
  const users = objectMember(asked, 'userAssignedIdentities')
  const assigned = Object.fromEntries(
    Object.keys(users).map((userId) => {
      const user = objectMember(world.graph.get(userId)?.body, 'properties')
      return [userId, { principalId: user['principalId'] ?? null, clientId: user['clientId'] ?? null }]
    }),
  )
  return {
    type,
    ...system,
    ...(Object.keys(users).length === 0 ? {} : { userAssignedIdentities: assigned }),
  }
}
