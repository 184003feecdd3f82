import { ArmEvaluationError } from '../../../template/arm/index.ts'
import { walk } from '../../aws/cloudformation/operations/walk.ts'
import type { Process } from '../../timeline.ts'
import { ArmError } from '../errors.ts'
import type { ErrorDetail } from '../errors.ts'
import type { JsonObject } from '../json.ts'
import { keyOf } from '../ids.ts'
import type { DeploymentEngine } from './engine.ts'
import { deploymentFailure } from './failure.ts'
import { owned } from './json.ts'
import type { Deployment } from './model.ts'
import { isActive, moveTo } from './model.ts'
import { beginOperation, endOperation } from './operation-entries.ts'
import { deployedOf } from './plan.ts'
import { removeUnsaid } from './complete-mode.ts'
import { runResource } from './run-resource.ts'
import { createRuntime } from './runtime.ts'
import { afterOf } from './order.ts'
import { lowerFirst, typeName } from './texts.ts'

// What a deployment without resources takes: 1 to 5 seconds in recordings.
const acceptedMs = 700
const settlingMs = 1000

/**
 * The course of a deployment:
 *
 *   Accepted ──0.7 s──▶ Running ──resources──▶ 1 s ──▶ Succeeded
 *                                    └──failed──▶ 1 s ──▶ Failed
 *
 * Its result is the error it failed with. A canceled one changes nothing more.
 */
export function* runDeployment(
  engine: DeploymentEngine,
  deployment: Deployment,
): Process<ErrorDetail | undefined> {
  const { world } = engine
  yield world.pause(acceptedMs)
  if (deployment.stopped) return canceled
  moveTo(deployment, { state: 'Running', changedAtMs: world.now() })
  const failures = yield* deployResources(engine, deployment)
  if (failures.length === 0 && deployment.request.mode === 'Complete') {
    failures.push(...(yield* removeUnsaid(world, deployment)))
  }
  const outputs = failures.length > 0 || deployment.stopped ? undefined : workOutputsOut(engine, deployment)
  if (outputs !== undefined && 'error' in outputs) failures.push(outputs.error)
  yield world.pause(settlingMs)
  if (!isActive(deployment) || deployment.stopped) return canceled
  const { id, request } = deployment
  if (failures.length > 0) {
    const error = deploymentFailure(id, request.apiVersion, failures)
    moveTo(deployment, { state: 'Failed', changedAtMs: world.now(), error })
    engine.failed(deployment)
    return error
  }
  moveTo(deployment, {
    state: 'Succeeded',
    changedAtMs: world.now(),
    ...(outputs === undefined || 'error' in outputs ? {} : outputs),
    outputResources: outputResourcesOf(engine, deployment),
  })
  return undefined
}

const canceled: ErrorDetail = { code: 'DeploymentCanceled', message: 'The deployment was canceled.' }

function* deployResources(engine: DeploymentEngine, deployment: Deployment): Process<ErrorDetail[]> {
  const resources = deployedOf(deployment.expansion)
  const runtime = createRuntime(engine.world, engine.book, deployment)
  const failures = new Map<string, ErrorDetail>()
  const after = afterOf(resources)
  yield* walk(
    engine.world.timeline,
    resources.map((resource) => ({
      id: keyOf(resource.id),
      after: after.get(keyOf(resource.id)) ?? [],
      *run() {
        if (deployment.stopped) return false
        const failure = yield* runResource(engine, deployment, resource, runtime)
        if (failure !== undefined) failures.set(keyOf(resource.id), failure)
        return failure === undefined
      },
    })),
    { onFailure: 'continue' },
  )
  // In the template's order, however they ended.
  return resources.flatMap(({ id }) => failures.get(keyOf(id)) ?? [])
}

function workOutputsOut(
  engine: DeploymentEngine,
  deployment: Deployment,
): { outputs: JsonObject } | { error: ErrorDetail } | undefined {
  const { expansion, request } = deployment
  if (!Object.keys(request.template).some((key) => key.toLowerCase() === 'outputs')) return undefined
  const { world } = engine
  const entry = beginOperation(world, deployment, { kind: 'EvaluateDeploymentOutput', statusCode: 'OK' })
  try {
    const worked = expansion.outputs(createRuntime(world, engine.book, deployment))
    const outputs = Object.fromEntries(
      Object.entries(worked).map(([name, { type, secure, value }]) => {
        const shown: JsonObject = { type: typeName(type) }
        if (value !== undefined && !secure) shown['value'] = owned(value)
        return [lowerFirst(name), shown]
      }),
    )
    endOperation(world, entry, { statusCode: 'OK' })
    return { outputs }
  } catch (error) {
    const why = reasonOfThrown(error)
    if (why === undefined) throw error
    const failure: ErrorDetail = {
      code: 'DeploymentOutputEvaluationFailed',
      message:
        'Unable to evaluate template outputs. Please see error details and deployment operations. Please see https://aka.ms/arm-common-errors for usage details.',
      details: [why],
    }
    // Recorded: a failed deployment has no entry for its outputs.
    deployment.operations.splice(deployment.operations.indexOf(entry), 1)
    return { error: failure }
  }
}

/** What the evaluator or the cloud threw, as an error of ARM's; undefined for a defect. */
export function reasonOfThrown(error: unknown): ErrorDetail | undefined {
  if (error instanceof ArmError) return error.detail
  if (!(error instanceof ArmEvaluationError)) return undefined
  const sentence = `${error.message.charAt(0).toUpperCase()}${error.message.slice(1)}`
  return {
    code: 'InvalidTemplate',
    message: `Unable to process template language expressions: '${sentence}.'`,
  }
}

/** Ids of all that was deployed, sorted; nested deployments are told by what they deployed. */
export function outputResourcesOf(engine: DeploymentEngine, deployment: Deployment): string[] {
  const ids = deployedOf(deployment.expansion).flatMap(({ id, nested }) => {
    if (nested === undefined) return [engine.world.graph.get(id)?.id ?? id]
    const inner = engine.book.get(id)
    return inner === undefined ? [] : (inner.progress.outputResources ?? outputResourcesOf(engine, inner))
  })
  return [...new Set(ids)].toSorted((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1))
}
