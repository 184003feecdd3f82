/** A transform that went wrong; in a change set this is its StatusReason, in a creation why it rolls back. */
export class TransformError extends Error {
  override readonly name = 'TransformError'
}
