import { gatewayError } from '../errors.ts'
import { createFilter } from '../filter.ts'
import { listed } from '../paging.ts'
import type { ArmAnswer, ArmRequest } from '../wire.ts'
import type { DeploymentEngine } from './engine.ts'
import { ownedObject } from './json.ts'
import type { Deployment } from './model.ts'
import { isActive } from './model.ts'
import { operationBody, operationsList } from './operation-entries.ts'
import { deploymentId, placeOf } from './place.ts'
import { deploymentBody, exportedTemplate } from './render.ts'
import { typeName, waitSeconds } from './texts.ts'

/** The deployment that a path names, as it is, or as a stale read sees it. Throws 404 where there is none. */
export function needDeployment(engine: DeploymentEngine, request: ArmRequest): Deployment {
  const { world, book } = engine
  const name = request.params['name'] ?? ''
  const id = deploymentId(placeOf(world, request.params), name)
  const lagMs =
    request.method === 'GET' || request.method === 'HEAD' ? world.faults.lagOf(id, world.now()) : 0
  const found = lagMs > 0 ? book.at(id, world.now() - lagMs) : book.get(id)
  if (found === undefined) {
    throw gatewayError(404, 'DeploymentNotFound', `Deployment '${name}' could not be found.`)
  }
  return found
}

/** `GET …/deployments/N`; while it is at work, with how long to wait. */
export function getDeployment(engine: DeploymentEngine, request: ArmRequest): ArmAnswer {
  const deployment = needDeployment(engine, request)
  const headers = isActive(deployment) ? { 'retry-after': String(waitSeconds(engine.world, 15)) } : {}
  return { status: 200, headers, body: deploymentBody(deployment) }
}

/** `HEAD …/deployments/N`: 204 or 404. */
export function checkDeployment(engine: DeploymentEngine, request: ArmRequest): ArmAnswer {
  needDeployment(engine, request)
  return { status: 204 }
}

/** `GET …/deployments`: the newest first; `$filter=provisioningState eq 'Failed'`, `$top` a page. */
export function listDeployments(engine: DeploymentEngine, request: ArmRequest): ArmAnswer {
  const { prefix } = placeOf(engine.world, request.params)
  const bodies = engine.book.inScope(prefix).map((deployment) => deploymentBody(deployment))
  const keeps = createFilter(
    request.query.get('$filter')?.replace(/\bprovisioningState\b/gi, 'properties/provisioningState'),
  )
  return listed(
    request,
    bodies.filter((body) => keeps(body)),
  )
}

/** `GET …/deployments/N/operations`. */
export function listOperations(engine: DeploymentEngine, request: ArmRequest): ArmAnswer {
  return { status: 200, body: { value: operationsList(engine.world, needDeployment(engine, request)) } }
}

/** `GET …/deployments/N/operations/<id>`. */
export function getOperation(engine: DeploymentEngine, request: ArmRequest): ArmAnswer {
  const deployment = needDeployment(engine, request)
  const wanted = request.params['operationId'] ?? ''
  const entry = deployment.operations.find(
    ({ operationId }) => operationId.toLowerCase() === wanted.toLowerCase(),
  )
  if (entry === undefined) {
    throw gatewayError(
      404,
      'DeploymentOperationNotFound',
      `Deployment operation '${wanted}' could not be found.`,
    )
  }
  return { status: 200, body: operationBody(deployment, entry) }
}

/** `POST …/exportTemplate`: the template that the deployment was made of. */
export function exportDeployment(engine: DeploymentEngine, request: ArmRequest): ArmAnswer {
  const { template } = needDeployment(engine, request).request
  return { status: 200, body: { template: exportedTemplate(ownedObject(template), typeName) } }
}
