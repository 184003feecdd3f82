import { placeOf } from '../../deployments/place.ts'
import type { Place } from '../../deployments/place.ts'
import { waitSeconds } from '../../deployments/texts.ts'
import type { Process } from '../../../timeline.ts'
import { ArmError, gatewayError } from '../../errors.ts'
import { isBelow, keyOf } from '../../ids.ts'
import { member, textMember } from '../../json.ts'
import { jobName } from '../../operations.ts'
import type { ArmAnswer, ArmRequest } from '../../wire.ts'
import { newOperation, operationUrl } from '../create.ts'
import { operationsPath } from '../place.ts'
import { readStackRequest } from '../read-request.ts'
import type { StackEngine } from '../run.ts'
import type { ResultRequest, WhatIfResult } from './model.ts'
import { predictStack } from './predict.ts'
import { resultBody } from './render.ts'

/** The what-ifs of stacks that there are, by id. */
export type WhatIfResults = Map<string, WhatIfResult>

/** No results at first; they go with their resource group. */
export function createWhatIfResults({ deployments: { world } }: StackEngine): WhatIfResults {
  const results: WhatIfResults = new Map()
  world.onRemoved((removed) => {
    for (const [key, { id }] of results) if (isBelow(id, removed)) results.delete(key)
  })
  world.onClear(() => results.clear())
  return results
}

function resultId(place: Place, name: string): string {
  return `${place.prefix}/providers/Microsoft.Resources/deploymentStacksWhatIfResults/${name}`
}

const initializingMs = 2000
const predictingMs = 18_000

/** `PUT …/deploymentStacksWhatIfResults/N`. */
export function putResult(engine: StackEngine, results: WhatIfResults, request: ArmRequest): ArmAnswer {
  const { world } = engine.deployments
  const asked = readResultRequest(engine, request)
  const id = resultId(asked.stack.place, asked.stack.name)
  const before = results.get(keyOf(id))
  if (before !== undefined && !/^(succeeded|failed|canceled)$/.test(before.state)) {
    throw gatewayError(
      409,
      'DeploymentStackWhatIfResultInNonTerminalState',
      `The deployment stack what-if result '${id}' is already in a non-terminal state '${before.state}'.`,
    )
  }
  const operation = newOperation(engine, asked.stack, 'initializing')
  const result: WhatIfResult = {
    id,
    request: asked,
    state: 'initializing',
    operation,
    stackModifiedAtMs: engine.book.get(asked.deploymentStackResourceId)?.modifiedAtMs,
  }
  results.set(keyOf(id), result)
  world.timeline.start(predicting(engine, results, result))
  return {
    status: before === undefined ? 201 : 200,
    headers: {
      'azure-asyncoperation': operationUrl(engine, request, operation),
      'retry-after': String(waitSeconds(world, 17)),
    },
    body: resultBody(result, engine.book.get(asked.deploymentStackResourceId), false),
  }
}

function readResultRequest(engine: StackEngine, request: ArmRequest): ResultRequest {
  const place = placeOf(engine.deployments.world, request.params)
  const stack = readStackRequest(request, place, request.params['name'] ?? '')
  const properties = member(request.body, 'properties')
  const deploymentStackResourceId = textMember(properties, 'deploymentStackResourceId')
  if (deploymentStackResourceId === undefined) {
    throw gatewayError(
      400,
      'InvalidRequestContent',
      `The request content was invalid and could not be deserialized: 'properties.deploymentStackResourceId' is required.`,
    )
  }
  const retentionInterval = textMember(properties, 'retentionInterval') ?? 'P1D'
  return { stack, deploymentStackResourceId, retentionInterval }
}

function* predicting(engine: StackEngine, results: WhatIfResults, result: WhatIfResult): Process {
  const { world } = engine.deployments
  yield world.pause(initializingMs)
  move(result, 'validating')
  yield world.pause(predictingMs)
  try {
    const stack = engine.book.get(result.request.deploymentStackResourceId)
    const { changes, plan } = predictStack(engine, result.request, stack)
    Object.assign(result, { changes, skipped: plan.skipped })
    move(result, 'succeeded')
  } catch (error) {
    if (!(error instanceof ArmError)) throw error
    result.error = error.detail
    result.operation.error = error.detail
    move(result, 'failed')
  }
  yield world.pause(retentionMs(result.request.retentionInterval))
  if (results.get(keyOf(result.id)) === result) results.delete(keyOf(result.id))
}

function move(result: WhatIfResult, state: string): void {
  result.state = state
  result.operation.state = state
}

const dayMs = 24 * 3_600_000

/** `P1D`, `PT2H30M`: how long a result stays; a day where it is no such text. */
function retentionMs(interval: string): number {
  const [, days, hours, minutes] = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?$/i.exec(interval) ?? []
  const ms = Number(days ?? 0) * dayMs + Number(hours ?? 0) * 3_600_000 + Number(minutes ?? 0) * 60_000
  return ms > 0 ? ms : dayMs
}

function needResult(engine: StackEngine, results: WhatIfResults, request: ArmRequest): WhatIfResult {
  const id = resultId(placeOf(engine.deployments.world, request.params), request.params['name'] ?? '')
  const found = results.get(keyOf(id))
  if (found === undefined) {
    throw gatewayError(
      404,
      'DeploymentStackWhatIfResourceNotFound',
      `The deployment stack what-if result '${id}' could not be found.`,
    )
  }
  return found
}

/** `GET …/deploymentStacksWhatIfResults/N`. */
export function getResult(engine: StackEngine, results: WhatIfResults, request: ArmRequest): ArmAnswer {
  const result = needResult(engine, results, request)
  const stack = engine.book.get(result.request.deploymentStackResourceId)
  return { status: 200, body: resultBody(result, stack, false) }
}

/** `GET …/deploymentStacksWhatIfResults`. */
export function listResults(engine: StackEngine, results: WhatIfResults, request: ArmRequest): ArmAnswer {
  const { prefix } = placeOf(engine.deployments.world, request.params)
  const value = [...results.values()]
    .filter(({ request: { stack } }) => keyOf(stack.place.prefix) === keyOf(prefix))
    .map((result) => resultBody(result, engine.book.get(result.request.deploymentStackResourceId), false))
  return { status: 200, body: { value } }
}

/** `POST …/deploymentStacksWhatIfResults/N/whatIf`: the same with each resource's properties, at the poll. */
export function configureResult(engine: StackEngine, results: WhatIfResults, request: ArmRequest): ArmAnswer {
  const { world } = engine.deployments
  const result = needResult(engine, results, request)
  const box: { answer?: ArmAnswer } = {}
  world.timeline.start(
    (function* (): Process {
      yield world.pause(initializingMs)
      const stack = engine.book.get(result.request.deploymentStackResourceId)
      box.answer = { status: 200, body: resultBody(result, stack, true) }
    })(),
  )
  const path = operationsPath(world, result.request.stack)
  const job = jobName(
    `WhatIfStackJob:${world.random.uuid().replaceAll('-', ':2D')}`,
    path.split('/').at(-1) ?? '',
  )
  const url = world.operations.followLocation(
    request,
    { path: `${path}/deploymentStackOperationResults/${job}`, apiVersion: request.apiVersion, signed: true },
    () => box.answer ?? { status: 202 },
  )
  return { status: 202, headers: { location: url, 'retry-after': String(waitSeconds(world, 15)) } }
}

/** `DELETE …/deploymentStacksWhatIfResults/N`: at once; 204 where there is none. */
export function deleteResult(engine: StackEngine, results: WhatIfResults, request: ArmRequest): ArmAnswer {
  const id = resultId(placeOf(engine.deployments.world, request.params), request.params['name'] ?? '')
  return { status: results.delete(keyOf(id)) ? 200 : 204 }
}
