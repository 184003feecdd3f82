import type { ExpandedResource, NestedDeployment, Runtime } from '../../../template/arm/index.ts'
import type { Process } from '../../timeline.ts'
import { ArmError } from '../errors.ts'
import type { ErrorDetail } from '../errors.ts'
import { beginWrite } from '../resources/write.ts'
import type { DeploymentEngine } from './engine.ts'
import { laterFailure, nestedFailure, reasonOf, requestFailure } from './failure.ts'
import { ownedObject } from './json.ts'
import type { Deployment, OperationEntry } from './model.ts'
import { beginOperation, endOperation } from './operation-entries.ts'
import { needScope, placeOfScope } from './place.ts'
import { planNested } from './plan.ts'
import { reasonOfThrown } from './run.ts'

/** Deploys one resource of a deployment. Its result is the error that it failed with. */
export function* runResource(
  engine: DeploymentEngine,
  deployment: Deployment,
  resource: ExpandedResource,
  runtime: Runtime,
): Process<ErrorDetail | undefined> {
  const { world } = engine
  const entry = beginOperation(world, deployment, {
    kind: 'Create',
    id: resource.id,
    statusCode: 'Accepted',
    ...(resource.symbolicName === undefined ? {} : { symbolicName: resource.symbolicName }),
  })
  try {
    const work =
      resource.nested === undefined
        ? writeResource(engine, deployment, resource, runtime, entry)
        : runNested(engine, deployment, resource, resource.nested, runtime, entry)
    return yield* work
  } catch (error) {
    const why = reasonOfThrown(error)
    if (why === undefined) throw error
    const isText = error instanceof ArmError && engine.answersAsText(resource)
    const told = error instanceof ArmError ? requestFailure(error, isText) : why
    const status = error instanceof ArmError ? error.status : 400
    endOperation(world, entry, { statusCode: reasonOf(status), error: told })
    return told
  }
}

function* writeResource(
  engine: DeploymentEngine,
  deployment: Deployment,
  resource: ExpandedResource,
  runtime: Runtime,
  entry: OperationEntry,
): Process<ErrorDetail | undefined> {
  const { world } = engine
  const { id, apiVersion } = resource
  const body = ownedObject(resource.body(runtime))
  const { caller, stackId } = deployment.request
  world.guards.check({ id, operation: 'write', caller, stackId })
  const begun = beginWrite(world, { id, apiVersion, body })
  entry.statusCode = begun.done ? statusOf(begun.created) : 'Accepted'
  const error = yield* begun.finish
  if (error === undefined) {
    endOperation(world, entry, { statusCode: statusOf(begun.created) })
    return undefined
  }
  const failure = laterFailure(begun.resource.id, deployment.request.apiVersion, error.detail)
  endOperation(world, entry, { statusCode: 'Conflict', error: failure })
  return failure
}

function statusOf(created: boolean): string {
  return created ? 'Created' : 'OK'
}

function* runNested(
  engine: DeploymentEngine,
  deployment: Deployment,
  resource: ExpandedResource,
  nested: NestedDeployment,
  runtime: Runtime,
  entry: OperationEntry,
): Process<ErrorDetail | undefined> {
  const { world, book } = engine
  needScope(world, nested.scope)
  const { caller, correlationId, stackId } = deployment.request
  const request = {
    place: placeOfScope(nested.scope),
    name: nested.deploymentName,
    ...(nested.location === undefined ? {} : { location: nested.location }),
    mode: 'Incremental' as const,
    template: nested.template(runtime),
    parameters: nested.parameters(runtime),
    apiVersion: resource.apiVersion,
    caller,
    correlationId,
    ...(stackId === undefined ? {} : { stackId }),
  }
  book.needIdle(resource.id, nested.deploymentName)
  const child = engine.enter(request, planNested(world, nested, runtime))
  const gate = world.timeline.gate()
  const box: { error?: ErrorDetail | undefined } = {}
  engine.begin(child, (error) => {
    box.error = error
    gate.open()
  })
  yield { gate }
  if (box.error === undefined) {
    endOperation(world, entry, { statusCode: statusOf(child.isNew) })
    return undefined
  }
  const failure = nestedFailure(child.id, deployment.request.apiVersion, box.error)
  endOperation(world, entry, { statusCode: 'Conflict', error: failure })
  return failure
}
