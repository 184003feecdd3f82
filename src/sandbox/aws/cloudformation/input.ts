import { constraintError, validationError } from './errors.ts'
import type { Tag } from './model.ts'

/** A decoded request. */
export type Input = Record<string, unknown>

/** A scalar member; absent members and structures are undefined. */
export function text(input: Input, member: string): string | undefined {
  const value = input[member]
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : undefined
}

/** A scalar member that must be there. */
export function requiredText(input: Input, member: string): string {
  const value = text(input, member)
  if (value === undefined) throw constraintError(undefined, lowerFirst(member), 'Member must not be null')
  if (value === '')
    throw constraintError('', lowerFirst(member), 'Member must have length greater than or equal to 1')
  return value
}

/** A boolean member; only `true` (in any case) is true. */
export function flag(input: Input, member: string): boolean {
  const value = input[member]
  return value === true || (typeof value === 'string' && value.toLowerCase() === 'true')
}

/** Whether a member was sent at all. */
export function given(input: Input, member: string): boolean {
  return input[member] !== undefined && input[member] !== null
}

/** A whole number. */
export function integer(input: Input, member: string): number | undefined {
  const value = text(input, member)
  if (value === undefined) return undefined
  if (!/^-?\d+$/.test(value))
    throw validationError(`Value ${value} at '${lowerFirst(member)}' is not a number`)
  return Number(value)
}

/** One of a set of words. */
export function choice<Word extends string>(
  input: Input,
  member: string,
  words: readonly Word[],
): Word | undefined {
  const value = text(input, member)
  if (value === undefined) return undefined
  const word = words.find((word) => word === value)
  if (word === undefined)
    throw constraintError(
      value,
      lowerFirst(member),
      `Member must satisfy enum value set: [${words.join(', ')}]`,
    )
  return word
}

/** ClientRequestToken. */
export function tokenOf(input: Input): string | undefined {
  const token = text(input, 'ClientRequestToken')
  if (token !== undefined && !/^[a-zA-Z0-9][-a-zA-Z0-9]*$/.test(token))
    throw constraintError(
      token,
      'clientRequestToken',
      'Member must satisfy regular expression pattern: [a-zA-Z0-9][-a-zA-Z0-9]*',
    )
  return token
}

/** A list of scalars; undefined when it was not sent (an empty list can be sent). */
export function texts(input: Input, member: string): string[] | undefined {
  const value = input[member]
  if (value === undefined || value === null) return undefined
  if (value === '') return []
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : undefined
}

/** A list of structures. */
export function structures(input: Input, member: string): Input[] | undefined {
  const value = input[member]
  if (value === undefined || value === null) return undefined
  return Array.isArray(value) ? value.filter(isObject) : []
}

/** A structure. */
export function structure(input: Input, member: string): Input | undefined {
  const value = input[member]
  return isObject(value) ? value : undefined
}

/** The Tags of a request; undefined when not sent. */
export function tagsOf(input: Input): Tag[] | undefined {
  return structures(input, 'Tags')?.map((tag) => ({
    key: requiredText(tag, 'Key'),
    value: text(tag, 'Value') ?? '',
  }))
}

/** Whether a value is a plain object. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const STACK_NAME = /^[a-zA-Z][-a-zA-Z0-9]*$/
const STACK_NAME_OR_ARN = /^(?:[a-zA-Z][-a-zA-Z0-9]*|arn:[-a-zA-Z0-9:/._+]*)$/

/** StackName where a stack is to be found: a name or an ARN. */
export function stackNameOf(input: Input): string {
  const name = requiredText(input, 'StackName')
  if (!STACK_NAME_OR_ARN.test(name))
    throw constraintError(
      name,
      'stackName',
      'Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*|arn:[-a-zA-Z0-9:/._+]*',
    )
  return name
}

/** StackName where a stack is to be made: at most 128 characters. */
export function newStackNameOf(input: Input): string {
  const name = stackNameOf(input)
  if (!STACK_NAME.test(name)) return name
  if (name.length > 128)
    throw constraintError(name, 'stackName', 'Member must have length less than or equal to 128')
  return name
}

function lowerFirst(word: string): string {
  // The front door shows the members as Java names them: NotificationARNs is notificationARNs, RoleARN is roleARN.
  return word.charAt(0).toLowerCase() + word.slice(1)
}
