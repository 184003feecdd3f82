import { HeadwaterError } from '../../api/errors.ts'
import type { Operation } from '../../api/record.ts'
import { field, textField } from './arm-error.ts'
import type { ArmAnswer, ArmClient } from './client.ts'
import { operationTag, tagOf } from './context.ts'
import { isNotFound } from './errors.ts'
import type { Look } from './observation.ts'
import { apiVersions, type Place } from './place.ts'
import { readView } from './read-view.ts'
import { callName, whatIfResultId, whatIfToken } from './requests.ts'
import { situationOf } from './state.ts'
import { readWhatIf, type WhatIfResult } from './what-if.ts'

/** How a stack's validation is doing, by the newest address that ARM gave; undefined when that is lost. */
export async function readValidation(
  client: ArmClient,
  place: Place,
  operation: Operation,
): Promise<Look<'valid'> | undefined> {
  const location = operation.data['location']
  if (location === undefined) return undefined
  return refusable(async () => {
    const answer = await poll(client, location, `${callName(place)}/validate`)
    return running(answer) ?? { status: 'done', result: 'valid' }
  })
}

/** How a what-if is doing; undefined when it was never begun or its answer is lost. */
export async function readWhatIfLook(
  client: ArmClient,
  place: Place,
  operation: Operation,
): Promise<Look<WhatIfResult> | undefined> {
  return refusable(async () =>
    place.means === 'stack'
      ? readOfStack(client, place, operation)
      : readOfDeployment(client, place, operation),
  )
}

/** What ARM says to the question itself is its answer: everything else is looked at again. */
async function refusable<Result>(
  read: () => Promise<Look<Result> | undefined>,
): Promise<Look<Result> | undefined> {
  try {
    return await read()
  } catch (error) {
    if (isNotFound(error)) return undefined
    if (error instanceof HeadwaterError && error.class === 'stalled' && error.reason !== 'ForeignAddress')
      return { status: 'failed', message: error.message }
    throw error
  }
}

async function poll(client: ArmClient, location: string, what: string): Promise<ArmAnswer> {
  return client.send({ method: 'GET', path: location, what })
}

function running({ status, location, retryAfterMs }: ArmAnswer): Look<never> | undefined {
  if (status !== 202) return undefined
  return {
    status: 'running',
    ...(location === undefined ? {} : { location }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  }
}

async function readOfDeployment(
  client: ArmClient,
  place: Place,
  operation: Operation,
): Promise<Look<WhatIfResult> | undefined> {
  const location = operation.data['location']
  if (location === undefined) return undefined
  const answer = await poll(client, location, `${callName(place)}/whatIf`)
  return running(answer) ?? resultOf(answer.body)
}

function resultOf(body: unknown): Look<WhatIfResult> {
  const result = readWhatIf(body)
  return 'failure' in result ? { status: 'failed', message: result.failure } : { status: 'done', result }
}

/** A stack's what-if is a resource: its state by its name, what of each resource would change by a further question. */
async function readOfStack(
  client: ArmClient,
  place: Place,
  operation: Operation,
): Promise<Look<WhatIfResult> | undefined> {
  const id = whatIfResultId(place)
  const what = `${callName(place)}/whatIf`
  const { body, retryAfterMs } = await client.send({
    method: 'GET',
    path: id,
    apiVersion: apiVersions.stacks,
    what,
  })
  const view = readView(place, body)
  if (tagOf(view, operationTag) !== whatIfToken(operation)) return undefined
  const situation = situationOf(view.state)
  if (situation === 'busy')
    return { status: 'running', ...(retryAfterMs === undefined ? {} : { retryAfterMs }) }
  const short = resultOf(body)
  if (short.status !== 'done' || !short.result.changes.some(({ kind }) => kind === 'modify')) return short
  const location = operation.data['location']
  const answer =
    location === undefined
      ? await client.send({
          method: 'POST',
          path: `${id}/whatIf`,
          apiVersion: apiVersions.stacks,
          what,
          isRead: true,
        })
      : await poll(client, location, what)
  const isEmpty = textField(field(answer.body, 'properties'), 'provisioningState') === undefined
  return running(answer) ?? (isEmpty ? short : resultOf(answer.body))
}
