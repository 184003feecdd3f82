import { expand } from './expand.ts'
import { type ParsedTemplate, parseTemplateText } from './parse.ts'
import { plan } from './plan.ts'
import { ArmEvaluationError } from './problem.ts'
import type { ArmProblem, DeploymentInput, Expansion, Plan, ValidateInput } from './types.ts'

export { guid, uniqueString } from './hash.ts'
export type { ParsedTemplate } from './parse.ts'
export { ArmEvaluationError } from './problem.ts'
export type * from './types.ts'

/** Reads an ARM template: JSON with comments, trailing commas and multi-line strings, as ARM takes it. */
export function parseArmTemplate(text: string): ParsedTemplate {
  return parseTemplateText(text)
}

/** A deployment taken apart into what is to be deployed. Never throws for a bad template: see its problems. */
export function expandDeployment(input: DeploymentInput): Expansion {
  return expand(input)
}

/** The offline plan: every resource, nested deployments opened up, unknown values as text `[reference(…)]`. */
export function planDeployment(input: DeploymentInput): Plan {
  return plan(input)
}

/** Everything that is wrong with a template and with the parameters given to it, as far as it shows offline. */
export function validateArmTemplate(input: ValidateInput): ArmProblem[] {
  throw new ArmEvaluationError('NotYet', `not yet: ${Object.keys(input).join()}`)
}
