import type { Process } from '../../timeline.ts'
import { gatewayError } from '../errors.ts'
import { jobName } from '../operations.ts'
import type { ArmAnswer, ArmRequest } from '../wire.ts'
import type { DeploymentEngine } from './engine.ts'
import { needDeployment } from './look.ts'
import type { Deployment } from './model.ts'
import { isActive, moveTo } from './model.ts'
import { deploymentId, placeOf, resultsPath } from './place.ts'
import { deployedOf } from './plan.ts'
import { waitSeconds } from './texts.ts'

const cancelingMs = 1000
const deletingMs = 1500

/** `POST …/cancel`: 204, and a second later it is Canceled. */
export function cancelDeployment(engine: DeploymentEngine, request: ArmRequest): ArmAnswer {
  const deployment = needDeployment(engine, request)
  if (!isActive(deployment)) {
    throw gatewayError(
      409,
      'DeploymentCannotBeCancelled',
      `The deployment '${deployment.request.name}' cannot be cancelled because it is not active: its provisioning state is '${deployment.progress.state}'.`,
    )
  }
  stopDeployment(engine, deployment)
  return { status: 204 }
}

/** Lets nothing more begin, in the deployment and in those nested in it; a second later it is Canceled. */
export function stopDeployment(engine: DeploymentEngine, deployment: Deployment): void {
  deployment.stopped = true
  engine.world.timeline.start(canceling(engine, deployment))
  for (const { id, nested } of deployedOf(deployment.expansion)) {
    const inner = nested === undefined ? undefined : engine.book.get(id)
    if (inner !== undefined && isActive(inner)) stopDeployment(engine, inner)
  }
}

function* canceling({ world }: DeploymentEngine, deployment: Deployment): Process {
  yield world.pause(cancelingMs)
  if (isActive(deployment)) moveTo(deployment, { state: 'Canceled', changedAtMs: world.now() })
}

/** `DELETE …/deployments/N`: 204 when it is not there, else 202 and a poll; what it deployed stays. */
export function deleteDeployment(engine: DeploymentEngine, request: ArmRequest): ArmAnswer {
  const { world, book } = engine
  const place = placeOf(world, request.params)
  const name = request.params['name'] ?? ''
  const there = book.get(deploymentId(place, name))
  if (there === undefined) return { status: 204 }
  book.needIdle(there.id, there.request.name)
  const retryAfterSeconds = waitSeconds(world, 15)
  const location = place.scope.kind === 'resourceGroup' ? 'westus' : (there.request.location ?? 'westus')
  const gone = { value: false }
  world.timeline.start(deleting(engine, there, gone))
  const job = jobName(
    `DEPLOYMENTDELETIONJOB-${name.toUpperCase()}-${world.random.uuid().toUpperCase()}`,
    location,
  )
  const url = world.operations.followLocation(
    request,
    {
      path: `${resultsPath(place)}/${job}`,
      apiVersion: request.apiVersion,
      signed: false,
      retryAfterSeconds,
    },
    () => (gone.value ? { status: 204 } : undefined),
  )
  return { status: 202, headers: { location: url, 'retry-after': String(retryAfterSeconds) } }
}

function* deleting(
  { world, book }: DeploymentEngine,
  deployment: Deployment,
  gone: { value: boolean },
): Process {
  yield world.pause(deletingMs)
  // Somebody may have deployed the name again meanwhile.
  if (book.get(deployment.id) === deployment) book.remove(deployment.id)
  gone.value = true
}
