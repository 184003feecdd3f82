import type { Evaluate, Frame } from '../frame.ts'
import { settle } from '../settle.ts'
import { type Call, literal } from '../syntax.ts'
import { type Value, defer, isDeferred } from '../value.ts'
import {
  type Context,
  type FunctionTable,
  booleanAt,
  lazy,
  outer,
  refuseArgument,
  refuseCall,
  whole,
} from './function.ts'

/** Functions on truth. `if`, `and`, `or` and `coalesce` evaluate only what they need. */
export const logicalFunctions: FunctionTable = {
  and: lazy(2, Infinity, (call, frame, evaluate) => decide(call, frame, evaluate, false)),
  or: lazy(2, Infinity, (call, frame, evaluate) => decide(call, frame, evaluate, true)),
  not: whole(1, 1, (args, context) => !booleanAt(args, 0, context)),
  true: whole(0, 0, () => true),
  false: whole(0, 0, () => false),
  bool: whole(1, 1, ([value], context) => toBoolean(value ?? null, context)),
  coalesce: lazy(1, Infinity, coalesce),
  if: lazy(3, 3, choose),
  fail: outer(1, 1, ([message], context) =>
    refuseCall(context, `was called: ${typeof message === 'string' ? message : 'no message'}`),
  ),
}

function toBoolean(value: Value, context: Context): boolean {
  if (typeof value === 'boolean') return value
  if (typeof value === 'number') return value !== 0
  if (typeof value !== 'string') return refuseArgument(context, 0, 'a string, a number or a boolean', value)
  const word = value.trim().toLowerCase()
  return word === 'true' || word === 'false'
    ? word === 'true'
    : refuseCall(context, `makes nothing of '${value}', only of true and false`)
}

/** Stops at the first argument that decides; what follows an unknown one is left as it is. */
function decide(call: Call, frame: Frame, evaluate: Evaluate, decisive: boolean): Value {
  const known: boolean[] = []
  for (const [index, arg] of call.args.entries()) {
    const value = evaluate(arg, frame)
    if (isDeferred(value)) return rest(call, frame, known, value, index, evaluate)
    if (typeof value !== 'boolean')
      return refuseArgument({ name: call.name, frame }, index, 'a boolean', value)
    if (value === decisive) return decisive
    known.push(value)
  }
  return !decisive
}

function rest(
  call: Call,
  frame: Frame,
  known: readonly Value[],
  unknown: Value,
  index: number,
  evaluate: Evaluate,
): Value {
  const later = call.args.slice(index + 1).map((arg) => settle(arg, frame, evaluate))
  return defer({ kind: 'call', name: call.name, args: [...known.map(literal), literal(unknown), ...later] })
}

function coalesce(call: Call, frame: Frame, evaluate: Evaluate): Value {
  const known: Value[] = []
  for (const [index, arg] of call.args.entries()) {
    const value = evaluate(arg, frame)
    if (isDeferred(value)) return rest(call, frame, known, value, index, evaluate)
    if (value !== null) return value
    known.push(value)
  }
  return null
}

function choose(call: Call, frame: Frame, evaluate: Evaluate): Value {
  const [condition, whenTrue, whenFalse] = call.args
  if (condition === undefined || whenTrue === undefined || whenFalse === undefined) return null
  const value = evaluate(condition, frame)
  if (isDeferred(value)) return rest(call, frame, [], value, 0, evaluate)
  if (typeof value !== 'boolean') return refuseArgument({ name: call.name, frame }, 0, 'a boolean', value)
  return evaluate(value ? whenTrue : whenFalse, frame)
}
