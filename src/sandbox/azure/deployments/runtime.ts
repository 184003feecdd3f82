import type { Json as ArmJson, Runtime } from '../../../template/arm/index.ts'
import { ArmError, groupNotFound, resourceNotFound } from '../errors.ts'
import type { LiveResource } from '../graph.ts'
import { groupId, keyOf, parseResourceId } from '../ids.ts'
import { objectMember } from '../json.ts'
import { listFunction } from '../resources/list-function.ts'
import { factsOf } from '../resources/types.ts'
import type { World } from '../world.ts'
import type { DeploymentBook } from './book.ts'
import type { Deployment } from './model.ts'
import { beginOperation, endOperation } from './operation-entries.ts'
import { deploymentBody } from './render.ts'

/**
 * What a running deployment's `reference()` and `list…()` see: the live resource, or a deployment. Throws ArmError
 * where there is none. Each reference is an entry of the deployment's operations, once.
 */
export function createRuntime(world: World, book: DeploymentBook, deployment: Deployment): Runtime {
  const read = new Set<string>()
  return {
    reference(id, apiVersion, full) {
      const entry = read.has(keyOf(id))
        ? undefined
        : beginOperation(world, deployment, {
            kind: 'Read',
            id,
            apiVersion: apiVersion ?? factsOf(parseResourceId(id)?.type ?? '').apiVersion,
            statusCode: 'OK',
          })
      read.add(keyOf(id))
      try {
        const value = referenced(world, book, id, full)
        if (entry !== undefined) endOperation(world, entry, { statusCode: 'OK' })
        return value
      } catch (error) {
        if (error instanceof ArmError && entry !== undefined) {
          endOperation(world, entry, { statusCode: 'NotFound', error: error.detail })
        }
        throw error
      }
    },
    list: (name, id) => listFunction(world, needLive(world, id), name),
  }
}

function referenced(world: World, book: DeploymentBook, id: string, full: boolean): ArmJson {
  const deployment = book.get(id)
  const body = deployment === undefined ? needLive(world, id).body : deploymentBody(deployment)
  if (!full) return objectMember(body, 'properties')
  const place = parseResourceId(id)
  return {
    ...body,
    ...(place?.subscriptionId === undefined ? {} : { subscriptionId: place.subscriptionId }),
    ...(place?.resourceGroup === undefined ? {} : { resourceGroupName: place.resourceGroup }),
    resourceId: place?.id.split('/providers/').at(-1) ?? id,
    scope: '',
  }
}

function needLive(world: World, id: string): LiveResource {
  const live = world.graph.get(id)
  if (live !== undefined) return live
  const { subscriptionId, resourceGroup, type = '', name = '' } = parseResourceId(id) ?? {}
  const isGroupless =
    subscriptionId !== undefined &&
    resourceGroup !== undefined &&
    world.graph.get(groupId(subscriptionId, resourceGroup)) === undefined
  throw isGroupless ? groupNotFound(resourceGroup) : resourceNotFound(type, name, resourceGroup)
}
