import { ArmError } from '../errors.ts'
import type { ResourceId } from '../ids.ts'
import type { Json } from '../json.ts'
import { textMember } from '../json.ts'
import { waitSeconds } from '../deployments/texts.ts'
import type { OperationPlace } from '../operations.ts'
import type { Process } from '../../timeline.ts'
import type { ArmAnswer, ArmRequest } from '../wire.ts'
import type { World } from '../world.ts'

/** Lets a write or a deletion go on, and tells where it is asked about. */
export function asynchronous(
  world: World,
  request: ArmRequest,
  id: ResourceId,
  finish: Process<ArmError | undefined>,
): string {
  let status: Json = { status: 'InProgress' }
  const place = operationPlace(world, request, id, 'operationStatuses')
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

/**
 * The same for clients that may follow `Location` too: 202 until the end, then what `result` says, or the error. With
 * the status' url.
 */
export function asynchronousResult(
  world: World,
  request: ArmRequest,
  id: ResourceId,
  parts: { finish: Process<ArmError | undefined>; result: () => ArmAnswer },
): { status: string; location: string } {
  let outcome: ArmError | 'done' | undefined
  const finish = function* (): Process<ArmError | undefined> {
    const failure = yield* parts.finish
    outcome = failure ?? 'done'
    return failure
  }
  const status = asynchronous(world, request, id, finish())
  const place = operationPlace(world, request, id, 'operationResults')
  const location = world.operations.followLocation(request, place, () => {
    if (outcome instanceof ArmError) throw outcome
    return outcome === 'done' ? parts.result() : undefined
  })
  return { status, location }
}

/** Where an operation on a resource is asked about, at its provider. */
function operationPlace(
  world: World,
  request: ArmRequest,
  id: ResourceId,
  kind: 'operationStatuses' | 'operationResults',
): OperationPlace {
  const scope = id.subscriptionId === undefined ? '' : `/subscriptions/${id.subscriptionId}`
  const location = textMember(world.graph.get(id.id)?.body, 'location') ?? 'westeurope'
  const path = `${scope}/providers/${id.namespace}/locations/${location}/${kind}/${world.random.uuid()}`
  return { path, apiVersion: request.apiVersion, signed: true, retryAfterSeconds: waitSeconds(world, 5) }
}
