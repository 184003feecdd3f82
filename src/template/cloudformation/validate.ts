import type { ResourceFacts } from './facts.ts'

/** One thing that a person should know about a template. */
export interface Finding {
  severity: 'error' | 'warning'
  /** `Resources.Role.Properties.RoleName`; empty for the template as a whole. */
  path: string
  /** In the template's own file; from 1. A finding about a given parameter points at the template's Parameters. */
  line: number
  column: number
  /** Lower case, without a final period: what is wrong with which value, what to do. */
  message: string
  /** What the finding is about when the cause stands in the caller's document rather than in the template. */
  about?: { given: 'parameters'; name: string } | { given: 'capabilities' }
}

/** A template and what it is to be deployed with. */
export interface TemplateToValidate {
  body: string
  /** As text. Left out: parameters are not looked at (not even for missing ones). */
  parameters?: Readonly<Record<string, string>>
  /** Left out: not looked at. */
  capabilities?: readonly string[]
  /** Left out: unknown types and properties are not looked for. */
  facts?: ResourceFacts
}

/** Everything that is wrong with a template, in the order of the file. */
export function validateTemplate(template: TemplateToValidate): Finding[] {
  void template
  return []
}
