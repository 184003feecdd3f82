import { createHash } from 'node:crypto'
import { ArmError, gatewayError, groupNotFound } from '../errors.ts'
import { createFilter } from '../filter.ts'
import type { LiveResource } from '../graph.ts'
import { groupId, groupType } from '../ids.ts'
import type { JsonObject } from '../json.ts'
import { isObject, textMember } from '../json.ts'
import { jobName } from '../operations.ts'
import { listed } from '../paging.ts'
import { isRegion } from '../regions.ts'
import { normalisedLocation } from '../resources/body.ts'
import { readBelow, readResource } from '../resources/read.ts'
import { beginRemove } from '../resources/remove.ts'
import { beginWrite } from '../resources/write.ts'
import type { Section } from '../section.ts'
import { waitSeconds } from '../deployments/texts.ts'
import type { ArmAnswer, ArmRequest } from '../wire.ts'
import type { World } from '../world.ts'
import { exportGroup } from './export.ts'

const pattern = '/subscriptions/:subscription/resourcegroups/:group'

/** Resource groups: made and changed at once, deleted over time with all that is in them. */
export function groupsSection(world: World): Section {
  return {
    routes: [
      {
        method: 'HEAD',
        action: 'ResourceGroupsCheckExistence',
        pattern,
        handle: (request) => checkGroup(world, request),
      },
      {
        method: 'GET',
        action: 'ResourceGroupsGet',
        pattern,
        handle: (request) => ({ status: 200, body: needGroup(world, request).body }),
      },
      {
        method: 'PUT',
        action: 'ResourceGroupsCreateOrUpdate',
        pattern,
        handle: (request) => putGroup(world, request),
      },
      {
        method: 'PATCH',
        action: 'ResourceGroupsUpdate',
        pattern,
        handle: (request) => patchGroup(world, request),
      },
      {
        method: 'DELETE',
        action: 'ResourceGroupsDelete',
        pattern,
        handle: (request) => deleteGroup(world, request),
      },
      {
        method: 'GET',
        action: 'ResourceGroupsList',
        pattern: '/subscriptions/:subscription/resourcegroups',
        handle: (request) => listGroups(world, request),
      },
      {
        method: 'POST',
        action: 'ResourceGroupsExportTemplate',
        pattern: `${pattern}/exportTemplate`,
        mutating: false,
        handle: (request) => exportGroup(world, needGroup(world, request), request),
      },
    ],
  }
}

function idOf({ params }: ArmRequest): string {
  return groupId(params['subscription'] ?? '', params['group'] ?? '')
}

/** The group that a request is about. Throws ARM's 404. */
export function needGroup(world: World, request: ArmRequest): LiveResource {
  world.subscriptions.need(request.params['subscription'] ?? '')
  const group = readResource(world, idOf(request))
  if (group === undefined) throw groupNotFound(request.params['group'] ?? '')
  return group
}

function checkGroup(world: World, request: ArmRequest): ArmAnswer {
  needGroup(world, request)
  return { status: 204 }
}

function listGroups(world: World, request: ArmRequest): ArmAnswer {
  const { id } = world.subscriptions.need(request.params['subscription'] ?? '')
  const groups = readBelow(world, `/subscriptions/${id}`)
    .filter(({ type }) => type === groupType)
    .map(({ body }) => body)
  return listed(request, groups.filter(createFilter(request.query.get('$filter'))))
}

// What ARM takes: letters of any language, digits, `_-().`, up to 90, without a dot at the end.
const groupName = /^[\p{L}\p{N}_\-().]{0,89}[\p{L}\p{N}_\-()]$/u

function putGroup(world: World, request: ArmRequest): ArmAnswer {
  const name = request.params['group'] ?? ''
  const asked = isObject(request.body) ? request.body : {}
  if (!groupName.test(name)) {
    const message = `The provided resource group name '${name}' has these invalid characters: '${name.replaceAll(/[\p{L}\p{N}_\-().]/gu, '')}'. The name can only be a letter, digit, '-', '.', '(', ')' or '_'.`
    throw gatewayError(400, 'InvalidResourceGroup', message)
  }
  const location = textMember(asked, 'location')
  if (location !== undefined && !isRegion(normalisedLocation(location))) {
    const message = `The provided location '${location}' is not available for resource group.`
    throw gatewayError(400, 'LocationNotAvailableForResourceGroup', message)
  }
  refuseOtherLocation(world, request, location)
  const { resource, created } = beginWrite(world, {
    id: idOf(request),
    apiVersion: request.apiVersion,
    body: groupBody(asked),
  })
  return { status: created ? 201 : 200, body: resource.body }
}

/** What a group keeps of what was sent: nothing but its place, its tags and who manages it. */
function groupBody(asked: JsonObject): JsonObject {
  return {
    location: textMember(asked, 'location') ?? '',
    ...(asked['managedBy'] === undefined ? {} : { managedBy: asked['managedBy'] }),
    ...(isObject(asked['tags']) ? { tags: asked['tags'] } : {}),
  }
}

function refuseOtherLocation(world: World, request: ArmRequest, location: string | undefined): void {
  const there = textMember(world.graph.get(idOf(request))?.body, 'location')
  if (location === undefined)
    throw gatewayError(400, 'LocationRequired', 'The location property is required for this definition.')
  if (there === undefined || normalisedLocation(location) === there) return
  const message = `Invalid resource group location '${location}'. The Resource group already exists in location '${there}'.`
  throw gatewayError(409, 'InvalidResourceGroupLocation', message)
}

function patchGroup(world: World, request: ArmRequest): ArmAnswer {
  const { body } = needGroup(world, request)
  const asked = isObject(request.body) ? request.body : {}
  const tags = isObject(asked['tags']) ? { tags: asked['tags'] } : {}
  const changed = groupBody({ ...body, ...tags })
  const { resource } = beginWrite(world, { id: idOf(request), apiVersion: request.apiVersion, body: changed })
  return { status: 200, body: resource.body }
}

function deleteGroup(world: World, request: ArmRequest): ArmAnswer {
  const group = needGroup(world, request)
  world.guards.check({ id: group.id, operation: 'delete', caller: request.caller })
  const begun = beginRemove(world, group.id)
  if (begun === undefined) throw groupNotFound(group.name)
  const location = textMember(group.body, 'location') ?? ''
  const subscription = request.params['subscription'] ?? ''
  const job = `RESOURCEGROUPDELETIONJOB-${jobWords(group.name)}-${location.toUpperCase()}`
  let outcome: ArmError | 'done' | undefined = begun.done ? 'done' : undefined
  world.timeline.start(
    (function* () {
      outcome = (yield* begun.finish) ?? 'done'
    })(),
  )
  const retryAfterSeconds = waitSeconds(world, 15)
  const url = world.operations.followLocation(
    request,
    {
      path: `/subscriptions/${subscription}/operationresults/${jobName(job, location)}`,
      apiVersion: request.apiVersion,
      signed: true,
      retryAfterSeconds,
    },
    () => {
      if (outcome instanceof ArmError) throw outcome
      return outcome === 'done' ? { status: 200 } : undefined
    },
  )
  return { status: 202, headers: { location: url, 'retry-after': String(retryAfterSeconds) } }
}

const jobNameLength = 64

/**
 * A name as jobs are named: in capitals, everything but letters and digits as `:2D`; of a long one the first 47 letters,
 * and 16 that tell it from others.
 */
function jobWords(name: string): string {
  const words = name
    .toUpperCase()
    .replaceAll(
      /[^A-Z0-9]/g,
      (letter) => `:${letter.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
    )
  if (words.length <= jobNameLength) return words
  const rest = createHash('sha256').update(words).digest('hex').slice(0, 16).toUpperCase()
  return `${words.slice(0, jobNameLength - rest.length - 1)}|${rest}`
}
