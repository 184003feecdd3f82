import type { AzureDeploymentSpec } from '../api/kinds/azure-deployment.ts'
import type { CloudFormationStackSpec } from '../api/kinds/cloud-formation-stack.ts'
import { displayKey, formatKey } from '../api/reference.ts'
import { flagField, placeOf, type Flag } from './flag.ts'
import type { BuiltObject } from './manifest.ts'

/** Objects declared twice, whichever of them was meant: all of them are refused. */
export function checkKeys(objects: readonly BuiltObject[]): Flag[] {
  return groups(objects, (object) => formatKey(object)).flatMap((same) =>
    same.map((object) => {
      const others = same.filter((other) => other !== object).map((other) => placeOf(other))
      return flagField(
        object,
        ['metadata', 'name'],
        `is declared more than once, also at ${others.join(', ')}; keep one`,
      )
    }),
  )
}

/** What makes a claim of each kind, the field that names it, and the fields to change. */
const claimWords: Readonly<Record<string, { field: string; what: string; change: string }>> = {
  CloudFormationStack: {
    field: 'stackName',
    what: 'account, region and stack name',
    change: 'stackName, region, deployAs',
  },
  AzureDeployment: {
    field: 'deploymentName',
    what: 'scope and deployment name',
    change: 'deploymentName, scope',
  },
}

/** Objects that mean the same thing in a cloud: they would overwrite each other for ever. `claims` holds what each key claims. */
export function checkClaims(objects: readonly BuiltObject[], claims: ReadonlyMap<string, string>): Flag[] {
  const distinct = [...new Map(objects.map((object) => [formatKey(object), object])).values()]
  return groups(distinct, (object) => claims.get(formatKey(object))).flatMap((same) =>
    same.map((object) => {
      const others = same
        .filter((other) => other !== object)
        .map((other) => `${displayKey(formatKey(other))} (${placeOf(other)})`)
      const words = claimWords[object.kind] ?? { field: 'name', what: 'name', change: 'name' }
      const message = `claims the same ${words.what} as ${others.join(', ')}; change one of ${words.change}`
      return flagField(object, ['spec', words.field], message)
    }),
  )
}

/**
 * What an object claims when nobody who drives a cloud is there to say it (`Target.claim` does). A stack: the account of
 * the role that reaches it, its region, its name. A deployment: scope, whether it is a stack, its name; ARM reads all of it
 * in any letter case.
 */
export function claimByFields(object: BuiltObject): string | undefined {
  if (object.kind === 'CloudFormationStack') {
    const { deployAs, region, stackName } = object.spec as CloudFormationStackSpec
    return JSON.stringify([deployAs?.roleArn.split(':')[4] ?? '', region ?? '', stackName ?? object.name])
  }
  if (object.kind !== 'AzureDeployment') return undefined
  const { scope, mode, deploymentName, deployAs } = object.spec as AzureDeploymentSpec
  const { resourceGroup, subscription, managementGroup } = scope
  const subscriptionId = resourceGroup?.subscriptionId ?? subscription?.subscriptionId
  // What lies in no subscription is told apart by the tenant of who deploys it.
  const tenant = subscriptionId === undefined ? deployAs?.tenantId : undefined
  const where = [tenant, subscriptionId, resourceGroup?.name, managementGroup?.id]
  // Names of ours have no underscore, so that no default meets another.
  const name = deploymentName ?? `${object.namespace}_${object.name}`
  return JSON.stringify([where, mode, name]).toLowerCase()
}

/** Things that share an identity, in groups of two and more. */
function groups<T>(items: readonly T[], identify: (item: T) => string | undefined): T[][] {
  const byIdentity = Map.groupBy(items, identify)
  return [...byIdentity].flatMap(([identity, same]) =>
    identity !== undefined && same.length > 1 ? [same] : [],
  )
}
