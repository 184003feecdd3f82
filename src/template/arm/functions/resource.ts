import type { Frame } from '../frame.ts'
import { resourceIdBelow, scopeId } from '../scope.ts'
import { type Call, literal } from '../syntax.ts'
import type { Scope } from '../types.ts'
import { type Value, defer, hasDeferred } from '../value.ts'
import { type Context, type FunctionTable, lazy, refuseCall, texts, whole } from './function.ts'

const guidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** Functions that make resource ids. */
export const resourceFunctions: FunctionTable = {
  extensionResourceId: whole(3, Infinity, (args, context) => {
    const [base = '', ...rest] = texts(args, context)
    const { before, type, names } = typed(rest, 0, context)
    return before.length > 0
      ? refuseType(context, rest)
      : resourceIdBelow(base.replace(/\/$/, ''), type, names)
  }),
  managementGroupResourceId: whole(2, Infinity, (args, context) => {
    const { before, type, names } = typed(texts(args, context), 1, context)
    const { scope } = context.frame.world.surroundings
    const id = before[0] ?? (scope.kind === 'managementGroup' ? scope.id : undefined)
    if (id === undefined)
      return refuseCall(context, 'needs the name of a management group first, at this scope')
    return resourceIdBelow(scopeId({ kind: 'managementGroup', id }), type, names)
  }),
  resourceId: lazy(2, Infinity, (call, frame, evaluate) => {
    const args = call.args.map((arg) => evaluate(arg, frame))
    return args.some(hasDeferred) ? laterId(call, args, frame) : resourceId(args, { name: call.name, frame })
  }),
  subscriptionResourceId: whole(2, Infinity, (args, context) => {
    const { before, type, names } = typed(texts(args, context), 1, context)
    return resourceIdBelow(`/subscriptions/${subscription(before[0], context)}`, type, names)
  }),
  tenantResourceId: whole(2, Infinity, (args, context) => {
    const { before, type, names } = typed(texts(args, context), 0, context)
    return before.length > 0 ? refuseType(context, before) : resourceIdBelow('', type, names)
  }),
}

/** `[subscription], [resource group], type, names…`: below the deployment's own scope what is left out. */
function resourceId(args: readonly Value[], context: Context): string {
  const { before, type, names } = typed(texts(args, context), 2, context)
  const { scope } = context.frame.world.surroundings
  if (before.length === 2)
    return resourceIdBelow(
      scopeId({
        kind: 'resourceGroup',
        subscriptionId: subscription(before[0], context),
        resourceGroup: before[1] ?? '',
      }),
      type,
      names,
    )
  if (before.length === 0)
    return resourceIdBelow(scope.kind === 'managementGroup' ? '' : scopeId(scope), type, names)
  if (scope.kind === 'resourceGroup')
    return resourceIdBelow(scopeId({ ...scope, resourceGroup: before[0] ?? '' }), type, names)
  return resourceIdBelow(`/subscriptions/${subscription(before[0], context)}`, type, names)
}

/** As ARM shows it while a part is unknown: with subscription and resource group written out. */
function laterId(call: Call, args: readonly Value[], frame: Frame): Value {
  const at = args.findIndex((arg) => typeof arg === 'string' && arg.includes('/'))
  const { scope } = frame.world.surroundings
  const before = scope.kind === 'resourceGroup' && at !== -1 ? writtenOut(scope, at) : []
  return defer({ kind: 'call', name: call.name, args: [...before, ...args].map(literal) })
}

function writtenOut(scope: Extract<Scope, { kind: 'resourceGroup' }>, given: number): string[] {
  return [scope.subscriptionId, scope.resourceGroup].slice(0, Math.max(0, 2 - given))
}

function typed(
  args: readonly string[],
  most: number,
  context: Context,
): { before: readonly string[]; type: string; names: readonly string[] } {
  const at = args.findIndex((arg) => arg.includes('/'))
  // A slash at the end, as people write it, adds nothing.
  const type = args[at]?.replaceAll(/\/+$/g, '')
  const names = args.slice(at + 1)
  if (type === undefined || at > most || names.some((name) => name.includes('/')))
    return refuseType(context, args)
  const needed = type.split('/').length - 1
  if (names.length !== needed)
    return refuseCall(context, `needs ${needed} names for the type '${type}', not ${names.length}`)
  // An empty name counts for nothing, nor does the type that it leaves without a name.
  const kept = names.filter((name) => name !== '')
  if (kept.length === names.length) return { before: args.slice(0, at), type, names }
  const [namespace = '', ...types] = type.split('/')
  return {
    before: args.slice(0, at),
    type: [namespace, ...kept.map((_, index) => types[index] ?? '')].join('/'),
    names: kept,
  }
}

function refuseType(context: Context, args: readonly string[]): never {
  return refuseCall(
    context,
    `needs exactly one argument with a slash, the type with its namespace; it was given ${args.map((arg) => `'${arg}'`).join(', ')}`,
  )
}

function subscription(given: string | undefined, context: Context): string {
  if (given !== undefined)
    return guidPattern.test(given)
      ? given
      : refuseCall(context, `was given '${given}', which is no subscription id`)
  const { scope } = context.frame.world.surroundings
  return 'subscriptionId' in scope
    ? scope.subscriptionId
    : refuseCall(context, 'needs a subscription id first, at this scope')
}
