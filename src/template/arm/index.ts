import { ArmEvaluationError } from './problem.ts'
import type {
  ArmProblem,
  ArmTemplate,
  DeploymentInput,
  Expansion,
  Locate,
  Plan,
  ValidateInput,
} from './types.ts'

export { ArmEvaluationError } from './problem.ts'
export type * from './types.ts'

/** An ARM template's text read: JSON with comments and multi-line strings. */
export interface ParsedTemplate {
  /** Absent when the text is no JSON object. */
  readonly template?: ArmTemplate
  readonly problems: readonly ArmProblem[]
  readonly locate: Locate
}

/** Reads an ARM template: JSON with comments, trailing commas and multi-line strings, as ARM takes it. */
export function parseArmTemplate(text: string): ParsedTemplate {
  return notYet(text)
}

/** A deployment taken apart into what is to be deployed. Never throws for a bad template: see its problems. */
export function expandDeployment(input: DeploymentInput): Expansion {
  return notYet(input)
}

/** The offline plan: every resource, nested deployments opened up, unknown values as text `[reference(…)]`. */
export function planDeployment(input: DeploymentInput): Plan {
  return notYet(input)
}

/** Everything that is wrong with a template and with the parameters given to it, as far as it shows offline. */
export function validateArmTemplate(input: ValidateInput): ArmProblem[] {
  return notYet(input)
}

/** ARM's `uniqueString`: 13 characters from any number of texts. */
export function uniqueString(...texts: readonly string[]): string {
  return notYet(texts)
}

/** ARM's `guid`: a UUID (version 5) from any number of texts. */
export function guid(...texts: readonly string[]): string {
  return notYet(texts)
}

function notYet(_what: unknown): never {
  throw new ArmEvaluationError('NotYet', 'the evaluator is not here yet')
}
