import type { ExpandedResource } from '../../../template/arm/index.ts'
import type { Process } from '../../timeline.ts'
import type { ErrorDetail } from '../errors.ts'
import { keyOf } from '../ids.ts'
import type { World } from '../world.ts'
import type { DeploymentBook } from './book.ts'
import { createDeploymentBook } from './book.ts'
import { factsOfPlan } from './facts.ts'
import type { Deployment, DeploymentFacts, DeploymentRequest } from './model.ts'
import { deploymentId } from './place.ts'
import type { DeploymentPlan } from './plan.ts'
import { runDeployment } from './run.ts'
import { statusNumber } from './texts.ts'

/** What deploys: the book of deployments, and the means to enter one there and let it run. */
export interface DeploymentEngine {
  world: World
  book: DeploymentBook
  /** Enters a planned deployment under its name, Accepted. It does not run yet. */
  enter(request: DeploymentRequest, plan: DeploymentPlan): Deployment
  /** Lets it run; `ended` is told how. */
  begin(deployment: Deployment, ended?: (error: ErrorDetail | undefined) => void): void
  /** A deployment failed: what it falls back on is deployed again. */
  failed(deployment: Deployment): void
  /** Whether a provider's refusal of this resource is not in ARM's form. */
  answersAsText(resource: Pick<ExpandedResource, 'id' | 'type'>): boolean
  /** Resources, or types of them, whose provider answers in a form of its own. */
  textAnswers: Set<string>
}

/** An engine over a world, with an empty book. */
export function createDeploymentEngine(world: World): DeploymentEngine {
  const book = createDeploymentBook(world)
  const engine: DeploymentEngine = {
    world,
    book,
    textAnswers: new Set(),
    enter(request, plan) {
      const deployment = newDeployment(engine, request, plan, factsOfPlan(request, plan))
      book.add(deployment)
      return deployment
    },
    begin(deployment, ended) {
      world.timeline.start(reporting(engine, deployment, ended))
    },
    failed(deployment) {
      const name = deployment.facts.onErrorDeployment?.['deploymentName']
      if (typeof name !== 'string') return
      const fallback = book.get(deploymentId(deployment.request.place, name))
      if (fallback === undefined) return
      const { request, expansion, facts } = fallback
      const { onError: _onError, ...again } = request
      const repeated = newDeployment(
        engine,
        { ...again, correlationId: deployment.request.correlationId },
        { expansion, resources: [], inner: [], skipped: [] },
        facts,
      )
      book.add(repeated)
      engine.begin(repeated)
    },
    answersAsText: ({ id, type }) =>
      engine.textAnswers.has(keyOf(id)) || engine.textAnswers.has(type.toLowerCase()),
  }
  world.onClear(() => engine.textAnswers.clear())
  return engine
}

function* reporting(
  engine: DeploymentEngine,
  deployment: Deployment,
  ended?: (error: ErrorDetail | undefined) => void,
): Process {
  const error = yield* runDeployment(engine, deployment)
  ended?.(error)
}

function newDeployment(
  { world, book }: DeploymentEngine,
  request: DeploymentRequest,
  { expansion }: DeploymentPlan,
  facts: DeploymentFacts,
): Deployment {
  const id = deploymentId(request.place, request.name)
  const previous = book.get(id)
  // One run back is enough for a stale read.
  if (previous !== undefined) delete previous.previous
  const nowMs = world.now()
  const progress = { state: 'Accepted', changedAtMs: nowMs }
  return {
    id: previous?.id ?? id,
    request,
    expansion,
    facts,
    createdAtMs: nowMs,
    isNew: previous === undefined,
    statusNumber: statusNumber(nowMs, book.nextOrder()),
    progress,
    history: [progress],
    operations: [],
    stopped: false,
    ...(previous === undefined ? {} : { previous }),
  }
}
