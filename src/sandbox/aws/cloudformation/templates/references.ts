import type { DynamicReference } from '../../../../template/cloudformation/evaluate.ts'
import { validationError } from '../errors.ts'
import type { Place, World } from '../world.ts'

/**
 * A name in the Parameter Store: what a stack of the sandbox made, else what the surroundings know, else, for AWS's
 * public names, something of the right form. Undefined where there is nothing.
 */
export function ssmParameter(world: World, place: Place, name: string): string | undefined {
  const live = place.live.get(`AWS::SSM::Parameter|${name}`)
  const value = live?.properties['Value']
  if (typeof value === 'string') return value
  const outside = world.surroundings.ssmParameter?.(name, place)
  if (outside !== undefined) return outside
  if (!name.startsWith('/aws/service/')) return undefined
  return name.includes('ami') ? 'ami-0123456789abcdef0' : name.split('/').at(-1)
}

/**
 * `{{resolve:ssm:name:version}}` is replaced by its value; secrets stay as they stand in the template, because
 * nothing that CloudFormation shows ever holds them.
 */
export function resolveReference(
  world: World,
  place: Place,
  { service, key }: DynamicReference,
): string | undefined {
  if (service !== 'ssm') return undefined
  const name = key.replace(/:\d+$/, '')
  const value = ssmParameter(world, place, name)
  if (value === undefined) throw validationError(`Parameters: [ssm:${key}] cannot be found.`)
  return value
}
