import type { Frame, KnownResource } from '../frame.ts'
import { scopeId } from '../scope.ts'
import { type Expression, literal } from '../syntax.ts'
import { type Value, defer, hasDeferred, isObject, withOrigin } from '../value.ts'
import { type Context, type FunctionTable, lazy, refuseCall } from './function.ts'

/** Functions that ask the running cloud; `list…` of every name is in `callList`. */
export const runtimeFunctions: FunctionTable = {
  reference: lazy(1, 3, (call, frame, evaluate) => {
    const args = call.args.map((arg) => evaluate(arg, frame))
    return reference(args, { name: call.name, frame })
  }),
  references: lazy(1, 2, (call, frame, evaluate) => {
    const args = call.args.map((arg) => evaluate(arg, frame))
    const context = { name: call.name, frame }
    requireRuntime(context)
    const [loop, full] = args
    if (typeof loop !== 'string') return refuseCall(context, 'expects the symbolic name of a copy loop')
    return frame.world
      .find(loop)
      .map((resource) => readResource(resource, undefined, full, { name: 'reference', frame }, true))
  }),
  resourceInfo: lazy(1, 1, (call, frame, evaluate) => {
    const name = evaluate(call.args[0] ?? literal(null), frame)
    const resource = typeof name === 'string' ? frame.world.find(name)[0] : undefined
    if (resource === undefined)
      return refuseCall({ name: call.name, frame }, `finds no resource ${JSON.stringify(name)}`)
    const { id, type, apiVersion } = resource
    return { id, name: resource.name.split('/').at(-1) ?? '', type, apiVersion }
  }),
}

function requireRuntime(context: Context): void {
  if (context.frame.place === 'body' || context.frame.place === 'output') return
  refuseCall(
    context,
    'reads what only exists once the deployment runs; it stands only in the properties of a resource and in outputs',
  )
}

function reference(args: readonly Value[], context: Context): Value {
  requireRuntime(context)
  const [target, version, full] = args
  if (args.some(hasDeferred)) return defer(callOf(context.name, args))
  if (typeof target !== 'string')
    return refuseCall(context, 'expects a name or id of a resource as argument 1')
  const resource = findOne(target, context)
  if (resource === undefined && !target.includes('/')) return unfound(target, args, context)
  if (resource !== undefined)
    return readResource(resource, version, full, context, !target.includes('/providers/'))
  return read(outsideId(target, context), text(version), full, context, false)
}

/** Two resources of one id are one here: that they come to the same is told, where it is a mistake, of the resources. */
function findOne(target: string, context: Context): KnownResource | undefined {
  const found = context.frame.world.find(target)
  const ids = new Set(found.map(({ id }) => id.toLowerCase()))
  if (ids.size > 1)
    return refuseCall(
      context,
      `finds ${ids.size} resources '${target}' in the template; name one by its type or id too`,
    )
  return found[0]
}

/** A name that is nowhere in the template: once the deployment runs it is refused, before that it stays as written. */
function unfound(target: string, args: readonly Value[], context: Context): Value {
  const { answers } = context.frame
  if (answers === undefined || answers.predicts === true) return defer(callOf(context.name, args))
  return refuseCall(context, `finds no resource '${target}' in the template`)
}

function readResource(
  resource: KnownResource,
  version: Value | undefined,
  full: Value | undefined,
  context: Context,
  byName: boolean,
): Value {
  return read(
    resource.id,
    text(version) ?? resource.apiVersion,
    full,
    context,
    byName || version === undefined,
  )
}

function read(
  id: string,
  version: string | undefined,
  full: Value | undefined,
  context: Context,
  implicit: boolean,
): Value {
  const { frame } = context
  frame.noteRead?.(id, implicit)
  const isFull = typeof full === 'string' && full.toLowerCase() === 'full'
  const args: Value[] = [id, ...(version === undefined ? [] : [version]), ...(isFull ? [full ?? 'Full'] : [])]
  const expression = callOf('reference', args)
  const answer = frame.answers?.reference(id, version, isFull)
  if (answer === undefined) return defer(expression)
  return frame.answers?.predicts === true && isObject(answer)
    ? withOrigin(answer, { expression, isFilled: false })
    : answer
}

function text(value: Value | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined
}

/** An id of a resource that is not in the template; `namespace/type/name` alone is below the deployment's scope. */
function outsideId(target: string, context: Context): string {
  if (target.startsWith('/')) return target
  return `${scopeId(context.frame.world.surroundings.scope)}/providers/${target}`
}

function callOf(name: string, args: readonly Value[]): Expression {
  return { kind: 'call', name, args: args.map(literal) }
}

/** `listKeys(id, apiVersion, values?)` and every other function whose name starts with `list`. */
export function callList(name: string, args: readonly Value[], frame: Frame): Value {
  const context = { name, frame }
  requireRuntime(context)
  if (args.some(hasDeferred)) return defer(callOf(name, args))
  const [target, version, values] = args
  if (typeof target !== 'string' || typeof version !== 'string')
    return refuseCall(context, 'expects a name or id of a resource and an API version')
  const resource = frame.world.find(target)[0]
  if (resource === undefined && !target.includes('/')) return unfound(target, args, context)
  const id = resource?.id ?? outsideId(target, context)
  frame.noteRead?.(id, resource !== undefined && !target.includes('/providers/'))
  const answer = frame.answers?.list(name, id, version, values)
  return answer ?? defer(callOf(name, [id, version, ...(values === undefined ? [] : [values])]))
}
