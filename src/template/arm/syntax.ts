import type { Value } from './value.ts'

/** An ARM template expression taken apart. */
export type Expression =
  | { readonly kind: 'value'; readonly value: Value }
  | {
      readonly kind: 'call'
      /** As written; `namespace.name` for a user function. */
      readonly name: string
      readonly args: readonly Expression[]
    }
  | { readonly kind: 'access'; readonly target: Expression; readonly key: Expression }

/** A call of a function. */
export type Call = Extract<Expression, { kind: 'call' }>

/** A known value as an expression. */
export function literal(value: Value): Expression {
  return { kind: 'value', value }
}
