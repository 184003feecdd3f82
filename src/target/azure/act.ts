import type { Clock } from '../../api/clock.ts'
import { HeadwaterError, stalled } from '../../api/errors.ts'
import type { ObjectRecord, Operation } from '../../api/record.ts'
import type { ActResult } from '../target.ts'
import type { Action } from './action.ts'
import type { ArmAnswer, ArmClient } from './client.ts'
import type { Settings } from './context.ts'
import { isDenied, isNotFound } from './errors.ts'
import { apiVersions, placeOf } from './place.ts'
import {
  callName,
  deleteRequest,
  groupRequest,
  putRequest,
  readBodies,
  validateRequest,
  whatIfRequest,
  type BodyPorts,
} from './requests.ts'

/** What acting needs besides ARM. */
export interface ActPorts extends BodyPorts {
  clock: Pick<Clock, 'now'>
}

/** What an action is done for. */
export interface ActInput {
  record: ObjectRecord
  operation: Operation
  action: Action
}

/** How long a missing right is taken for one that does not show yet. */
const freshRightsMs = 10 * 60_000

/**
 * Makes one call, idempotent by the name it is made under. A refusal is answered as data (`refused`), so that the next
 * decision says what it means and what comes next.
 */
export async function act(
  client: ArmClient,
  settings: Settings,
  ports: ActPorts,
  input: ActInput,
): Promise<ActResult> {
  const { action, operation } = input
  const answered = { answered: operation.phase }
  try {
    const answer = await call(client, settings, ports, input)
    const data = { ...answered, ...dataOf(input, answer) }
    return { data, ...pause(settings, action, answer) }
  } catch (error) {
    if (isNotFound(error) && action.type === 'delete') return { data: answered }
    if (!(error instanceof HeadwaterError)) throw error
    const isFinal = error.class === 'stalled' || (isDenied(error) && isOverdue(ports, operation))
    if (!isFinal) throw error
    // It came to its end meanwhile: a look tells which.
    if (action.type === 'cancel') return { data: answered, requeueAfterMs: settings.pollFloorMs }
    return { data: { ...answered, refused: error.message, refusal: error.reason } }
  }
}

function isOverdue({ clock }: ActPorts, { startedAt }: Operation): boolean {
  return clock.now() - startedAt >= freshRightsMs
}

/** What the next step must know. */
function dataOf({ action, record }: ActInput, answer: ArmAnswer): Record<string, string> {
  const { location, correlationId, requestId, status } = answer
  const traced = {
    ...(correlationId === undefined ? {} : { correlationId }),
    ...(requestId === undefined ? {} : { requestId }),
  }
  switch (action.type) {
    case 'put':
      return { sent: 'true', ...traced }
    case 'validate':
      return status === 202 && location !== undefined ? { location } : { validated: 'true' }
    case 'what-if':
      // A stack's is read by its name.
      return location === undefined || placeOf(record).means === 'stack' ? {} : { location }
    default:
      return {}
  }
}

/** What takes ARM a while is not looked at at once. */
function pause(
  settings: Settings,
  action: Action,
  { status, retryAfterMs }: ArmAnswer,
): Pick<ActResult, 'requeueAfterMs'> {
  const isQuick = action.type === 'create-group' || (action.type === 'validate' && status !== 202)
  return isQuick ? {} : { requeueAfterMs: Math.max(settings.pollFloorMs, retryAfterMs ?? 0) }
}

async function call(
  client: ArmClient,
  settings: Settings,
  ports: ActPorts,
  { record, operation, action }: ActInput,
): Promise<ArmAnswer> {
  const place = placeOf(record)
  const made = async () => ({ settings, record, operation, bodies: await readBodies(record, ports) })
  switch (action.type) {
    case 'create-group':
      return client.send(groupRequest({ settings, record }))
    case 'validate':
      return client.send(validateRequest(await made()))
    case 'what-if':
      return client.send(whatIfRequest(await made()))
    case 'put':
      return client.send(putRequest(await made()))
    case 'cancel':
      return client.send({
        method: 'POST',
        path: `${action.deploymentId}/cancel`,
        apiVersion: apiVersions.deployments,
        what: `${callName(place)}/cancel`,
      })
    case 'delete':
      return client.send(deleteRequest(record))
    default:
      throw stalled('UnknownAction', `unknown action ${JSON.stringify(action satisfies never)}`)
  }
}
