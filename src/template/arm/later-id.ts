import { renderExpression } from './render.ts'
import { type Expression, literal } from './syntax.ts'
import type { Scope } from './types.ts'
import { type Value, deferredExpression, isDeferred } from './value.ts'
import { scopeId } from './scope.ts'

/** The id of a resource whose name or scope is not known yet, as ARM shows it: text `[resourceId(…)]`. */
export function laterId(
  type: string,
  name: Value,
  scope: Scope,
  base: Value | undefined,
  own: Scope,
): string {
  const names = namesOf(type, name)
  return `[${renderExpression(base === undefined ? inScope(type, names, scope) : onBase(type, names, base, own))}]`
}

function call(name: string, args: readonly Expression[]): Expression {
  return { kind: 'call', name, args }
}

/** The segments of a name; of an unknown one with several, each picked out of it by ARM's own roundabout way. */
function namesOf(type: string, name: Value): Expression[] {
  const count = type.split('/').length - 1
  if (typeof name === 'string') return name.split('/').map(literal)
  const whole = isDeferred(name) ? deferredExpression(name) : literal(name)
  if (count < 2) return [whole]
  const isFull = call('not', [call('empty', [call('lambdaVariables', [literal('x')])])])
  const parts = call('filter', [call('split', [whole, literal('/')]), call('lambda', [literal('x'), isFull])])
  return Array.from({ length: count }, (_, index) => ({ kind: 'access', target: parts, key: literal(index) }))
}

function inScope(type: string, names: readonly Expression[], scope: Scope): Expression {
  const rest = [literal(type), ...names]
  switch (scope.kind) {
    case 'resourceGroup':
      return call('resourceId', [literal(scope.subscriptionId), literal(scope.resourceGroup), ...rest])
    case 'subscription':
      return call('subscriptionResourceId', [literal(scope.subscriptionId), ...rest])
    case 'managementGroup':
      return call('managementGroupResourceId', [literal(scope.id), ...rest])
    case 'tenant':
      return call('tenantResourceId', rest)
  }
}

function onBase(type: string, names: readonly Expression[], base: Value, own: Scope): Expression {
  const rest = [literal(type), ...names]
  if (!isDeferred(base)) return call('extensionResourceId', [literal(base), ...rest])
  const scope = deferredExpression(base)
  const parts = scopeId(own).split('/').slice(1)
  const words = parts.flatMap((part, index) => literal(index % 2 === 0 ? `/${part}/` : part))
  const below = call('concat', [...words, literal('/providers/'), scope])
  const absolute = call('if', [call('startsWith', [scope, literal('/')]), scope, below])
  return call('if', [
    call('equals', [scope, literal('/')]),
    call('tenantResourceId', rest),
    call('extensionResourceId', [absolute, ...rest]),
  ])
}
