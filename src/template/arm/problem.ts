import type { ArmPath, ArmProblem } from './types.ts'

/** A template that cannot be worked out: what `body`, `outputs` and `template` of an expansion throw. */
export class ArmEvaluationError extends Error {
  override readonly name = 'ArmEvaluationError'
  /** PascalCase; where ARM refuses the same thing, ARM's own code. */
  readonly code: string
  /** Where in the template; empty where the thrower does not know. */
  path: ArmPath

  constructor(code: string, message: string, path: ArmPath = []) {
    super(message)
    this.code = code
    this.path = path
  }
}

/** Refuses with ARM's commonest code. */
export function invalid(message: string, path: ArmPath = []): never {
  throw new ArmEvaluationError('InvalidTemplate', message, path)
}

/** An error of the evaluator as a problem of the template; anything else that was thrown is thrown on. */
export function problemOf(error: unknown, path: ArmPath): ArmProblem {
  if (!(error instanceof ArmEvaluationError)) throw error
  return {
    code: error.code,
    message: error.message,
    document: 'template',
    path: error.path.length > 0 ? error.path : path,
    severity: 'error',
  }
}

/** Runs something; a problem without a path gets this one. */
export function located<Result>(path: ArmPath, run: () => Result): Result {
  try {
    return run()
  } catch (error) {
    if (error instanceof ArmEvaluationError && error.path.length === 0) error.path = path
    throw error
  }
}
