import { releaseLive } from '../resources/cloud.ts'
import type { Process } from '../../../timeline.ts'
import { newResource } from './create-resource.ts'
import { START_MS, settleOutputs } from './create-stack.ts'
import { type Deployment, lookupOf, reasonOf } from './deployment.ts'
import { importResource } from './import-resource.ts'
import { endOperation, failedTo, resourceStatus, stackStatus } from './run.ts'

/** Imports what a set names; the stack is IMPORT_IN_PROGRESS when it begins. */
export function* importStack(run: Deployment): Process<boolean> {
  const { world, stack, blueprint } = run
  yield world.pause(START_MS)
  const failed: string[] = []
  for (const [logicalId, physicalId] of run.imports ?? []) {
    const declaration = blueprint.resources.get(logicalId)
    if (declaration === undefined) continue
    const resource = newResource(run, logicalId, declaration)
    resource.status = 'IMPORT_IN_PROGRESS'
    stack.resources.set(logicalId, resource)
    try {
      resource.properties = blueprint.properties(logicalId, lookupOf(world, stack))
    } catch (error) {
      resourceStatus(run, resource, 'IMPORT_FAILED', { reason: reasonOf(error) })
      failed.push(logicalId)
      break
    }
    const good = yield* importResource(run, resource, physicalId)
    if (good) continue
    failed.push(logicalId)
    break
  }
  const problem = failed.length > 0 ? failedTo('import', failed) : settleOutputs(run)
  if (problem !== undefined) {
    yield* rollbackImport(run, problem)
    return false
  }
  delete stack.previous
  stackStatus(run, 'IMPORT_COMPLETE')
  endOperation(run, 'succeeded')
  return true
}

/** Lets go of everything that was taken over. */
function* rollbackImport(run: Deployment, reason: string): Process {
  const { world, stack } = run
  stackStatus(run, 'IMPORT_ROLLBACK_IN_PROGRESS', reason)
  yield world.pause(START_MS)
  const failed: string[] = []
  for (const logicalId of run.imports?.keys() ?? []) {
    const resource = stack.resources.get(logicalId)
    if (resource === undefined) continue
    resourceStatus(run, resource, 'IMPORT_ROLLBACK_IN_PROGRESS')
    yield world.pause(1000)
    const fault = world.faults.failure(stack, logicalId, 'rollback')
    if (fault !== undefined) {
      resourceStatus(run, resource, 'IMPORT_ROLLBACK_FAILED', { reason: fault })
      failed.push(logicalId)
      continue
    }
    releaseLive(world.place(stack), resource.type, resource.physicalId)
    resourceStatus(run, resource, 'IMPORT_ROLLBACK_COMPLETE')
    stack.resources.delete(logicalId)
  }
  if (stack.previous !== undefined) {
    const { outputs, ...configuration } = stack.previous
    stack.configuration = configuration
    stack.outputs = outputs
    delete stack.previous
  }
  stackStatus(
    run,
    failed.length > 0 ? 'IMPORT_ROLLBACK_FAILED' : 'IMPORT_ROLLBACK_COMPLETE',
    failed.length > 0 ? failedTo('import', failed) : undefined,
  )
  endOperation(run, 'failed')
}
