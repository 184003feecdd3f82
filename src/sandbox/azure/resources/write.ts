import { ArmError } from '../errors.ts'
import type { LiveResource } from '../graph.ts'
import type { ResourceId } from '../ids.ts'
import { parentOf } from '../ids.ts'
import type { JsonObject } from '../json.ts'
import { isObject, objectMember, textMember } from '../json.ts'
import type { Process } from '../../timeline.ts'
import type { World } from '../world.ts'
import { bodyOf, normalisedLocation } from './body.ts'
import { lockRefusal } from './locks.ts'
import { needResourceId, preflight, spelledId } from './preflight.ts'
import { factsOf, lastingOf } from './types.ts'

/** A resource to be written. */
export interface ResourceWrite {
  id: string
  apiVersion: string
  /** As a template or a PUT has it; a PATCH's is merged over what is there. */
  body: JsonObject
  patch?: boolean
}

/** A write that a provider took. */
export interface WriteBegun {
  /** As it is at once: `Creating` or `Updating` where the end takes time. */
  resource: LiveResource
  created: boolean
  /** Whether the end has come already. */
  done: boolean
  /** What happens then, over time; its result is the error that it ends with. The caller runs it, or starts it. */
  finish: Process<ArmError | undefined>
}

/**
 * Begins to write a resource, as its provider would: what it refuses at once is thrown as ArmError. Nobody else puts
 * resources into the graph, so policies, locks, faults and durations hold for PUTs and deployments alike.
 */
export function beginWrite(world: World, write: ResourceWrite): WriteBegun {
  const id = spelledId(world, needResourceId(write.id))
  const before = world.graph.get(id.id)
  const wanted = write.patch === true && before !== undefined ? merged(before.body, write.body) : write.body
  const asked = tagged(world, id, wanted)
  const refused =
    preflight(world, id, asked) ??
    lockRefusal(world, id.id, 'write') ??
    providerRefusal(world, id, asked, before)
  if (refused !== undefined) throw refused
  const lasting = lastingOf(world, id, before !== undefined)
  const done = lasting.sleepMs === 0 && !strikesLater(world, id)
  const nowMs = world.now()
  const made: LiveResource = {
    id: before?.id ?? id.id,
    type: factsOf(id.type).type,
    name: before?.name ?? id.name,
    body: bodyOf(world, id, asked, before),
    apiVersion: write.apiVersion,
    createdAt: before?.createdAt ?? nowMs,
    changedAt: nowMs,
    etag: world.random.uuid(),
  }
  const busy = before === undefined ? 'Creating' : 'Updating'
  const resource = withState(made, done ? 'Succeeded' : busy)
  world.graph.put(resource)
  return {
    resource,
    created: before === undefined,
    done,
    finish: finishing(world, id, resource, lasting, done),
  }
}

/** With the tags that policies give to what has a location and lacks them. */
function tagged(world: World, id: ResourceId, body: JsonObject): JsonObject {
  const tags = { ...world.rules.tagsOf(id.id), ...objectMember(body, 'tags') }
  return Object.keys(tags).length === 0 || !('location' in body) ? body : { ...body, tags }
}

/** The same resource in another provisioning state. */
export function withState(resource: LiveResource, provisioningState: string): LiveResource {
  if (factsOf(resource.type).stateless === true) return resource
  const properties = { ...objectMember(resource.body, 'properties'), provisioningState }
  return { ...resource, body: { ...resource.body, properties } }
}

function* finishing(
  world: World,
  id: ResourceId,
  resource: LiveResource,
  lasting: { sleepMs: number },
  done: boolean,
): Process<ArmError | undefined> {
  if (done) return undefined
  if (lasting.sleepMs > 0) yield lasting
  const failure = world.faults.take(id, 'put', 'later')
  const now = world.graph.get(id.id)
  if (now?.etag === resource.etag)
    world.graph.put(withState(now, failure === undefined ? 'Succeeded' : 'Failed'))
  return failure === undefined ? undefined : new ArmError(failure.status, failure.error)
}

function strikesLater(world: World, id: ResourceId): boolean {
  return world.faults.has(id, 'put', 'later')
}

function providerRefusal(
  world: World,
  id: ResourceId,
  asked: JsonObject,
  before: LiveResource | undefined,
): ArmError | undefined {
  const facts = factsOf(id.type)
  const fault = world.faults.take(id, 'put', 'request')
  if (fault !== undefined) return new ArmError(fault.status, fault.error)
  const name = id.name.split('/').at(-1) ?? ''
  if (facts.name !== undefined && !facts.name.pattern.test(name)) {
    return new ArmError(400, { code: facts.name.code, message: facts.name.message.replace('{name}', name) })
  }
  const parent = parentOf(id)
  if (parent !== undefined && world.graph.get(parent) === undefined && !isImplied(parent)) {
    const message = `Failed to perform 'write' on resource(s) of type '${id.type.split('/').slice(1).join('/')}', because the parent resource '${parent}' could not be found.`
    return new ArmError(404, { code: 'ParentResourceNotFound', message })
  }
  return locationRefusal(id, asked, before)
}

// `blobServices/default` and the like are there without anybody making them.
function isImplied(id: string): boolean {
  return /\/(default|current|web)$/i.test(id)
}

function locationRefusal(
  id: ResourceId,
  asked: JsonObject,
  before: LiveResource | undefined,
): ArmError | undefined {
  const location = textMember(asked, 'location')
  if (location === undefined) {
    if (!factsOf(id.type).tracked) return undefined
    const message = 'The location property is required for this definition.'
    return new ArmError(400, { code: 'LocationRequired', message }, { 'x-ms-failure-cause': 'gateway' })
  }
  const there = textMember(before?.body, 'location')
  if (there === undefined || normalisedLocation(location) === normalisedLocation(there)) return undefined
  const [name, group] = [id.name, id.resourceGroup ?? id.name]
  const message = `The resource '${name}' already exists in location '${there}' in resource group '${group}'. A resource with the same name cannot be created in location '${location}'. Please select a new resource name.`
  return new ArmError(409, { code: 'InvalidResourceLocation', message }, { 'x-ms-failure-cause': 'gateway' })
}

/** One object over another, as a merge patch: `null` removes. */
export function merged(under: JsonObject, over: JsonObject): JsonObject {
  const result: JsonObject = { ...under }
  for (const [key, value] of Object.entries(over)) {
    const before = result[key]
    if (value === null) delete result[key]
    else result[key] = isObject(value) && isObject(before) ? merged(before, value) : value
  }
  return result
}
