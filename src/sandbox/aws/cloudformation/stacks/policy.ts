import { validationError } from '../errors.ts'
import { type Input, text } from '../input.ts'
import { checkPolicy } from '../operations/policy.ts'
import { templateAt } from '../templates/load.ts'
import type { Call, World } from '../world.ts'
import { livingStackOf, noStack } from './lookup.ts'

/** SetStackPolicy. */
export async function setStackPolicy(call: Call, input: Input): Promise<Record<string, unknown>> {
  const stack = livingStackOf(call, input, noStack)
  const policy = await policyTextOf(call.world, input, 'StackPolicyBody', 'StackPolicyURL')
  if (policy === undefined)
    throw validationError('Either StackPolicyBody or StackPolicyURL must be specified.')
  stack.policy = policy
  return {}
}

/** GetStackPolicy. */
export function getStackPolicy(call: Call, input: Input): Record<string, unknown> {
  const { policy } = livingStackOf(call, input, noStack)
  return policy === undefined ? {} : { StackPolicyBody: policy }
}

/** A policy as a request gives it, checked; undefined when it gives none. */
export async function policyTextOf(
  world: World,
  input: Input,
  bodyMember: string,
  urlMember: string,
): Promise<string | undefined> {
  const body = text(input, bodyMember)
  const url = text(input, urlMember)
  if (body !== undefined && url !== undefined)
    throw validationError(`You cannot specify both ${urlMember} and ${bodyMember}`)
  const policy = body ?? (url === undefined ? undefined : await templateAt(world, url))
  if (policy !== undefined) checkPolicy(policy)
  return policy
}
