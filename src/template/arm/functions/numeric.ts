import { type Value, isList } from '../value.ts'
import { type Context, type FunctionTable, integerAt, refuseArgument, refuseCall, whole } from './function.ts'

/** Arithmetic on integers, toward zero. */
export const numericFunctions: FunctionTable = {
  add: whole(2, 2, (args, context) => integerAt(args, 0, context) + integerAt(args, 1, context)),
  sub: whole(2, 2, (args, context) => integerAt(args, 0, context) - integerAt(args, 1, context)),
  mul: whole(2, 2, (args, context) => integerAt(args, 0, context) * integerAt(args, 1, context)),
  div: whole(2, 2, (args, context) =>
    plain(Math.trunc(integerAt(args, 0, context) / divisor(args, context))),
  ),
  mod: whole(2, 2, (args, context) => plain(integerAt(args, 0, context) % divisor(args, context))),
  min: whole(1, Infinity, (args, context) => Math.min(...integers(args, context))),
  max: whole(1, Infinity, (args, context) => Math.max(...integers(args, context))),
  int: whole(1, 1, ([value], context) => toInteger(value, context)),
  float: whole(1, 1, ([value], context) => toFloat(value, context)),
}

/** No negative zero. */
function plain(value: number): number {
  return value === 0 ? 0 : value
}

function divisor(args: readonly Value[], context: Context): number {
  const value = integerAt(args, 1, context)
  return value === 0 ? refuseCall(context, 'cannot divide by zero') : value
}

function integers(args: readonly Value[], context: Context): number[] {
  const [first] = args
  const all = args.length === 1 && isList(first) ? first : args
  if (all.length === 0) return refuseCall(context, 'needs at least one number')
  return all.map((_, index) => integerAt(all, index, context))
}

function toInteger(value: Value | undefined, context: Context): number {
  if (typeof value === 'number' && Number.isInteger(value)) return value
  if (typeof value === 'string' && /^\s*[+-]?\d+\s*$/.test(value)) return Number(value)
  return typeof value === 'string'
    ? refuseCall(context, `cannot make an integer of '${value}'`)
    : refuseArgument(context, 0, 'an integer or a string', value)
}

function toFloat(value: Value | undefined, context: Context): number {
  if (typeof value === 'number') return value
  if (typeof value === 'string' && value.trim() !== '' && Number.isFinite(Number(value))) return Number(value)
  return refuseArgument(context, 0, 'a number or a string that holds one', value)
}
