import { didYouMean } from '../../../api/did-you-mean.ts'
import type { Frame } from '../frame.ts'
import { ArmEvaluationError, invalid } from '../problem.ts'
import { scopeId } from '../scope.ts'
import type { Json, JsonObject } from '../types.ts'
import { type Call, literal } from '../syntax.ts'
import { type Value, type ValueObject, defer, isDeferred, isJsonObject, typeName } from '../value.ts'
import { type Context, type FunctionTable, lazy, outer, refuseCall, textAt, whole } from './function.ts'

/** Functions on the deployment and on what surrounds it. What nobody knows here stays unknown. */
export const deploymentFunctions: FunctionTable = {
  copyIndex: lazy(0, 2, (call, frame, evaluate) => {
    const args = call.args.map((arg) => evaluate(arg, frame))
    return copyIndex(args, { name: call.name, frame })
  }),
  deployer: lazy(0, 0, (call, { world }) => world.surroundings.deployer?.() ?? defer(call)),
  deployment: outer(0, 0, (_, { frame }) => deployment(frame)),
  environment: lazy(0, 0, (call, { world }) => world.surroundings.environment?.() ?? defer(call)),
  managementGroup: outer(0, 0, (_, context) => managementGroup(context)),
  parameters: lazy(1, 1, (call, frame, evaluate) => {
    const name = evaluate(call.args[0] ?? literal(null), frame)
    if (typeof name !== 'string')
      return isDeferred(name) ? defer({ ...call, args: [literal(name)] }) : refuseName(call, name)
    const value = parameter(name, frame)
    if (value !== undefined) return value
    throw new ArmEvaluationError(
      'UnknownName',
      `there is no parameter '${name}'${didYouMean(name, parameterNames(frame))}`,
    )
  }),
  pickZones: whole(3, 5, (args, context) => {
    const [namespace = '', type = '', location = ''] = [0, 1, 2].map((index) => textAt(args, index, context))
    const [count = 1, offset = 0] = args.slice(3).map(Number)
    return context.frame.world.surroundings.pickZones?.(namespace, type, location, count, offset)
  }),
  providers: whole(1, 2, (args, context) => {
    const { surroundings } = context.frame.world
    if (surroundings.providers === undefined) return undefined
    const type = args.length > 1 ? textAt(args, 1, context) : undefined
    return surroundings.providers(textAt(args, 0, context), type)
  }),
  resourceGroup: outer(0, 0, (_, context) => resourceGroup(context)),
  roleDefinitions: whole(1, 1, () => undefined),
  subscription: outer(0, 0, (_, context) => subscription(context)),
  tenant: outer(0, 0, (_, { frame }) => tenant(frame)),
  toLogicalZone: whole(3, 3, () => undefined),
  toLogicalZones: whole(3, 3, () => undefined),
  toPhysicalZone: whole(3, 3, () => undefined),
  toPhysicalZones: whole(3, 3, () => undefined),
  variables: lazy(1, 1, (call, frame, evaluate) => {
    const name = evaluate(call.args[0] ?? literal(null), frame)
    if (typeof name !== 'string')
      return isDeferred(name) ? defer({ ...call, args: [literal(name)] }) : refuseName(call, name)
    const value = frame.arguments === undefined ? frame.world.variable(name) : undefined
    if (value !== undefined) return value
    throw new ArmEvaluationError(
      'UnknownName',
      `there is no variable '${name}'${didYouMean(name, frame.world.variableNames)}`,
    )
  }),
}

function refuseName({ name }: Call, given: Value): never {
  return invalid(`the function '${name}' expects a name, not ${typeName(given)}`)
}

function parameterNames(frame: Frame): Iterable<string> {
  return frame.arguments?.keys() ?? frame.world.parameterNames
}

function parameter(name: string, frame: Frame): Value | undefined {
  return frame.arguments === undefined ? frame.world.parameter(name) : frame.arguments.get(name.toLowerCase())
}

function copyIndex(args: readonly Value[], context: Context): Value {
  const [first, second] = args
  const { copies } = context.frame
  const counter =
    typeof first === 'string'
      ? copies.findLast(({ name }) => name.toLowerCase() === first.toLowerCase())
      : (copies.findLast(({ isResource }) => isResource) ?? copies.at(-1))
  const offset = typeof first === 'number' ? first : (second ?? 0)
  if (counter === undefined || typeof offset !== 'number')
    return refuseCall(
      context,
      'stands only inside of a copy loop, with the name of one or none and an integer or none',
    )
  return counter.index + offset
}

function deployment({ world }: Frame): Value {
  const { surroundings, deploymentLocation } = world
  return {
    name: world.deploymentName,
    properties: {
      template: {
        contentVersion: world.contentVersion,
        ...(world.metadata === undefined ? {} : { metadata: world.metadata }),
      },
    },
    ...(surroundings.scope.kind === 'resourceGroup' || deploymentLocation === undefined
      ? {}
      : { location: deploymentLocation }),
  }
}

function resourceGroup(context: Context): Value {
  const { scope, resourceGroup } = context.frame.world.surroundings
  if (scope.kind !== 'resourceGroup') return refuseScope(context, 'a resource group')
  const known: JsonObject = {
    id: scopeId(scope),
    name: scope.resourceGroup,
    type: 'Microsoft.Resources/resourceGroups',
  }
  const facts = resourceGroup?.(scope.subscriptionId, scope.resourceGroup)
  return filled(context, known, facts, ['location', 'tags', 'managedBy', 'properties'])
}

function subscription(context: Context): Value {
  const { scope, tenantId, subscription } = context.frame.world.surroundings
  if (!('subscriptionId' in scope)) return refuseScope(context, 'a subscription or resource group')
  const known: JsonObject = {
    id: `/subscriptions/${scope.subscriptionId}`,
    subscriptionId: scope.subscriptionId,
    ...(tenantId === undefined ? {} : { tenantId }),
  }
  return filled(context, known, subscription?.(scope.subscriptionId), ['tenantId', 'displayName'])
}

function managementGroup(context: Context): Value {
  const { scope, managementGroup } = context.frame.world.surroundings
  if (scope.kind !== 'managementGroup') return refuseScope(context, 'a management group')
  const known: JsonObject = {
    id: scopeId(scope),
    name: scope.id,
    type: 'Microsoft.Management/managementGroups',
  }
  return filled(context, known, managementGroup?.(scope.id), ['properties'])
}

function tenant(frame: Frame): Value {
  const { tenantId, tenant } = frame.world.surroundings
  const known: JsonObject = tenantId === undefined ? {} : { id: `/tenants/${tenantId}`, tenantId }
  return filled({ name: 'tenant', frame }, known, tenant?.(), [
    'countryCode',
    'displayName',
    'id',
    'tenantId',
  ])
}

/** Facts laid over what follows from the scope; members that nobody knows stay unknown. */
function filled(
  context: Context,
  known: JsonObject,
  facts: Json | undefined,
  others: readonly string[],
): ValueObject {
  const all: JsonObject = { ...known, ...(isJsonObject(facts) ? facts : {}) }
  const unknown = others.filter((key) => !(key in all)).map((key) => [key, unknownMember(context.name, key)])
  return { ...all, ...Object.fromEntries(unknown) } as ValueObject
}

function unknownMember(name: string, key: string): Value {
  return defer({ kind: 'access', target: { kind: 'call', name, args: [] }, key: literal(key) })
}

function refuseScope(context: Context, wanted: string): never {
  return refuseCall(
    context,
    `needs a deployment to ${wanted}, not to a ${context.frame.world.surroundings.scope.kind}`,
  )
}
