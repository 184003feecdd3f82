import { HeadwaterError, stalled } from '../../api/errors.ts'
import type { Operation } from '../../api/record.ts'
import type { Progress, Subject } from '../target.ts'
import type { ArmClient } from './client.ts'
import { isOf } from './context.ts'
import { isDenied, isNotFound, isScopeNotFound, isThrottled } from './errors.ts'
import { findCause, readOperations } from './failure.ts'
import type { DeploymentView, Observation } from './observation.ts'
import { placeOf, type Place } from './place.ts'
import { progressOf } from './progress.ts'
import { readValidation, readWhatIfLook } from './read-look.ts'
import { readView } from './read-view.ts'
import { callName, versionOf } from './requests.ts'
import { situationOf } from './state.ts'

/** How often in a row a look may be refused for want of rights before it is no longer taken for a right that shows late. */
const maxDenials = 8

/** Reads what the next decision needs, and no more: most looks are one or two calls. */
export async function observe(client: ArmClient, subject: Subject): Promise<Observation> {
  try {
    return await look(client, subject)
  } catch (error) {
    const failures = subject.record.status.failures ?? 0
    if (isDenied(error) && failures >= maxDenials) throw stalled('AccessDenied', error.message, error.cause)
    throw error
  }
}

async function look(client: ArmClient, { record, wish }: Subject): Promise<Observation> {
  const place = placeOf(record)
  const { operation } = record
  const seen = await readPlace(client, place)
  const { view } = seen
  const observation: Observation = { ...seen }
  const situation = situationOf(view?.state)

  if (view !== undefined && (situation === 'busy' || situation === 'deleting')) {
    const progress = operation === undefined ? undefined : await readProgress(client, place, view, operation)
    if (progress !== undefined) observation.progress = progress
    return observation
  }
  const isJudged = operation !== undefined && (isOf(view, operation) || operation.type === 'delete')
  if (view !== undefined && situation === 'failed' && isJudged) {
    const cause = await findCause(client, place, view)
    if (cause !== undefined) observation.cause = cause
  }
  if (wish === 'absent' || operation === undefined) return observation

  if (operation.phase === 'validate') {
    const validation = await readValidation(client, place, operation)
    if (validation !== undefined) observation.validation = validation
  }
  if (operation.phase === 'what-if') {
    const whatIf = await readWhatIfLook(client, place, operation)
    if (whatIf !== undefined) observation.whatIf = whatIf
  }
  return observation
}

/** The deployment or stack; that it is not there is a value, and so is that what it would be in is not there. */
export async function readPlace(
  client: ArmClient,
  place: Place,
): Promise<{ view?: DeploymentView; missingScope?: string }> {
  try {
    const { body } = await client.send({
      method: 'GET',
      path: place.id,
      apiVersion: versionOf(place),
      what: callName(place),
    })
    return { view: readView(place, body) }
  } catch (error) {
    if (isNotFound(error)) return {}
    if (isScopeNotFound(error) && error instanceof HeadwaterError) return { missingScope: error.message }
    throw error
  }
}

/** How far an operation in flight is: one call, which nothing hangs on. A stack tells of its deployment once that has begun. */
async function readProgress(
  client: ArmClient,
  place: Place,
  view: DeploymentView,
  operation: Operation,
): Promise<Progress | undefined> {
  const deploymentId = place.means === 'stack' ? view.deploymentId : view.id
  if (deploymentId === undefined) return undefined
  try {
    return progressOf(await readOperations(client, deploymentId), operation)
  } catch (error) {
    if (isNotFound(error) || isScopeNotFound(error) || isThrottled(error)) return undefined
    throw error
  }
}
