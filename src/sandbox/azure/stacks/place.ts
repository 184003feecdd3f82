import { scopeOfId } from '../deployments/commands.ts'
import type { DeploymentRequest } from '../deployments/model.ts'
import type { Place } from '../deployments/place.ts'
import { needScope, placeOfScope } from '../deployments/place.ts'
import { normalisedLocation } from '../resources/body.ts'
import { textMember } from '../json.ts'
import type { World } from '../world.ts'
import type { StackRequest } from './model.ts'

/** The id of a stack. */
export function stackId(place: Place, name: string): string {
  return `${place.prefix}/providers/Microsoft.Resources/deploymentStacks/${name}`
}

/** Where a stack's operations are asked about: the location of its group, or its own. */
export function operationsPath(
  world: World,
  { place, location }: Pick<StackRequest, 'place' | 'location'>,
): string {
  const { scope } = place
  const group = scope.kind === 'resourceGroup' ? world.graph.get(place.prefix) : undefined
  const where = location ?? normalisedLocation(textMember(group?.body, 'location') ?? 'westus')
  const prefix =
    scope.kind === 'resourceGroup' || scope.kind === 'subscription'
      ? `/subscriptions/${scope.subscriptionId}`
      : place.prefix
  return `${prefix}/providers/Microsoft.Resources/locations/${where}`
}

/** The deployment that a stack makes of its template, with a name of its own. Throws ArmError where its scope is not there. */
export function deploymentOf(world: World, request: StackRequest, id: string): DeploymentRequest {
  const { settings, name, template, locate, parameters, apiVersion, caller, correlationId, location } =
    request
  const place =
    settings.deploymentScope === undefined ? request.place : placeOfScope(scopeOfId(settings.deploymentScope))
  needScope(world, place.scope)
  const isGroup = place.scope.kind === 'resourceGroup'
  return {
    place,
    name: `${name.slice(0, 50)}-${stampOf(world)}`,
    ...(isGroup || location === undefined ? {} : { location }),
    mode: 'Incremental',
    template,
    ...(locate === undefined ? {} : { locate }),
    parameters,
    ...(settings.validationLevel === undefined ? {} : { validationLevel: settings.validationLevel }),
    apiVersion: apiVersion >= '2025-07-01' ? '2025-04-01' : '2024-03-01',
    caller,
    correlationId,
    stackId: id,
  }
}

const letters = 'abcdefghijklmnopqrstuvwxyz234567'

/** `yyMMddHH` and five letters: what tells one deployment of a stack from the next. */
function stampOf(world: World): string {
  const [date = '', time = ''] = new Date(world.now()).toISOString().split('T')
  const tail = Array.from(
    { length: 5 },
    () => letters[Math.floor(world.random.next() * letters.length)] ?? 'a',
  )
  return `${date.slice(2).replaceAll('-', '')}${time.slice(0, 2)}${tail.join('')}`
}
