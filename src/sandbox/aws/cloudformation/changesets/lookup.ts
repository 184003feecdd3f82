import { ApiError, constraintError, validationError } from '../errors.ts'
import { type Input, given, requiredText } from '../input.ts'
import { noStack, stackOf } from '../stacks/lookup.ts'
import type { Call } from '../world.ts'
import type { ChangeSet } from './model.ts'

const NAME = /^[a-zA-Z][-a-zA-Z0-9]*$/
const NAME_OR_ARN = /^(?:[a-zA-Z][-a-zA-Z0-9]*|arn:[-a-zA-Z0-9:/]*)$/

/** ChangeSetName where a set is to be made. */
export function newSetNameOf(input: Input): string {
  const name = requiredText(input, 'ChangeSetName')
  if (!NAME.test(name))
    throw constraintError(
      name,
      'changeSetName',
      'Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*',
    )
  if (name.length > 128)
    throw constraintError(name, 'changeSetName', 'Member must have length less than or equal to 128')
  return name
}

/** The set that a request names by its ARN, or by its name and its stack's. Undefined when there is none. */
export function findChangeSet(call: Call, input: Input): ChangeSet | undefined {
  const name = requiredText(input, 'ChangeSetName')
  if (!NAME_OR_ARN.test(name))
    throw constraintError(
      name,
      'changeSetName',
      'Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*|arn:[-a-zA-Z0-9:/]*',
    )
  if (name.startsWith('arn:')) {
    const set = call.place.changeSets.get(name)
    return set?.deleted === true ? undefined : set
  }
  if (!given(input, 'StackName'))
    throw validationError('StackName must be specified if ChangeSetName is not specified as an ARN.')
  const stack = stackOf(call, input, noStack)
  return setsOf(call, stack.id).findLast((set) => set.name === name)
}

/** The set that a request names; AWS says with 404 that there is none. */
export function changeSetOf(call: Call, input: Input): ChangeSet {
  const set = findChangeSet(call, input)
  if (set === undefined)
    throw new ApiError(
      'ChangeSetNotFound',
      `ChangeSet [${String(input['ChangeSetName'])}] does not exist`,
      404,
    )
  return set
}

/** The sets of a stack, oldest first. */
export function setsOf(call: Pick<Call, 'place'>, stackId: string): ChangeSet[] {
  return [...call.place.changeSets.values()].filter((set) => set.stackId === stackId && !set.deleted)
}
