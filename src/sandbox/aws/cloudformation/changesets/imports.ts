import type { Stack } from '../model.ts'
import { liveKey } from '../resources/cloud.ts'
import { customName } from '../resources/naming.ts'
import type { Blueprint } from '../templates/blueprint.ts'
import { NOTHING_KNOWN } from '../templates/blueprint.ts'
import type { Call, World } from '../world.ts'
import type { ChangeSet, ResourceChange } from './model.ts'

/** Why a set cannot import what it is to import; undefined when it can. */
export function importProblem(
  { place }: Pick<Call, 'place'>,
  set: ChangeSet,
  stack: Stack,
  blueprint: Blueprint,
): string | undefined {
  if (set.type !== 'IMPORT') return undefined
  if (set.resourcesToImport.length === 0) return 'ResourcesToImport must be specified for import operations.'
  const wanted = new Set(set.resourcesToImport.map(({ logicalId }) => logicalId))
  const unknown = [...wanted].filter((logicalId) => !blueprint.resources.has(logicalId))
  if (unknown.length > 0)
    return `Resources [${unknown.join(', ')}] in ResourcesToImport are not in the template`
  const missing = [...blueprint.resources.keys()].filter((id) => !stack.resources.has(id) && !wanted.has(id))
  if (missing.length > 0) return `Resources [${missing.join(', ')}] is missing from ResourceToImport list`
  const unprotected = [...wanted].filter(
    (logicalId) => blueprint.resources.get(logicalId)?.deletionPolicy === undefined,
  )
  if (unprotected.length > 0)
    return `Resources [${unprotected.join(', ')}] to import must have a DeletionPolicy attribute in the template`
  for (const { logicalId, type, identifier } of set.resourcesToImport) {
    const owner = place.live.get(liveKey(type, physicalIdOf(identifier)))?.owner
    if (owner !== undefined) return `Resource ${logicalId} is already in stack ${owner}`
  }
  return undefined
}

/** A composite identifier's parts are joined by `|`. */
export function physicalIdOf(identifier: Readonly<Record<string, string>>): string {
  return Object.values(identifier).join('|')
}

/**
 * What a set takes over instead of making it, by logical id: what ResourcesToImport names, and with
 * ImportExistingResources what has a name in the template, exists and belongs to no stack.
 */
export function importsOf(world: World, set: ChangeSet, blueprint: Blueprint): Map<string, string> {
  const imports = new Map(
    set.resourcesToImport.map(({ logicalId, identifier }) => [logicalId, physicalIdOf(identifier)]),
  )
  if (!set.importExistingResources) return imports
  const place = [...world.places()].find((place) => place.stacks.has(set.stackId))
  for (const [logicalId, { type }] of blueprint.resources) {
    const facts = world.facts.typeFacts(type)
    const name = customName(type, facts, blueprint.properties(logicalId, NOTHING_KNOWN))
    const live =
      name === undefined
        ? undefined
        : [...(place?.live.values() ?? [])].find(
            (live) =>
              live.type === type &&
              (live.physicalId === name ||
                live.physicalId.endsWith(`:${name}`) ||
                live.physicalId.endsWith(`/${name}`)),
          )
    if (live !== undefined && live.owner === undefined) imports.set(logicalId, live.physicalId)
  }
  return imports
}

/** The same changes with imports called so. */
export function markImports(
  world: World,
  set: ChangeSet,
  blueprint: Blueprint,
  changes: readonly ResourceChange[],
): ResourceChange[] {
  if (set.type !== 'IMPORT' && !set.importExistingResources) return [...changes]
  const imports = importsOf(world, set, blueprint)
  return changes.map((change) => {
    const physicalId = imports.get(String(change['LogicalResourceId']))
    return change['Action'] === 'Add' && physicalId !== undefined
      ? { ...change, Action: 'Import', PhysicalResourceId: physicalId }
      : change
  })
}
