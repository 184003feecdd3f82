import { type ApiError, validationError } from '../errors.ts'
import { type Input, stackNameOf } from '../input.ts'
import type { Stack, StackStatus } from '../model.ts'
import { type Call, findStack } from '../world.ts'

/** The sentence an action answers with when there is no such stack; AWS has several. */
export type Missing = (name: string) => ApiError

/** `Stack with id X does not exist`. */
export const noStackWithId: Missing = (name) => validationError(`Stack with id ${name} does not exist`)

/** `Stack [X] does not exist`. */
export const noStack: Missing = (name) => validationError(`Stack [${name}] does not exist`)

/** The stack that a request names, in any status. */
export function stackOf(call: Call, input: Input, missing: Missing): Stack {
  const name = stackNameOf(input)
  const stack = findStack(call.place, name)
  if (stack === undefined) throw missing(name)
  return stack
}

/** The stack that a request names, if it is not deleted. */
export function livingStackOf(call: Call, input: Input, missing: Missing): Stack {
  const stack = stackOf(call, input, missing)
  if (stack.status === 'DELETE_COMPLETE') throw missing(stackNameOf(input))
  return stack
}

const UPDATABLE: readonly StackStatus[] = [
  'CREATE_COMPLETE',
  'UPDATE_COMPLETE',
  'UPDATE_ROLLBACK_COMPLETE',
  'IMPORT_COMPLETE',
  'IMPORT_ROLLBACK_COMPLETE',
  'CREATE_FAILED',
  'UPDATE_FAILED',
]

/** Refuses an update of a stack that is busy, gone or stuck. */
export function checkUpdatable(stack: Stack): void {
  if (!UPDATABLE.includes(stack.status))
    throw validationError(`Stack:${stack.id} is in ${stack.status} state and can not be updated.`)
}
