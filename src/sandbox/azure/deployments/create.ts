import { gatewayError } from '../errors.ts'
import type { ArmAnswer, ArmRequest } from '../wire.ts'
import type { DeploymentEngine } from './engine.ts'
import { factsOfPlan } from './facts.ts'
import type { Deployment, DeploymentRequest } from './model.ts'
import { isActive } from './model.ts'
import type { Place } from './place.ts'
import { deploymentId, placeOf } from './place.ts'
import { invalidFallback, planDeployment } from './plan.ts'
import { readDeploymentRequest } from './read-request.ts'
import { deploymentBody, statusBody, validatedBody } from './render.ts'

// What a recorded answer said.
const engineVersion = '1.24.0'

/** `POST …/validate`: how the deployment would look, and nothing happens. */
export function validateDeployment(engine: DeploymentEngine, request: ArmRequest): ArmAnswer {
  const { asked } = readAt(engine, request)
  const plan = planDeployment(engine.world, asked)
  const facts = { ...factsOfPlan(asked, plan), ...fallbackOf(engine, asked) }
  return { status: 200, body: validatedBody(asked, facts) }
}

/** `PUT …/deployments/N`: enters the deployment and lets it run. */
export function createDeployment(engine: DeploymentEngine, request: ArmRequest): ArmAnswer {
  const { world, book } = engine
  const { place, name, asked } = readAt(engine, request)
  book.needIdle(deploymentId(place, name), name)
  needSameLocation(book.get(deploymentId(place, name)), asked)
  const plan = planDeployment(world, asked)
  const fallback = fallbackOf(engine, asked)
  book.makeRoom(place.prefix, name)
  const deployment = engine.enter(asked, plan)
  Object.assign(deployment.facts, fallback)
  engine.begin(deployment)
  const status = world.operations.pollStatus(
    request,
    {
      path: `${place.urlPrefix}/providers/Microsoft.Resources/deployments/${name}/operationStatuses/${deployment.statusNumber}`,
      apiVersion: request.apiVersion,
      signed: false,
    },
    () => statusBody(deployment),
  )
  return {
    status: deployment.isNew ? 201 : 200,
    headers: { 'azure-asyncoperation': status, 'x-ms-deployment-engine-version': engineVersion },
    body: deploymentBody(deployment),
  }
}

/** Reads what a deployment's PUT, validate or whatIf asks for. */
export function readAt(
  engine: DeploymentEngine,
  request: ArmRequest,
): { place: Place; name: string; asked: DeploymentRequest } {
  const name = request.params['name'] ?? ''
  const place = placeOf(engine.world, request.params)
  return { place, name, asked: readDeploymentRequest(request, place, name) }
}

function needSameLocation(there: Deployment | undefined, asked: DeploymentRequest): void {
  const before = there?.request.location
  if (before === undefined || asked.location === undefined || before === asked.location) return
  throw gatewayError(
    409,
    'InvalidDeploymentLocation',
    `Invalid deployment location '${asked.location}'. The deployment '${asked.name}' already exists in location '${before}'.`,
  )
}

/** The deployment to fall back on, named already in the first answer. */
function fallbackOf(
  { book }: DeploymentEngine,
  { onError, place, name }: DeploymentRequest,
): { onErrorDeployment?: { type: string; deploymentName: string } } {
  if (onError === undefined) return {}
  const { type, deploymentName } = onError
  if (type.toLowerCase() === 'specificdeployment') {
    const found = deploymentName === undefined ? undefined : book.get(deploymentId(place, deploymentName))
    if (found === undefined || isActive(found)) throw invalidFallback(deploymentName ?? '')
    return { onErrorDeployment: { type: 'SpecificDeployment', deploymentName: found.request.name } }
  }
  const last = book
    .inScope(place.prefix)
    .find(({ progress, request }) => progress.state === 'Succeeded' && request.name !== name)
  if (last === undefined) throw invalidFallback(undefined)
  return { onErrorDeployment: { type: 'LastSuccessful', deploymentName: last.request.name } }
}
