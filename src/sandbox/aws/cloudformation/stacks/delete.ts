import { ApiError, validationError } from '../errors.ts'
import { type Input, choice, stackNameOf, texts, tokenOf } from '../input.ts'
import { startDelete } from '../operations/start.ts'
import { type Call, findStack } from '../world.ts'
import { roleOf } from './settings.ts'

/** DeleteStack: what does not exist is deleted already. */
export function deleteStackAction(call: Call, input: Input): Record<string, unknown> {
  const name = stackNameOf(input)
  const stack = findStack(call.place, name)
  const role = roleOf(call.place, input)
  if (stack === undefined || stack.status === 'DELETE_COMPLETE' || stack.status === 'DELETE_IN_PROGRESS')
    return {}
  const mode = choice(input, 'DeletionMode', ['STANDARD', 'FORCE_DELETE_STACK'])
  const retain = texts(input, 'RetainResources') ?? []
  const token = tokenOf(input)
  if (token !== undefined && stack.tokens.has(token)) {
    if (stack.tokens.get(token) === 'DELETE_STACK') return {}
    throw new ApiError('TokenAlreadyExistsException', `Token already exists: ${token}`)
  }
  if (stack.terminationProtection)
    throw validationError(`Stack [${name}] cannot be deleted while TerminationProtection is enabled`)
  if (stack.operation !== undefined && stack.status !== 'CREATE_IN_PROGRESS')
    throw validationError(`Stack [${stack.id}] cannot be deleted while in status ${stack.status}`)
  if (stack.status !== 'DELETE_FAILED') {
    if (retain.length > 0)
      throw validationError(
        `Invalid operation on stack [${stack.id}]. Specify RetainResources only when the stack is in the DELETE_FAILED state.`,
      )
    if (mode === 'FORCE_DELETE_STACK')
      throw validationError(
        `Invalid operation on stack [${stack.id}]. FORCE_DELETE_STACK can only be used when the stack is in the DELETE_FAILED state.`,
      )
  }
  const unknown = retain.filter((logicalId) => !stack.resources.has(logicalId))
  if (unknown.length > 0)
    throw validationError(`Resources to retain [${unknown.join(', ')}] do not exist in stack ${stack.name}`)
  if (mode !== undefined) stack.deletionMode = mode
  if (role !== undefined && stack.configuration !== undefined) stack.configuration.roleArn = role
  startDelete(call.world, stack, { retain, force: mode === 'FORCE_DELETE_STACK' }, { token })
  return {}
}

/** UpdateTerminationProtection. */
export function updateTerminationProtection(call: Call, input: Input): Record<string, unknown> {
  const name = stackNameOf(input)
  const stack = findStack(call.place, name)
  if (stack === undefined || stack.status === 'DELETE_COMPLETE')
    throw validationError(`Stack [${name}] does not exist`)
  if (stack.parentId !== undefined)
    throw validationError(
      `Termination protection cannot be updated on nested stack [${stack.id}]; use the root stack.`,
    )
  stack.terminationProtection =
    input['EnableTerminationProtection'] === 'true' || input['EnableTerminationProtection'] === true
  return { StackId: stack.id }
}
