import type {
  ExpandedResource,
  Expansion,
  NestedDeployment,
  Runtime,
  Scope,
} from '../../../template/arm/index.ts'
import { ArmEvaluationError, expandDeployment } from '../../../template/arm/index.ts'
import { ArmError, gatewayError } from '../errors.ts'
import { groupId, groupType, keyOf, parseResourceId } from '../ids.ts'
import { isUnevaluated } from '../what-if/payload.ts'
import { preflight } from '../resources/preflight.ts'
import type { World } from '../world.ts'
import { ownedObject } from './json.ts'
import type { DeploymentRequest } from './model.ts'
import { needScope } from './place.ts'
import { valueViolation } from './parameter-values.ts'
import { expansionViolation, problemViolation, requestViolation } from './violations.ts'

/** A deployment's template worked out: what is to be deployed, and what nested deployments deploy. */
export interface DeploymentPlan {
  expansion: Expansion
  /** Resources of this deployment that are deployed, in the template's order. */
  resources: ExpandedResource[]
  /** Those of nested deployments, opened up. */
  inner: ExpandedResource[]
  /** Ids of nested deployments that wait for values of the running cloud: what is in them is not known yet. */
  skipped: string[]
}

/**
 * Works a request out, with so many nested deployments opened up as are asked for. Throws what ARM answers at once: a bad
 * template, a missing scope, a refusal by a policy.
 */
export function planDeployment(
  world: World,
  request: DeploymentRequest,
  maxOpened = Infinity,
): DeploymentPlan {
  const wrong = requestViolation(request) ?? valueViolation(request)
  if (wrong !== undefined) throw wrong
  const expansion = expandDeployment({
    template: request.template,
    parameters: request.parameters,
    surroundings: surroundingsOf(world, request),
    ...(request.locate === undefined ? {} : { locate: request.locate }),
  })
  const refused = expansionViolation(expansion, request.locate)
  if (refused !== undefined) throw refused
  const resources = deployedOf(expansion)
  for (const resource of resources) checkBody(resource, request)
  const skipped: string[] = []
  // Since 2024 what waits for values is not looked into; before, what could not be known stayed an expression.
  const opening = { skipped, opensUnknown: request.apiVersion < '2024-07-01', left: maxOpened }
  const inner = openedUp(world, resources, groupsMadeBy(resources), opening)
  if (request.validationLevel?.toLowerCase() !== 'template') {
    checkRules(world, request, [...resources, ...inner])
  }
  return { expansion, resources, inner, skipped }
}

/** The resources of an expansion that are really deployed. */
export function deployedOf({ resources }: Expansion): ExpandedResource[] {
  return resources.filter(({ existing, condition }) => !existing && condition)
}

function surroundingsOf(world: World, request: DeploymentRequest) {
  const { place, name, location, caller } = request
  return {
    scope: place.scope,
    deploymentName: name,
    ...(location === undefined ? {} : { location }),
    tenantId: world.tenantId,
    utcNow: new Date(world.now()).toISOString(),
    newGuid: () => world.random.uuid(),
    resourceGroup(subscriptionId: string, group: string) {
      const live = world.graph.get(groupId(subscriptionId, group))
      if (live === undefined) return undefined
      const { location: where, tags, managedBy } = live.body
      return {
        ...(where === undefined ? {} : { location: where }),
        ...(tags === undefined ? {} : { tags }),
        ...(managedBy === undefined ? {} : { managedBy }),
        properties: { provisioningState: 'Succeeded' },
      }
    },
    subscription: (id: string) => ({ displayName: world.subscriptions.need(id).displayName }),
    managementGroup: (id: string) => ({
      properties: { displayName: id, tenantId: world.tenantId },
    }),
    deployer: () => ({ objectId: caller.objectId, tenantId: caller.tenantId, clientId: caller.clientId }),
  }
}

/** Works a resource's body out without the cloud, to find what is wrong before anything is done. */
function checkBody(resource: ExpandedResource, request: DeploymentRequest): void {
  try {
    if (resource.nested === undefined) resource.body()
    else {
      resource.nested.template()
      resource.nested.parameters()
    }
  } catch (error) {
    if (!(error instanceof ArmEvaluationError)) throw error
    throw problemViolation(
      {
        code: error.code,
        message: error.message,
        document: 'template',
        path: error.path.length > 0 ? error.path : resource.path,
        severity: 'error',
      },
      request.locate,
    )
  }
}

/** The resource groups that a template makes itself, by key. */
function groupsMadeBy(resources: readonly ExpandedResource[]): Set<string> {
  return new Set(
    resources.filter(({ type }) => type.toLowerCase() === groupType.toLowerCase()).map(({ id }) => keyOf(id)),
  )
}

/** How nested deployments are opened up. */
interface Opening {
  /** Ids of those that were not. */
  skipped: string[]
  /** Whether those are opened whose parameters wait for the running cloud. */
  opensUnknown: boolean
  /** How many more are opened. */
  left: number
}

function openedUp(
  world: World,
  resources: readonly ExpandedResource[],
  made: ReadonlySet<string>,
  opening: Opening,
): ExpandedResource[] {
  return resources.flatMap(({ id, nested }) => {
    if (nested === undefined) return []
    if (!isMade(nested.scope, made)) needScope(world, nested.scope)
    opening.left -= 1
    if (opening.left < 0) {
      opening.skipped.push(id)
      return []
    }
    const isUnknown = hasUnknown(nested.parameters())
    const expansion = isUnknown && !opening.opensUnknown ? undefined : nested.expand()
    const wrong = expansion === undefined ? undefined : expansionViolation(expansion, undefined)
    if (wrong !== undefined && !isUnknown) throw wrong
    if (expansion === undefined || wrong !== undefined) {
      opening.skipped.push(id)
      return []
    }
    const inner = deployedOf(expansion)
    return [...inner, ...openedUp(world, inner, new Set([...made, ...groupsMadeBy(inner)]), opening)]
  })
}

/** Whether anything in a value is an expression that only the running cloud can answer. */
function hasUnknown(value: unknown): boolean {
  if (typeof value === 'string') return isUnevaluated(value)
  if (typeof value !== 'object' || value === null) return false
  return Object.values(value).some((member) => hasUnknown(member))
}

function isMade(scope: Scope, made: ReadonlySet<string>): boolean {
  return scope.kind === 'resourceGroup' && made.has(keyOf(groupId(scope.subscriptionId, scope.resourceGroup)))
}

function checkRules(world: World, request: DeploymentRequest, resources: readonly ExpandedResource[]): void {
  const made = groupsMadeBy(resources)
  const details = resources.flatMap((resource) => {
    const id = parseResourceId(resource.id)
    if (id === undefined || resource.nested !== undefined || resource.id.includes('[')) return []
    const refused = preflight(world, id, ownedObject(resource.body()))
    if (refused === undefined) return []
    if (refused.detail.code === 'ResourceGroupNotFound' && isMade(resource.scope, made)) return []
    if (refused.status === 404) throw refused
    return [refused.detail]
  })
  const [first] = details
  if (first === undefined) return
  const isPolicy = details.every(({ code }) => code === 'RequestDisallowedByPolicy')
  const message = isPolicy
    ? 'The template deployment failed because of policy violation. Please see details for more information.'
    : `The template deployment '${request.name}' is not valid according to the validation procedure. The tracking id is '${world.random.uuid()}'. See inner errors for details.`
  throw new ArmError(400, { code: 'InvalidTemplateDeployment', message, details })
}

/** Throws 400 where the deployment that is to be fallen back on is not there. */
export function invalidFallback(name: string | undefined): ArmError {
  return name === undefined
    ? gatewayError(
        400,
        'OnErrorDeploymentNotFound',
        'The on error deployment of type LastSuccessful is invalid: no successful deployment was found.',
      )
    : gatewayError(404, 'DeploymentNotFound', `Deployment '${name}' could not be found.`)
}

/** A nested deployment at its turn, with what its parent knows by now. Throws ArmError for what is wrong with it. */
export function planNested(world: World, nested: NestedDeployment, runtime: Runtime): DeploymentPlan {
  const expansion = nested.expand(runtime)
  const wrong = expansionViolation(expansion, undefined)
  if (wrong !== undefined) throw wrong
  const resources = deployedOf(expansion)
  const skipped: string[] = []
  return {
    expansion,
    resources,
    inner: openedUp(world, resources, groupsMadeBy(resources), {
      skipped,
      opensUnknown: false,
      left: Infinity,
    }),
    skipped,
  }
}
