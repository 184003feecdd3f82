import { KNOWN_AFTER_APPLY } from '../../../../template/cloudformation/evaluate.ts'
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
        return (
          place.stacks.get(resource.physicalId)?.outputs.find((output) => output.key === key)?.value ?? ''
        )
      }
      return attributeValue(world, stack, resource, attribute)
    },
    importValue: (name) => place.exports.get(name)?.value,
  }
}

/** What a deployment's errors say: the words of whatever refused. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
