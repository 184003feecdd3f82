import { KNOWN_AFTER_APPLY } from '../../../../template/cloudformation/evaluate.ts'
import { validationError } from '../errors.ts'
import type { Stack, StackResource } from '../model.ts'
import { attributeValue } from '../resources/cloud.ts'
import type { Blueprint, Lookup } from '../templates/blueprint.ts'
import type { World } from '../world.ts'
import type { Run } from './run.ts'

/** An operation that brings a stack to a blueprint. */
export interface Deployment extends Run {
  blueprint: Blueprint
  /** Physical ids of what is taken over instead of made, by logical id. */
  imports?: ReadonlyMap<string, string>
}

/** What references stand for in a stack as it is right now. */
export function lookupOf(world: World, stack: Stack): Lookup {
  const place = world.place(stack)
  const known = (logicalId: string): StackResource | undefined => {
    const resource = stack.resources.get(logicalId)
    return resource === undefined || resource.physicalId === '' ? undefined : resource
  }
  return {
    ref: (logicalId) => known(logicalId)?.physicalId ?? KNOWN_AFTER_APPLY,
    getAtt(logicalId, attribute) {
      const resource = known(logicalId)
      if (resource === undefined) return KNOWN_AFTER_APPLY
      if (resource.type === 'AWS::CloudFormation::Stack' && attribute.startsWith('Outputs.')) {
        const key = attribute.slice('Outputs.'.length)
        const child = place.stacks.get(resource.physicalId)
        return child?.outputs.find((output) => output.key === key)?.value ?? KNOWN_AFTER_APPLY
      }
      return attributeValue(world, stack, resource, attribute)
    },
    importValue: (name) => place.exports.get(name)?.value,
  }
}

/**
 * The same while a deployment runs: a nested stack that is through has the outputs that it has. Throws AWS's refusal
 * of any other.
 */
export function deployedLookupOf(world: World, stack: Stack): Lookup {
  const lookup = lookupOf(world, stack)
  return {
    ...lookup,
    getAtt(logicalId, attribute) {
      const value = lookup.getAtt(logicalId, attribute)
      if (value === KNOWN_AFTER_APPLY && attribute.startsWith('Outputs.'))
        throw validationError(
          `Template error: resource ${logicalId} does not support attribute type ${attribute} in Fn::GetAtt`,
        )
      return value
    },
  }
}

/** What a deployment's errors say: the words of whatever refused. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
