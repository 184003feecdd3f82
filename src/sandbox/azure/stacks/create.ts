import type { JsonObject } from '../json.ts'
import { placeOf } from '../deployments/place.ts'
import { planDeployment } from '../deployments/plan.ts'
import { waitSeconds } from '../deployments/texts.ts'
import type { Process } from '../../timeline.ts'
import { ArmError, detailJson } from '../errors.ts'
import { jobName } from '../operations.ts'
import type { ArmAnswer, ArmRequest } from '../wire.ts'
import { needInSync, needTerminal } from './book.ts'
import type { Stack, StackOperation, StackRequest } from './model.ts'
import { emptyLists } from './model.ts'
import { deploymentOf, operationsPath, stackId } from './place.ts'
import { readStackRequest } from './read-request.ts'
import { stackBody, validatedStackBody } from './render.ts'
import type { StackEngine } from './run.ts'
import { runStack } from './run.ts'

/** `PUT …/deploymentStacks/N`: the stack, initializing, and the url of its operation. */
export function createStack(engine: StackEngine, request: ArmRequest): ArmAnswer {
  const { world } = engine.deployments
  const asked = readAt(engine, request)
  const id = stackId(asked.place, asked.name)
  const before = engine.book.get(id)
  if (before !== undefined) {
    needTerminal(before, 'deployed')
    needInSync(before, asked.settings.bypassStackOutOfSyncError)
  }
  const deployment = deploymentOf(world, asked, before?.id ?? id)
  const plan = planDeployment(world, deployment)
  const operation = newOperation(engine, asked, 'initializing')
  const stack: Stack = {
    id: before?.id ?? id,
    request: asked,
    createdAtMs: before?.createdAtMs ?? world.now(),
    createdBy: before?.createdBy ?? asked.caller,
    modifiedAtMs: world.now(),
    state: 'initializing',
    managed: before?.managed ?? [],
    lists: emptyLists(),
    denied: before?.denied ?? { mode: 'none', applyToChildScopes: false },
    operation,
    outOfSync: before?.outOfSync ?? false,
    stopped: false,
  }
  engine.book.put(stack)
  world.timeline.start(runStack(engine, stack, deployment, plan))
  return {
    status: before === undefined ? 201 : 200,
    headers: { 'azure-asyncoperation': operationUrl(engine, request, operation) },
    body: stackBody(stack, request.apiVersion),
  }
}

/** Reads a stack's PUT or validate. */
export function readAt(engine: StackEngine, request: ArmRequest): StackRequest {
  const place = placeOf(engine.deployments.world, request.params)
  return readStackRequest(request, place, request.params['name'] ?? '')
}

/** A new operation on a stack. */
export function newOperation(
  engine: StackEngine,
  asked: Pick<StackRequest, 'place' | 'location'>,
  state: string,
): StackOperation {
  const { world } = engine.deployments
  const name = world.random.uuid()
  return { id: `${operationsPath(world, asked)}/deploymentStackOperationStatus/${name}`, name, state }
}

/** The signed url that answers an operation's state. */
export function operationUrl(
  engine: StackEngine,
  request: ArmRequest,
  operation: StackOperation,
  query?: string,
): string {
  return engine.deployments.world.operations.pollStatus(
    request,
    {
      path: operation.id,
      apiVersion: request.apiVersion,
      signed: true,
      ...(query === undefined ? {} : { query }),
    },
    () => operationBody(operation),
  )
}

function operationBody({ id, name, state, error }: StackOperation): JsonObject {
  return { id, name, status: state, ...(error === undefined ? {} : { error: detailJson(error) }) }
}

// Recorded: the first poll is too early, the one 15 seconds later is not.
const validatingMs = 8000

/** `POST …/validate`: 202, and the verdict, a 400 too, at a later poll. */
export function validateStack(engine: StackEngine, request: ArmRequest): ArmAnswer {
  const { world } = engine.deployments
  const asked = readAt(engine, request)
  const box: { answer?: ArmAnswer } = {}
  world.timeline.start(validating(engine, asked, box))
  const path = operationsPath(world, asked)
  const job = jobName(
    `PreflightStackJob:${world.random.uuid().replaceAll('-', ':2D')}`,
    path.split('/').at(-1) ?? 'westus',
  )
  const url = world.operations.followLocation(
    request,
    { path: `${path}/deploymentStackOperationResults/${job}`, apiVersion: request.apiVersion, signed: true },
    // A poll before the end says 202 and nothing else: the first url stays.
    () => box.answer ?? { status: 202 },
  )
  return { status: 202, headers: { location: url, 'retry-after': String(waitSeconds(world, 15)) } }
}

function* validating(
  { deployments: { world } }: StackEngine,
  asked: StackRequest,
  box: { answer?: ArmAnswer },
): Process {
  yield world.pause(validatingMs)
  const id = stackId(asked.place, asked.name)
  try {
    const plan = planDeployment(world, deploymentOf(world, asked, id))
    const validated = [...plan.resources, ...plan.inner].filter(({ nested }) => nested === undefined)
    const body = validatedStackBody(
      asked,
      id,
      validated.map((resource) => resource.id),
    )
    box.answer = { status: 200, body }
  } catch (error) {
    if (!(error instanceof ArmError)) throw error
    box.answer = { status: error.status, body: { error: detailJson(error.detail), properties: {} } }
  }
}
