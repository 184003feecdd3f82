import type { Operation } from '../../api/record.ts'

/**
 * How an operation puts back what was changed by hand. `revert-drift`: a change set that compares with the live
 * resources. Where that is refused or leaves something: `accept-drift` tells CloudFormation the live values, by a
 * template that holds them, and `put-back` updates from there to what is declared.
 */
export type CorrectionMode = 'revert-drift' | 'accept-drift' | 'put-back'

/** The mode of an operation that corrects drift; undefined for any other. */
export function correctionMode(operation: Operation): CorrectionMode | undefined {
  const mode = operation.data['mode']
  return mode === 'revert-drift' || mode === 'accept-drift' || mode === 'put-back' ? mode : undefined
}

/** Whether an operation may fail without anything being wrong with what git says: the stack is then as it was. */
export function isAttempt(operation: Operation): boolean {
  const mode = correctionMode(operation)
  return mode === 'revert-drift' || mode === 'accept-drift'
}
