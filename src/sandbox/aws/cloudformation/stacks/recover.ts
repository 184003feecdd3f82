import { ApiError, validationError } from '../errors.ts'
import { type Input, flag, requiredText, texts, tokenOf } from '../input.ts'
import type { Stack } from '../model.ts'
import { START_MS } from '../operations/create-stack.ts'
import { rollbackUpdate } from '../operations/rollback-update.ts'
import { beginOperation, endOperation, stackStatus } from '../operations/run.ts'
import { carry, startDelete } from '../operations/start.ts'
import { signal } from '../resources/signals.ts'
import type { Process } from '../../../timeline.ts'
import type { Call } from '../world.ts'
import { livingStackOf, noStack } from './lookup.ts'
import { roleOf } from './settings.ts'

/** CancelUpdateStack: the update in flight fails, and is taken back. */
export function cancelUpdateStack(call: Call, input: Input): Record<string, unknown> {
  const stack = livingStackOf(call, input, noStack)
  const { operation } = stack
  if (stack.status !== 'UPDATE_IN_PROGRESS' || operation === undefined)
    throw validationError('CancelUpdateStack cannot be called from current stack status')
  const token = tokenOf(input)
  if (token !== undefined) operation.token = token
  if (operation.interrupt === undefined) operation.cancelled = 'User Initiated'
  else operation.interrupt('User Initiated')
  return {}
}

/** ContinueUpdateRollback: a rollback that failed goes on. */
export function continueUpdateRollback(call: Call, input: Input): Record<string, unknown> {
  const { world, place } = call
  const stack = livingStackOf(call, input, noStack)
  const token = tokenOf(input)
  if (known(stack, token, 'CONTINUE_ROLLBACK')) return {}
  const role = roleOf(place, input)
  const skip = texts(input, 'ResourcesToSkip') ?? []
  if (stack.status !== 'UPDATE_ROLLBACK_FAILED' || stack.unfinished === undefined)
    throw validationError(
      `Stack:${stack.id} is in ${stack.status} state and can not continue update rollback.`,
    )
  for (const logicalId of skip) checkSkippable(stack, logicalId)
  if (role !== undefined && stack.configuration !== undefined) stack.configuration.roleArn = role
  const run = beginOperation(world, stack, 'CONTINUE_ROLLBACK', token)
  const journal = { ...stack.unfinished, replaced: [...stack.unfinished.replaced] }
  carry(run, rollbackUpdate({ ...run, journal }, { reason: 'User Initiated', skip }))
  return {}
}

function checkSkippable(stack: Stack, logicalId: string): void {
  if (logicalId.includes('.')) return
  const resource = stack.resources.get(logicalId)
  if (resource === undefined)
    throw validationError(`Resource ${logicalId} does not exist for stack ${stack.name}`)
  if (resource.status !== 'UPDATE_FAILED')
    throw validationError(
      `ResourcesToSkip must only contain resources in the UPDATE_FAILED state: [${logicalId}] is in ${resource.status}`,
    )
}

/** RollbackStack: back to the last stable state; what never had one is deleted. */
export function rollbackStack(call: Call, input: Input): Record<string, unknown> {
  const { world, place } = call
  const stack = livingStackOf(call, input, noStack)
  const token = tokenOf(input)
  if (known(stack, token, 'ROLLBACK')) return { StackId: stack.id }
  const role = roleOf(place, input)
  if (role !== undefined && stack.configuration !== undefined) stack.configuration.roleArn = role
  if (stack.status === 'CREATE_FAILED') {
    if (flag(input, 'RetainExceptOnCreate')) stack.retainExceptOnCreate = true
    startDelete(world, stack, { retain: [], force: false }, { token })
    return { StackId: stack.id }
  }
  if (stack.status !== 'UPDATE_FAILED')
    throw validationError(`Stack:${stack.id} is in ${stack.status} state and can not be rolled back.`)
  const run = beginOperation(world, stack, 'ROLLBACK', token)
  const { unfinished } = stack
  if (unfinished === undefined) {
    stackStatus(run, 'UPDATE_ROLLBACK_IN_PROGRESS', 'User Initiated')
    carry(
      run,
      (function* (): Process {
        yield world.pause(START_MS)
        stackStatus(run, 'UPDATE_ROLLBACK_COMPLETE')
        endOperation(run, 'succeeded')
      })(),
    )
  } else carry(run, rollbackUpdate({ ...run, journal: unfinished }, { reason: 'User Initiated', skip: [] }))
  return { StackId: stack.id }
}

/** SignalResource: a machine says how it went. */
export function signalResource(call: Call, input: Input): Record<string, unknown> {
  const stack = livingStackOf(call, input, noStack)
  const logicalId = requiredText(input, 'LogicalResourceId')
  const uniqueId = requiredText(input, 'UniqueId')
  const status = requiredText(input, 'Status')
  const resource = stack.resources.get(logicalId)
  if (resource === undefined)
    throw validationError(`Resource ${logicalId} does not exist for stack ${stack.name}`)
  if (resource.signals === undefined)
    throw validationError(`Signal cannot be sent to resource ${logicalId}: it is in ${resource.status} state`)
  signal(call.world, stack, resource, { uniqueId, succeeded: status === 'SUCCESS', data: '' })
  return {}
}

/** Whether a token was used for the same thing before; for another it is refused. */
function known(stack: Stack, token: string | undefined, type: string): boolean {
  const used = token === undefined ? undefined : stack.tokens.get(token)
  if (used === undefined) return false
  if (used === type) return true
  throw new ApiError('TokenAlreadyExistsException', `Token already exists: ${token}`)
}
