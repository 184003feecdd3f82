import type { Evaluate, Frame } from './frame.ts'
import { ArmEvaluationError } from './problem.ts'
import { type Call, type Expression, literal } from './syntax.ts'

/**
 * An expression that is not evaluated yet, with the resources that it reads named by their ids and the turn of its
 * loop written in, as ARM shows it; all else stays as written.
 */
export function settle(expression: Expression, frame: Frame, evaluate: Evaluate): Expression {
  if (expression.kind === 'value') return expression
  if (expression.kind === 'access')
    return {
      ...expression,
      target: settle(expression.target, frame, evaluate),
      key: settle(expression.key, frame, evaluate),
    }
  if (/^(references?|list\w+|copyIndex)$/i.test(expression.name))
    return settleCall(expression, frame, evaluate)
  return { ...expression, args: expression.args.map((arg) => settle(arg, frame, evaluate)) }
}

function settleCall(call: Call, frame: Frame, evaluate: Evaluate): Expression {
  if (!call.args.every(({ kind }) => kind === 'value')) return call
  const { answers: _, ...blind } = frame
  try {
    return literal(evaluate(call, blind))
  } catch (error) {
    // A branch that is never taken may name what does not exist; it stays as written.
    if (!(error instanceof ArmEvaluationError)) throw error
    return call
  }
}
