import type { DeploymentPlan } from '../../deployments/plan.ts'
import { deploymentOf } from '../place.ts'
import { planDeployment } from '../../deployments/plan.ts'
import { keyOf } from '../../ids.ts'
import { factsOf } from '../../resources/types.ts'
import { parseResourceId } from '../../ids.ts'
import type { PropertyChange } from '../../what-if/property-change.ts'
import { isUnevaluated } from '../../what-if/payload.ts'
import type { ResourceChange } from '../../what-if/predict.ts'
import { predictResource } from '../../what-if/predict.ts'
import type { Stack } from '../model.ts'
import { denyStatusOf, type StackEngine } from '../run.ts'
import { actionFor } from '../unmanage.ts'
import type { ResultRequest, StackResourceChange } from './model.ts'

/** What deploying a stack would change: what its template says, and what it would let go of. Throws ArmError. */
export function predictStack(
  { deployments }: StackEngine,
  request: ResultRequest,
  stack: Stack | undefined,
): { changes: StackResourceChange[]; plan: DeploymentPlan } {
  const { world } = deployments
  const deployment = deploymentOf(world, request.stack, request.deploymentStackResourceId)
  const plan = planDeployment(world, deployment)
  const said = [...plan.resources, ...plan.inner].filter(({ nested }) => nested === undefined)
  const changes = [
    ...said.map((resource) =>
      changeOf(predictResource(deployments, deployment, resource, 'FullResourcePayloads'), request, stack),
    ),
    ...droppedOf(
      said.map(({ id }) => id),
      request,
      stack,
    ),
  ]
  const sorted = changes.toSorted((one, other) =>
    keyOf(one.change.resourceId) < keyOf(other.change.resourceId) ? -1 : 1,
  )
  return { changes: sorted, plan }
}

const kinds: Readonly<Record<string, string>> = {
  Create: 'create',
  Modify: 'modify',
  NoChange: 'noChange',
  Unsupported: 'unsupported',
}

function changeOf(
  change: ResourceChange,
  { stack: { settings } }: ResultRequest,
  stack: Stack | undefined,
): StackResourceChange {
  const id = change.resourceId
  const wasManaged = stack?.managed.some((each) => keyOf(each) === keyOf(id)) === true
  const { denySettings } = settings
  const status = denyStatusOf(id, denySettings)
  return {
    change,
    kind: kinds[change.changeType] ?? 'unsupported',
    certainty: isPotential(change.delta) ? 'potential' : 'definite',
    managed: { before: wasManaged ? 'managed' : 'notManaged', after: 'managed' },
    denied: {
      before: wasManaged ? denyStatusOf(id, stack?.denied) : 'none',
      // Recorded: what no deny assignment reaches is inapplicable here, and none on the stack.
      after: status === 'none' ? 'inapplicable' : status,
    },
  }
}

/** Only what the running cloud knows would differ. */
function isPotential(delta: readonly PropertyChange[] | undefined): boolean {
  const effective = (delta ?? []).filter(({ propertyChangeType }) => propertyChangeType !== 'NoEffect')
  return effective.length > 0 && effective.every(({ after }) => isUnevaluated(after))
}

function droppedOf(
  said: readonly string[],
  { stack: { settings } }: ResultRequest,
  stack: Stack | undefined,
): StackResourceChange[] {
  const kept = new Set(said.map((id) => keyOf(id)))
  return (stack?.managed ?? [])
    .filter((id) => !kept.has(keyOf(id)))
    .map((id) => {
      const kind = actionFor(id, settings.actionOnUnmanage)
      const type = factsOf(parseResourceId(id)?.type ?? '').type
      return {
        change: { resourceId: id, type, changeType: kind === 'delete' ? 'Delete' : 'NoChange' },
        kind,
        certainty: 'definite',
        managed: { before: 'managed', after: 'notManaged' },
        denied: { before: denyStatusOf(id, stack?.denied), after: 'none' },
      }
    })
}
