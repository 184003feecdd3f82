import { placeOf } from '../deployments/place.ts'
import type { Process } from '../../timeline.ts'
import { gatewayError } from '../errors.ts'
import { keyOf } from '../ids.ts'
import type { ArmAnswer, ArmRequest } from '../wire.ts'
import { needInSync, needTerminal } from './book.ts'
import { newOperation, operationUrl } from './create.ts'
import type { Stack, StackSettings, UnmanageAction } from './model.ts'
import { emptyLists } from './model.ts'
import { stackId } from './place.ts'
import type { StackEngine } from './run.ts'
import { deleteResourcesFailed, endFailed, enter, managedResources } from './run.ts'
import { letGo } from './unmanage.ts'

const deletingMs = 2000

/** `DELETE …/deploymentStacks/N`: at once where all is detached, else over time; 204 where there is none. */
export function deleteStack(engine: StackEngine, request: ArmRequest): ArmAnswer {
  const { world } = engine.deployments
  const place = placeOf(world, request.params)
  const stack = engine.book.get(stackId(place, request.params['name'] ?? ''))
  if (stack === undefined) return { status: 204 }
  needTerminal(stack, 'deleted')
  needInSync(stack, request.query.get('bypassStackOutOfSyncError')?.toLowerCase() === 'true')
  const actions = unmanageActions(request)
  if (Object.values(actions).every((action) => action === 'detach')) {
    stack.denied = { mode: 'none', applyToChildScopes: false }
    engine.book.remove(stack.id)
    return { status: 200 }
  }
  const operation = newOperation(engine, stack.request, 'deleting')
  stack.operation = operation
  stack.lists = emptyLists()
  delete stack.error
  enter(engine, stack, 'deleting')
  world.timeline.start(deleting(engine, stack, actions))
  const query = request.query.text
    .split('&')
    .filter((pair) => pair !== '' && !/^api-version=/i.test(pair))
    .join('&')
  return {
    status: 202,
    headers: { 'azure-asyncoperation': operationUrl(engine, request, operation, query) },
  }
}

function* deleting(engine: StackEngine, stack: Stack, actions: StackSettings['actionOnUnmanage']): Process {
  const { world } = engine.deployments
  const startedAtMs = world.now()
  yield world.pause(deletingMs)
  enter(engine, stack, 'deletingResources')
  stack.denied = { mode: 'none', applyToChildScopes: false }
  const { failed, detached, deleted } = yield* letGo(world, stack.managed, actions, {
    caller: stack.request.caller,
    stackId: stack.id,
  })
  if (stack.stopped && failed.length === 0) {
    // Its own group went with it.
    stack.operation.state = 'succeeded'
    return
  }
  if (failed.length === 0) {
    stack.operation.state = 'succeeded'
    engine.book.remove(stack.id)
    return
  }
  const kept = new Set(failed.map(({ id }) => keyOf(id)))
  stack.managed = stack.managed.filter((id) => kept.has(keyOf(id)))
  stack.lists = {
    resources: managedResources(stack.managed, stack.denied).map((resource) => ({
      ...resource,
      status: 'deleteFailed',
    })),
    detachedResources: detached,
    deletedResources: deleted,
    failedResources: failed,
  }
  stack.durationMs = world.now() - startedAtMs
  endFailed(engine, stack, [deleteResourcesFailed], 'deletion')
}

function unmanageActions(request: ArmRequest): StackSettings['actionOnUnmanage'] {
  const actionOf = (name: string): UnmanageAction => {
    const text = request.query.get(`unmanageAction.${name}`) ?? 'detach'
    if (/^delete$/i.test(text)) return 'delete'
    if (/^detach$/i.test(text)) return 'detach'
    throw gatewayError(
      400,
      'InvalidUnmanageAction',
      `The query parameter 'unmanageAction.${name}' is '${text}'; it may be 'delete' or 'detach'.`,
    )
  }
  return {
    resources: actionOf('Resources'),
    resourceGroups: actionOf('ResourceGroups'),
    managementGroups: actionOf('ManagementGroups'),
  }
}
