import type { Value } from '../value.ts'
import { type Context, type FunctionTable, integerAt, refuseArgument, textAt, whole } from './function.ts'

/** Comparisons of two integers, or of two strings by their code points. `equals` is with the objects. */
export const comparisonFunctions: FunctionTable = {
  less: whole(2, 2, (args, context) => compare(args, context) < 0),
  lessOrEquals: whole(2, 2, (args, context) => compare(args, context) <= 0),
  greater: whole(2, 2, (args, context) => compare(args, context) > 0),
  greaterOrEquals: whole(2, 2, (args, context) => compare(args, context) >= 0),
}

function compare(args: readonly Value[], context: Context): number {
  const [first] = args
  if (typeof first === 'number') return first - integerAt(args, 1, context)
  if (typeof first !== 'string') return refuseArgument(context, 0, 'an integer or a string', first)
  const second = textAt(args, 1, context)
  if (first === second) return 0
  return first < second ? -1 : 1
}
